// @vitest-environment happy-dom
// A room over a fake socket: the view is patched in order, a gap asks for a SYNC, answers settle what was
// sent, the seat is remembered, and the ways in are tried in the right order.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import {
  browserPage,
  browserSeats,
  browserStorage,
  Client,
  enter as enterRoom,
  RoomSession,
  type JoinInfo,
  type SendError,
} from '@whoosh/sdk';

class FakeWebSocket {
  static all: FakeWebSocket[] = [];
  onopen: ((event: unknown) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  sent: any[] = [];
  constructor(
    readonly url: string,
    readonly protocols: string[],
  ) {
    FakeWebSocket.all.push(this);
  }
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    /* nothing to do */
  }
  give(type: string, payload: unknown) {
    this.onmessage?.({ data: JSON.stringify({ type, payload }) });
  }
  types() {
    return this.sent.map((message) => message.type);
  }
}

const info: JoinInfo = {
  room: 'r1',
  code: 'BRTK',
  game: 'suspect',
  ws_url: 'ws://x/ws?game_id=r1',
  ticket: 'tick.et',
  node: 'n',
};
const welcome = (seq: number, state: unknown = {}) => ({
  protocol: 1,
  you: { id: '17', name: 'Mo', seat: 0, role: 'player' },
  room: 'r1',
  code: 'BRTK',
  game: 'suspect',
  role: 'player',
  server_time: Date.now() + 4_000,
  tick_hz: 1,
  resume: 're.sume',
  seq,
  state,
});
const failure = (status: number, code: string) =>
  Response.json({ error: 'There is no such room.', code, request_id: 'q' }, { status });
const last = () => FakeWebSocket.all[FakeWebSocket.all.length - 1]!;
const flush = () => vi.advanceTimersByTimeAsync(0);
let client: Client;
let room: RoomSession<{ type: 'EVENT_SAY'; payload: { text: string } }>;
let joins: any[];
let joinAnswer: () => Response;

async function enter(how: JoinInfo | null = info): Promise<FakeWebSocket> {
  room = await enterRoom(client, 'BRTK', how ? { info: how } : {});
  await flush();
  const socket = last();
  socket.onopen?.({});
  socket.give('WELCOME', welcome(5, { phase: 'INTERROGATION', meter: { 17: null }, talk: [] }));
  return socket;
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('WebSocket', FakeWebSocket);
  FakeWebSocket.all = [];
  joins = [];
  joinAnswer = () => Response.json({ ...info, ticket: 'second' });
  const storage = browserStorage();
  client = new Client({ storage, seats: browserSeats(storage), page: browserPage });
  client.setTokens({ access: 'a', refresh: 'r' });
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    joins.push([path, init.body]);
    return joinAnswer();
  });
});
afterEach(() => {
  room?.dispose();
  vi.unstubAllGlobals();
  vi.useRealTimers();
  localStorage.clear();
  document.cookie = 'whoosh_seat=; max-age=0; path=/';
});

test('the first connection uses the ticket and opts out of TICK', async () => {
  const socket = await enter();
  expect(socket.url).toBe('ws://x/ws?game_id=r1&tick=0');
  expect(socket.protocols).toEqual(['whoosh.v1', 'ticket.tick.et']);
  expect(room.you).toBe('17');
});

test('patches apply in order; old ones are ignored; a gap asks once for a SYNC, whose WELCOME mends it', async () => {
  const socket = await enter();
  socket.give('STATE', { seq: 6, patch: { meter: { 17: '18' } } });
  socket.give('STATE', { seq: 6, patch: { phase: 'WRONG' } });
  expect(room.view).toEqual({ phase: 'INTERROGATION', meter: { 17: '18' }, talk: [] });
  socket.give('STATE', { seq: 8, patch: { phase: 'VOTING' } });
  socket.give('STATE', { seq: 9, patch: { phase: 'VOTING' } });
  expect(socket.types().filter((type) => type === 'SYNC')).toEqual(['SYNC']);
  expect(room.view.phase).toBe('INTERROGATION');
  socket.give('WELCOME', welcome(9, { phase: 'VOTING' }));
  socket.give('STATE', { seq: 10, patch: { round: 3 } });
  expect(room.view).toEqual({ phase: 'VOTING', round: 3 });
});

test('send settles on ACK, ERROR, silence and a lost connection', async () => {
  const socket = await enter();
  const outcome = (promise: Promise<void>) =>
    promise.then(
      () => 'done',
      (error: SendError) => error.code,
    );
  const results = [outcome(room.send('READY')), outcome(room.send('START'))];
  const [ready, start] = socket.sent.slice(-2);
  socket.give('ACK', { id: ready.id });
  socket.give('ERROR', { id: start.id, code: 'not_host', error: 'Only the host can do this.' });
  expect(await Promise.all(results)).toEqual(['done', 'not_host']);
  const silent = outcome(room.send('READY'));
  await vi.advanceTimersByTimeAsync(6_000);
  expect(await silent).toBe('timeout');
  const cut = outcome(room.send('READY'));
  socket.onclose?.({ code: 1006 });
  expect(await cut).toBe('offline');
  expect(await outcome(room.send('READY'))).toBe('offline');
});

