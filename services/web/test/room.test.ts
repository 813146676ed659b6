// The room's signals over a session that never connects: what the SDK tells arrives where screens look.
import { RoomSession } from '@whoosh/sdk';
import { beforeEach, expect, test } from 'vitest';

import { client } from '../src/state/client';
import { Room } from '../src/state/room';
import { roomState, welcome } from '../stories/fixtures';

let room: Room;
const give = (type: string, payload: unknown) =>
  (room.session as unknown as { receive(type: string, payload: unknown): void }).receive(
    type,
    payload,
  );

beforeEach(() => {
  room = new Room(new RoomSession(client, { code: 'BRTK' }));
});

test('who one is, who is here, and the view', () => {
  const hello = welcome({ meter: {} });
  give('WELCOME', hello);
  give('ROOM', roomState('playing'));
  expect(room.you.value).toBe(hello.you.id);
  expect(room.me.value?.id).toBe(hello.you.id);
  expect(room.view.value).toEqual({ meter: {} });
  give('STATE', { seq: hello.seq + 1, patch: { meter: null, round: 2 } });
  expect(room.view.value).toEqual({ round: 2 });
});

test('events of games are kept since the last WELCOME; chat is kept longer', () => {
  give('WELCOME', welcome({}));
  give('EVENT_SAY', { from: '18', text: 'hm', at: 3 });
  give('EVENT_CHAT', { from: '18', name: 'Jae', text: 'hi', ts: 1 });
  expect(room.feed.value.map((item) => item.type)).toEqual(['EVENT_SAY']);
  expect(room.chat.value.length).toBe(1);
  give('WELCOME', welcome({}));
  expect(room.feed.value).toEqual([]);
  expect(room.chat.value.length).toBe(1);
});

test('the standings stay until the next match begins', () => {
  give('ROOM', roomState('results'));
  give('GAME_OVER', { standings: [] });
  give('ROOM', roomState('rematch'));
  expect(room.gameOver.value).not.toBeNull();
  give('ROOM', roomState('playing'));
  expect(room.gameOver.value).toBeNull();
});

test('a room that waits again has no view', () => {
  give('WELCOME', welcome({ meter: {} }));
  give('ROOM', roomState('waiting'));
  expect(room.view.value).toEqual({});
});

test('seconds of the match follow the speed of the server', () => {
  const clock = { phase: 'x', step: 'y', started_at: 1_000, ends_at: 2_000 };
  give('WELCOME', { ...welcome({ clock }), tick_hz: 1 });
  expect(room.matchTime(50)).toBe(51_000);
  give('WELCOME', { ...welcome({ clock }), tick_hz: 20 });
  expect(room.matchTime(50)).toBe(3_500);
});
