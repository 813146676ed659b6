// Puts this page into a made-up moment.
import { RoomSession, type Idle } from '@whoosh/sdk';

import { client } from '../src/state/client';
import { Room, room as current } from '../src/state/room';
import { setUser } from '../src/state/session';
import * as fixtures from './fixtures';
import * as market from './market';

// A room that never connects and has received `messages`.
export function fakeRoom(role: 'player' | 'screen', messages: [string, unknown][]): Room {
  const info = {
    room: 'r1',
    code: 'BRTK',
    game: 'suspect',
    ws_url: 'ws://127.0.0.1:9/ws',
    ticket: 't',
    node: '',
  };
  const session = new RoomSession(client, { code: 'BRTK', role, info });
  const made = new Room(session);
  made.link.value = 'open';
  for (const [type, payload] of messages)
    (session as unknown as { receive(type: string, payload: unknown): void }).receive(
      type,
      payload,
    );
  current.value = made;
  return made;
}

let current_user = fixtures.user;
const answers: [RegExp, () => unknown][] = [
  [/\/api\/store/, () => ({ items: market.items, next: null })],
  [/\/api\/economy\/wallet/, () => ({ coins: 260, updated_at: '2026-11-23T20:00:00Z' })],
  [/\/api\/economy\/ledger/, () => ({ items: market.ledger, next: 'more' })],
  [/\/api\/auth\/second-factor/, () => market.factor],
  [/\/api\/auth\/sessions/, () => ({ items: market.sessions, next: null })],
  [/\/cosmetics\/looks\.json/, () => market.looks],
  [/\/api\/games/, () => ({ items: [fixtures.gameCard], next: null })],
  [/\/api\/users\/me/, () => current_user],
  [/\/api\/game\/history/, () => ({ items: fixtures.history, next: 'more' })],
  [
    /\/api\/match\/join/,
    () => ({ message: '', queue: 'standard', user_id: '17', ticket: 't', expires_at: '' }),
  ],
];

export function fakeServer(): void {
  globalThis.fetch = async (input) => {
    const url = String(input);
    if (url.includes('/api/match/tickets')) {
      if (!url.includes('wait=0'))
        await new Promise(() => {
          /* the long poll of a quiet night */
        });
      return Response.json({ status: 'searching', position: 3, estimate_s: 20 });
    }
    const found = answers.find(([pattern]) => pattern.test(url));
    return found
      ? Response.json(found[1]())
      : Response.json(
          { error: 'Nothing here', code: 'not_found', request_id: '' },
          { status: 404 },
        );
  };
}

export function signInAs(user = fixtures.user): void {
  client.setTokens({ access: 'a', refresh: 'r' });
  current_user = user;
  setUser(user);
}

type Make = () => string;
const phone =
  (step: string, change = {}, phase: 'playing' | 'results' = 'playing'): Make =>
  () => {
    fakeRoom('player', [
      ['WELCOME', fixtures.welcome(fixtures.match(step, true, change))],
      ['ROOM', fixtures.roomState(phase)],
    ]);
    return '/BRTK';
  };
const big =
  (step: string, phase: 'playing' | 'results' = 'playing'): Make =>
  () => {
    fakeRoom('screen', [
      ['WELCOME', fixtures.welcome(fixtures.match(step, false), 'screen')],
      ['ROOM', fixtures.roomState(phase)],
    ]);
    return '/screen/BRTK';
  };
const shopping =
  (path: string): Make =>
  () => {
    signInAs(fixtures.shopper);
    return path;
  };
const kickVote: Make = () => {
  const made = fakeRoom('player', [
    ['WELCOME', fixtures.welcome({})],
    ['ROOM', fixtures.roomState('waiting', 6, true)],
    ['EVENT_KICK_VOTE', { target: '19', votes: 2, needed: 4, ends_at: Date.now() + 15_000 }],
  ]);
  return `/${made.code}`;
};
const idle =
  (how: Idle): Make =>
  () => {
    const people = fixtures.roomState('playing');
    const players = people.players.map((player) =>
      player.id === fixtures.you || player.id === '19'
        ? { ...player, idle: how, bot: how === 'bot' }
        : player,
    );
    fakeRoom('player', [
      ['WELCOME', fixtures.welcome(fixtures.match('CROSSFIRE', true, {}))],
      ['ROOM', { ...people, players }],
    ]);
    return '/BRTK';
  };
const room =
  (role: 'player' | 'screen', phase: 'waiting' | 'results', count = 8, matchmade = false): Make =>
  () => {
    fakeRoom(role, [
      ['WELCOME', fixtures.welcome({}, role)],
      ['ROOM', fixtures.roomState(phase, count, matchmade)],
      ...(phase === 'results' ? [['GAME_OVER', fixtures.gameOver] as [string, unknown]] : []),
    ]);
    return role === 'screen' ? '/screen/BRTK' : '/BRTK';
  };

// Name -> puts the page there and says the path.
export const scenes: Record<string, Make> = {
  landing: () => '/',
  door: () => '/BRTK',
  signin: () => '/signin',
  register: () => '/register',
  profile: () => '/profile',
  store: shopping('/store'),
  store_guest: () => '/store',
  wallet: shopping('/wallet'),
  security: shopping('/security'),
  shopper: shopping('/profile'),
  quick: () => '/quick',
  lost: () => '/x/y/z',
  kick_vote: kickVote,
  idle_asked: idle('asked'),
  idle_bot: idle('bot'),
  lobby: room('player', 'waiting', 5),
  matched: room('player', 'waiting', 6, true),
  results: room('player', 'results'),
  replaced: () => {
    const made = fakeRoom('player', []);
    made.ended.value = { reason: 'replaced' };
    return '/BRTK';
  },
  briefing: phone('briefing'),
  answer: phone('answer'),
  crossfire: phone('crossfire'),
  pressed: phone('pressed'),
  vote: phone('vote'),
  culprit_vote: phone('vote', fixtures.culprit),
  reveal: phone('reveal', {}, 'results'),
  big_lobby: room('screen', 'waiting', 5),
  big_briefing: big('briefing'),
  big_answer: big('answer'),
  big_crossfire: big('crossfire'),
  big_vote: big('vote'),
  big_reveal: big('reveal', 'results'),
  big_results: room('screen', 'results'),
};