test('listeners hear their type, what changed, and every message, until they end it', async () => {
  const socket = await enter();
  const heard: unknown[] = [];
  const end = room.on('EVENT_SAY', (said) => heard.push(said.text));
  room.on('view', (view) => heard.push(view));
  room.on('message', ({ type }) => heard.push(type));
  socket.give('EVENT_SAY', { text: 'hm' });
  end();
  socket.give('EVENT_SAY', { text: 'ha' });
  socket.give('STATE', { seq: 6, patch: { meter: null, talk: null } });
  expect(heard).toEqual(['hm', 'EVENT_SAY', 'EVENT_SAY', { phase: 'INTERROGATION' }, 'STATE']);
});

test('who is here: oneself and the host; a room that waits again has no view', async () => {
  const socket = await enter();
  const player = { id: '17', host: true };
  socket.give('ROOM', { players: [{ id: '18' }, player], phase: 'playing' });
  expect([room.me, room.isHost, room.game]).toEqual([player, true, 'suspect']);
  socket.give('ROOM', { players: [{ id: '18' }], phase: 'waiting' });
  expect([room.me, room.isHost, room.view]).toEqual([null, false, {}]);
});

test('a wrong code is thrown by enter, before any connection', async () => {
  joinAnswer = () => failure(404, 'room_not_found');
  await expect(enterRoom(client, 'NOPE')).rejects.toMatchObject({ code: 'room_not_found' });
  expect(FakeWebSocket.all).toEqual([]);
});

test('TICK for who asks for it', async () => {
  room = await enterRoom(client, 'BRTK', { info, ticks: true });
  await flush();
  expect(last().url).toBe('ws://x/ws?game_id=r1');
});

test('the server clock is guessed from WELCOME and mended by PONG', async () => {
  const socket = await enter();
  expect(room.clock.offset).toBe(4_000);
  const ping = socket.sent.find((message) => message.type === 'PING');
  await vi.advanceTimersByTimeAsync(100);
  socket.give('PONG', { t: ping.payload.t, server_time: ping.payload.t + 4_450 });
  expect(room.clock.offset).toBe(4_400);
});

test('a lost connection resumes with the token; so does a new page, even when only the cookie is left', async () => {
  (await enter()).onclose?.({ code: 1006 });
  await vi.advanceTimersByTimeAsync(500);
  expect(last().protocols).toEqual(['whoosh.v1', 'resume.re.sume']);
  room.dispose();
  localStorage.clear();
  expect(client.seats.get('BRTK', 'player')?.resume).toBe('re.sume');
  expect(client.seats.get('ABCD', 'player')).toBeNull();
  await enter(null);
  expect(last().protocols).toEqual(['whoosh.v1', 'resume.re.sume']);
  expect(joins).toEqual([]);
});

test('a token that does not open the door twice: the API is asked for a ticket', async () => {
  (await enter()).onclose?.({ code: 1006 });
  for (let i = 0; i < 2; i++) {
    await vi.advanceTimersByTimeAsync(1_000);
    last().onclose?.({ code: 1006 });
  }
  await vi.advanceTimersByTimeAsync(2_000);
  expect(joins).toEqual([['/api/rooms/BRTK/join', '{"as":"player"}']]);
  expect(last().protocols).toEqual(['whoosh.v1', 'ticket.second']);
});

test('when the API says the room is gone, that is the end, and the seat is forgotten', async () => {
  joinAnswer = () => failure(404, 'room_not_found');
  (await enter()).onclose?.({ code: 1006 });
  for (let i = 0; i < 2; i++) {
    await vi.advanceTimersByTimeAsync(1_000);
    last().onclose?.({ code: 1006 });
  }
  await vi.advanceTimersByTimeAsync(2_000);
  expect(room.ended).toEqual({ reason: 'refused', detail: 'There is no such room.' });
  expect(client.seats.get('BRTK', 'player')).toBeNull();
});

test('MOVED: connects to the new address with the new ticket', async () => {
  (await enter()).give('MOVED', { ws_url: 'ws://y/ws?game_id=r1', ticket: 'moved' });
  await flush();
  expect(last().url).toBe('ws://y/ws?game_id=r1&tick=0');
  expect(last().protocols).toEqual(['whoosh.v1', 'ticket.moved']);
});

test('replaced by another tab: the seat is kept for taking it back', async () => {
  (await enter()).onclose?.({ code: 4000 });
  expect(room.ended).toEqual({ reason: 'replaced' });
  room.takeOver();
  await flush();
  expect(room.ended).toBeNull();
  expect(last().protocols).toEqual(['whoosh.v1', 'resume.re.sume']);
});

test('leaving says so and forgets the seat', async () => {
  const socket = await enter();
  const leaving = room.leave();
  socket.give('ACK', { id: socket.sent[socket.sent.length - 1].id });
  await leaving;
  expect(socket.types()).toContain('LEAVE');
  expect(client.seats.get('BRTK', 'player')).toBeNull();
});
