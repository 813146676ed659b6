// Made-up people, rooms and moments of a match, for looking at screens without a server. Also used by tests.
import type { GameOver, RoomPlayer, RoomState, SeatLook, User, Welcome } from '@whoosh/sdk';
import type { PublicView, SeatView } from '@whoosh/sdk/games/suspect';

const names = [
  'Mo',
  'Jae-Won',
  'Ana Lucía',
  'Bartholomew',
  'Ines',
  'Kofi',
  'Bot Basil',
  'Bot Saffron',
];
const faces = ['fox', 'owl', 'crab', 'ghost', 'moth', 'toad', 'bun', 'lamp'];
export const ids = ['17', '18', '19', '20', '21', '22', 'bot_1', 'bot_2'];
export const you = ids[0]!;

export const user: User = {
  id: 17,
  username: 'mo',
  email: null,
  display_name: 'Mo',
  avatar: 'fox',
  elo: 1042,
  xp: 930,
  level: 4,
  total_games: 12,
  wins: 7,
  win_rate: 0.583,
  coins: 0,
  is_guest: true,
  created_at: '2026-11-20T18:00:00Z',
  look: { frame: null, colour: null, title: null, reactions: null },
};

// Somebody with an account who has been shopping.
export const shopper: User = {
  ...user,
  email: 'mo@example.org',
  coins: 260,
  is_guest: false,
  look: {
    frame: 'frame_neon',
    colour: 'colour_mint',
    title: 'title_night_owl',
    reactions: 'reactions_zoo',
  },
};

const looks: SeatLook[] = [
  {
    frame: 'frame_neon',
    colour: 'colour_mint',
    title: 'title_night_owl',
    reactions: 'reactions_zoo',
  },
  { frame: 'frame_flames', title: 'title_prime_suspect' },
  { colour: 'colour_plum' },
  { frame: 'frame_stamp', colour: 'colour_gold', title: 'title_snack_boss' },
];

export function players(count = 8): RoomPlayer[] {
  return names.slice(0, count).map((name, i) => ({
    id: ids[i]!,
    name,
    avatar: faces[i]!,
    connected: i !== 4,
    ready: i === 1 || i === 2,
    score: 0,
    bot: i > 5,
    host: i === 0,
    seat: i,
    ...(looks[i] ? { look: looks[i] } : {}),
  }));
}

export function roomState(phase: RoomState['phase'], count = 8, matchmade = false): RoomState {
  return {
    players: players(count),
    phase,
    matchmade,
    audience: phase === 'waiting' ? 2 : 0,
    phase_ends_at: phase === 'waiting' && !matchmade ? null : Date.now() + 18_000,
    rematch: ['18', '19'],
    settings: {
      family: true,
      filter: 'moderate',
      pace: 'normal',
      bots: 'fill',
      audience: true,
      one_room: false,
      max_seats: 8,
      locale: 'en',
      locked: false,
    },
  };
}

export function welcome(state: unknown, role: Welcome['role'] = 'player'): Welcome {
  return {
    protocol: 1,
    you:
      role === 'player' ? { id: you, name: 'Mo', seat: 0, role } : { id: '99', name: 'TV', role },
    room: 'r1',
    code: 'BRTK',
    game: 'suspect',
    role,
    server_time: Date.now(),
    tick_hz: 1,
    resume: 'token',
    seq: 0,
    state,
  };
}

const scenes = [
  'the lighthouse',
  'the karaoke bar',
  'the mini golf course',
  'the observatory',
  'the night bus',
  'the aquarium',
  'the pillow fort',
  'the bakery at 4 a.m.',
  'the haunted hotel',
  'the ferry',
  'the bowling alley',
  'the greenhouse',
].map((name, i) => ({ id: `s${i}`, name }));

const said = [
  'salt on everything, even the doorknob',
  'It hums. Slowly. And it judges you.',
  'somebody with opinions about fog',
  null,
  'wind that wants to come in and chat',
  'It smells like a wet dog won a boat race',
  'it goes bright, then not, then bright again',
  'you hear it before you see it',
];

const publicView: PublicView = {
  phase: 'INTERROGATION',
  step: 'BRIEFING',
  round: 1,
  order: ids,
  case: {
    title: 'The Duck Job',
    stolen: "the mayor's golden rubber duck",
    briefing:
      'At 9:04 it was there. At 9:05 it was not. The mayor refuses to take a bath until it is back.',
  },
  scenes,
  question: { round: 1, type: 'sense', text: 'What hits you in the first three seconds?' },
  answered: [false, true, true, false, false, true, true, true],
  answers: [],
  evidence: [],
  confmeter: Object.fromEntries(ids.map((id) => [id, null])),
  locks: 0,
  press: null,
  press_answers: [],
  news: null,
  reveal: null,
};

const witness: SeatView = {
  role: 'WITNESS',
  scene: scenes[0]!,
  fellows: [],
  card: { kind: 'one_of', targets: ['18', '20', 'bot_2'], published: false },
  my_answers: [null, null, null],
  my_vote: null,
  locked: false,
  inspected: null,
  can_inspect: false,
  can_press: true,
  says_left: 28,
  escape: null,
  press_me: null,
  points: 34,
};
export const culprit: Partial<SeatView> = {
  role: 'CULPRIT',
  scene: null,
  fellows: ['20'],
  card: { kind: 'blank', targets: [], published: false },
  escape: { scene: 's3', locked: false },
};

