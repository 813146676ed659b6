// The life of a connection, with fake timers and fake sockets: every arrow of the state machine in
// src/link.ts, what wakes it, how long it waits, and what ends it.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import {
  Link,
  Refused,
  timing,
  type CloseReason,
  type Credential,
  type LinkState,
  type SocketLike,
} from '../src/link.js';

class FakeSocket implements SocketLike {
  onopen: SocketLike['onopen'] = null;
  onclose: SocketLike['onclose'] = null;
  onmessage: SocketLike['onmessage'] = null;
  onerror: SocketLike['onerror'] = null;
  sent: any[] = [];
  closedWith: number | undefined | null = null;
  constructor(
    readonly url: string,
    readonly protocols: string[],
  ) {
    sockets.push(this);
  }
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close(code?: number) {
    this.closedWith = code;
  }
  open() {
    this.onopen?.({});
  }
  message(type: string, payload: unknown = {}) {
    this.onmessage?.({ data: JSON.stringify({ type, payload }) });
  }
  end(code: number) {
    this.onclose?.({ code });
  }
}

let sockets: FakeSocket[];
let states: LinkState[];
let reasons: [CloseReason | undefined, string | undefined][];
let frames: { type: string }[];
let visible: boolean;
let wake: () => void;
let watched: number;
let failures: number[];
let credential: (failed: number) => Promise<Credential>;
let renewals: number;
let inMatch: boolean;
let link: Link;

const last = () => sockets[sockets.length - 1]!;
const flush = () => vi.advanceTimersByTimeAsync(0);

beforeEach(async () => {
  vi.useFakeTimers();
  sockets = [];
  states = [];
  reasons = [];
  frames = [];
  failures = [];
  visible = true;
  watched = 0;
  inMatch = true;
  renewals = 0;
  credential = async () => ({ url: 'ws://x/ws', protocols: ['whoosh.v1', 'ticket.abc'] });
  link = new Link({
    credential: (failed) => {
      failures.push(failed);
      return credential(failed);
    },
    onFrame: (message) => frames.push(message),
    onState: (state, reason, detail) => {
      states.push(state);
      reasons.push([reason, detail]);
    },
    tokenExpired: async () => {
      renewals += 1;
    },
    inMatch: () => inMatch,
    WebSocket: FakeSocket,
    page: {
      visible: () => visible,
      watch: (call) => {
        wake = call;
        watched += 1;
        return () => {
          watched -= 1;
        };
      },
    },
    random: () => 0.5,
  });
  link.start();
  await flush();
});
afterEach(() => {
  link.stop();
  vi.useRealTimers();
});

async function opened(): Promise<FakeSocket> {
  last().open();
  await flush();
  return last();
}

test('idle -> connecting -> open, with the credential as subprotocols', async () => {
  expect(states).toEqual(['connecting']);
  expect(last().protocols).toEqual(['whoosh.v1', 'ticket.abc']);
  await opened();
  expect(states).toEqual(['connecting', 'open']);
});

test('frames arrive as type and payload; what is no text is dropped', async () => {
  const socket = await opened();
  socket.message('ROOM', { phase: 'waiting' });
  socket.onmessage?.({ data: new ArrayBuffer(2) });
  expect(frames).toEqual([{ type: 'ROOM', payload: { phase: 'waiting' }, id: undefined }]);
});

test('sending works only while open, and carries the id', async () => {
  expect(link.send('READY', {})).toBe(false);
  const socket = await opened();
  expect(link.send('READY', { ready: true }, 'c1')).toBe(true);
  expect(socket.sent).toEqual([{ type: 'READY', payload: { ready: true }, id: 'c1' }]);
});

test('a connect that does not open within 5 s is given up and tried again', async () => {
  const first = last();
  await vi.advanceTimersByTimeAsync(timing.connect_ms);
  expect(link.state).toBe('stale');
  expect(first.closedWith).not.toBeNull();
  await vi.advanceTimersByTimeAsync(300);
  expect(sockets.length).toBe(2);
  expect(failures).toEqual([0, 1]);
});

test('the waits between tries: 0.3, 0.6, 1.2, 2.4, 5, 5 s', async () => {
  for (const wait of [300, 600, 1_200, 2_400, 5_000, 5_000]) {
    const count = sockets.length;
    last().end(1006);
    await vi.advanceTimersByTimeAsync(wait - 1);
    expect(sockets.length).toBe(count);
    await vi.advanceTimersByTimeAsync(1);
    expect(sockets.length).toBe(count + 1);
  }
});

test('outside a match the tries become rare', async () => {
  inMatch = false;
  for (let i = 0; i < 11; i++) {
    last().end(1006);
    await vi.advanceTimersByTimeAsync(5_000);
  }
  const count = sockets.length;
  last().end(1006);
  await vi.advanceTimersByTimeAsync(29_999);
  expect(sockets.length).toBe(count);
  await vi.advanceTimersByTimeAsync(1);
  expect(sockets.length).toBe(count + 1);
});

test('an opened connection resets the waits', async () => {
  for (let i = 0; i < 4; i++) {
    last().end(1006);
    await vi.advanceTimersByTimeAsync(5_000);
  }
  (await opened()).end(1006);
  const count = sockets.length;
  await vi.advanceTimersByTimeAsync(300);
  expect(sockets.length).toBe(count + 1);
  expect(failures[failures.length - 1]).toBe(0);
});

test('PING every 10 s, and silence for 15 s is the end of a socket, whatever it says', async () => {
  const socket = await opened();
  await vi.advanceTimersByTimeAsync(11_000);
  expect(socket.sent.map((message) => message.type)).toEqual(['PING']);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(link.state).toBe('open');
  await vi.advanceTimersByTimeAsync(2_000);
  expect(states.slice(0, 3)).toEqual(['connecting', 'open', 'stale']);
  expect(socket.closedWith).not.toBeNull();
});

test('answers keep it open', async () => {
  const socket = await opened();
  for (let i = 0; i < 10; i++) {
    await vi.advanceTimersByTimeAsync(10_000);
    socket.message('PONG', {});
  }
  expect(states).toEqual(['connecting', 'open']);
});

test('while hidden nothing is tried; when seen again it connects at once', async () => {
  const socket = await opened();
  visible = false;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(socket.sent).toEqual([]);
  socket.end(1006);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sockets.length).toBe(1);
  visible = true;
  wake();
  await flush();
  expect(sockets.length).toBe(2);
});

test('the page is watched while the link lives', () => {
  expect(watched).toBe(1);
  link.stop();
  expect(watched).toBe(0);
  link.start();
  expect(watched).toBe(1);
});

test('seen again with a frame older than 3 s: a new connection; with a fresh one: the old stays', async () => {
  const socket = await opened();
  await vi.advanceTimersByTimeAsync(2_000);
  link.wake();
  await flush();
  expect(sockets.length).toBe(1);
  await vi.advanceTimersByTimeAsync(2_000);
  link.wake();
  await flush();
  expect(sockets.length).toBe(2);
  expect(socket.closedWith).not.toBeNull();
});

test('a device that slept is noticed by the jump of its clock', async () => {
  await opened();
  vi.setSystemTime(Date.now() + 3_600_000);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(sockets.length).toBe(2);
});

test('events of the old socket do not touch the new one', async () => {
  const first = await opened();
  const [onclose, onmessage] = [first.onclose, first.onmessage];
  link.reconnect();
  await flush();
  await opened();
  expect([first.onclose, first.onmessage]).toEqual([null, null]);
  onmessage?.({ data: '{"type":"ROOM"}' });
  expect(onclose).not.toBeNull();
  expect(link.state).toBe('open');
});

test.each([
  [1000, 'left'],
  [4000, 'replaced'],
  [4002, 'kicked'],
  [4003, 'banned'],
  [4004, 'room_closed'],
  [1008, 'policy'],
] as const)('close %i ends it: %s', async (code, reason) => {
  (await opened()).end(code);
  expect(link.state).toBe('closed');
  expect(reasons[reasons.length - 1]![0]).toBe(reason);
  await vi.advanceTimersByTimeAsync(60_000);
  link.wake();
  expect(sockets.length).toBe(1);
});

test.each([1001, 1006, 1011, 1013])('close %i: it comes back by itself', async (code) => {
  (await opened()).end(code);
  expect(link.state).toBe('stale');
  await vi.advanceTimersByTimeAsync(300);
  expect(sockets.length).toBe(2);
});

test('4001: a new token first, then a new connection', async () => {
  (await opened()).end(4001);
  await flush();
  expect(renewals).toBe(1);
  expect(sockets.length).toBe(2);
});

test('after another tab took over, start() takes it back', async () => {
  (await opened()).end(4000);
  link.start();
  await flush();
  expect(sockets.length).toBe(2);
  await opened();
  expect(link.state).toBe('open');
});

test('a refused credential ends it with the reason; a network error does not', async () => {
  credential = async () => {
    throw new Error('offline');
  };
  last().end(1006);
  await vi.advanceTimersByTimeAsync(300);
  expect(link.state).toBe('stale');
  credential = async () => {
    throw new Refused('room_not_found', 'There is no such room.');
  };
  await vi.advanceTimersByTimeAsync(600);
  expect(link.state).toBe('closed');
  expect(reasons[reasons.length - 1]).toEqual(['refused', 'There is no such room.']);
});

test('a credential that comes too late is not used', async () => {
  let give: (credential: Credential) => void = () => {};
  credential = () =>
    new Promise((done) => {
      give = done;
    });
  last().end(1006);
  await vi.advanceTimersByTimeAsync(300);
  link.stop();
  give({ url: 'ws://late', protocols: [] });
  await flush();
  expect(sockets.length).toBe(1);
});

test('without a WebSocket anywhere it says so', async () => {
  vi.stubGlobal('WebSocket', undefined);
  const seen: (string | undefined)[] = [];
  const bare = new Link({
    credential,
    onFrame: () => {},
    onState: (_, reason, detail) => seen.push(reason, detail),
    tokenExpired: async () => {},
  });
  bare.start();
  await flush();
  expect(bare.state).toBe('closed');
  expect(seen).toContain('refused');
  vi.unstubAllGlobals();
});