const crossfire: Partial<PublicView> = {
  step: 'CROSSFIRE',
  answers: [{ round: 1, question: 'What hits you in the first three seconds?', texts: said }],
  confmeter: {
    ...publicView.confmeter,
    17: '20',
    18: '20',
    21: '20',
    22: '18',
    bot_1: '20',
    20: 'bot_2',
  },
  evidence: [
    { by: 'bot_1', kind: 'one_of', targets: ['20', '21', '22'], verified: true },
    { by: '20', kind: 'clear', targets: ['18'], verified: false },
  ],
  press: {
    by: '18',
    target: '20',
    question: 'You say you were there. So what was in the air?',
    ends_s: 80,
  },
};

const vote: Partial<PublicView> = {
  ...crossfire,
  phase: 'VOTING',
  step: 'VOTE',
  round: 3,
  press: null,
  locks: 3,
  news: {
    message:
      'BREAKING: gold paint found under the nails of Jae-Won, Bartholomew, Kofi and Mo. At least one of them did it.',
    names: ['18', '20', '22', '17'],
  },
};

const reveal: Partial<PublicView> = {
  ...vote,
  phase: 'FINISHED',
  step: 'REVEAL',
  reveal: {
    accused: '20',
    culprits: ['20', 'bot_2'],
    inspector: '19',
    scene: scenes[0]!,
    escape: { scene: scenes[3]!, correct: false },
    town_wins: true,
    slipped_away: false,
    is_void: false,
    cards: [
      {
        holder: 'bot_1',
        kind: 'one_of',
        targets: ['20', '21', '22'],
        truthful: true,
        published: true,
      },
      { holder: '20', kind: 'clear', targets: ['18'], truthful: false, published: true },
      {
        holder: '17',
        kind: 'one_of',
        targets: ['18', '20', 'bot_2'],
        truthful: true,
        published: false,
      },
    ],
    votes: Object.fromEntries(ids.map((id, i) => [id, i === 3 ? '18' : '20'])),
    points: Object.fromEntries(ids.map((id, i) => [id, 340 - i * 37])),
    mvp: '17',
    right_since: {
      17: 96,
      18: 130,
      19: null,
      20: null,
      21: 214,
      22: null,
      bot_1: 101,
      bot_2: null,
    },
  },
};

export const steps: Record<string, Partial<PublicView & SeatView>> = {
  briefing: {},
  answer: { step: 'ANSWER' },
  crossfire,
  vote: { ...vote, my_vote: '20' },
  reveal,
  pressed: {
    ...crossfire,
    press: null,
    press_me: { question: 'Name a thing from there that nobody has mentioned yet.', ends_s: 72 },
  },
};

export function match(
  step: string,
  seated = true,
  change: Partial<SeatView> = {},
): Record<string, unknown> {
  const talk = [
    { from: '18', text: 'That answer was way too good.', at: 50 },
    { from: '20', text: 'Wow. Did you look that up?', at: 54 },
    { from: '21', text: 'My alibi has an alibi.', at: 60 },
  ];
  return {
    ...publicView,
    ...(seated ? witness : {}),
    ...steps[step],
    ...change,
    talk,
    clock: {
      phase: 'INTERROGATION',
      step: step.toUpperCase(),
      started_at: Date.now() - 60_000,
      ends_at: Date.now() + 23_000,
    },
  };
}

export const gameOver: GameOver = {
  match_id: 'm1',
  winner_id: you,
  winners: ids.filter((id) => id !== '20' && id !== 'bot_2'),
  rated: true,
  standings: ids.map((id, i) => ({
    id,
    name: names[i]!,
    score: 340 - i * 37,
    placement: id === '20' || id === 'bot_2' ? 7 : 1 + i,
    is_winner: id !== '20' && id !== 'bot_2',
    elo_before: i > 5 ? null : 1042,
    elo_after: i > 5 ? null : 1078 - i * 9,
    xp_gained: i > 5 ? null : 164,
    coins_gained: i > 5 ? null : 0,
    level: i > 5 ? null : 5,
  })),
};

export const history = Array.from({ length: 5 }, (_, i) => ({
  match_id: `m${i}`,
  game: 'suspect',
  started_at: `2026-11-2${i}T20:00:00Z`,
  ended_at: `2026-11-2${i}T20:05:00Z`,
  elo_before: 1000 + 10 * i,
  elo_after: 1000 + 10 * (i + (i % 2 ? 3 : -1)),
  xp_gained: 120 + i,
  coins_gained: 15,
  placement: 1 + i,
  is_winner: i % 2 === 1,
}));

export const gameCard = {
  key: 'suspect',
  name: 'Suspect',
  tagline: 'Everybody but the culprits knows where it happened.',
  players_min: 4,
  players_max: 10,
  players_default: 8,
  duration_s: 300,
  modes: ['party'],
  messages: [],
};
