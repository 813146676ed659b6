// The built package in plain Node.js against a real `whoosh solo`: accounts, a room that survives its
// connection, the queue, and the bot of the README, word for word.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { ApiError, auth, Client, enter, memoryStorage, queue, rooms, users } from '@whoosh/sdk';
import WebSocket from 'ws';

import { startServer } from '../../../../tests/e2e/harness/server.mjs';

const example = fileURLToPath(new URL('../../examples/bot.mjs', import.meta.url));
const patience_ms = 30_000;
let server;
const open = []; // rooms to be left behind

before(async () => {
  server = await startServer({ tickMs: 20 });
});
after(async () => {
  for (const room of open) room.dispose();
  await server.stop();
});

async function person(name, options = {}) {
  const client = new Client({ url: server.url, WebSocket, ...options });
  await auth.guest(client, { display_name: name });
  return client;
}
async function seat(client, code, options) {
  const room = await enter(client, code, options);
  open.push(room);
  return room;
}
// Resolves at the first payload of this type that fits.
function next(room, type, fits = () => true) {
  return new Promise((done, fail) => {
    const timer = setTimeout(() => fail(new Error(`no ${type} in time`)), patience_ms);
    const end = room.on(type, (payload) => {
      if (!fits(payload)) return;
      clearTimeout(timer);
      end();
      done(payload);
    });
  });
}
const refused = (status, code) => (error) =>
  error instanceof ApiError &&
  error.status === status &&
  error.code === code &&
  error.requestId.length > 0;

test('an account: guest, converted, out, in, and every error with its code and fields', async () => {
  const client = await person('Mo');
  const account = {
    username: 'mo_the_mole',
    email: 'mo@example.org',
    password: 'seven blue foxes',
  };
  const { user } = await auth.convertGuest(client, account);
  assert.equal(user.is_guest, false);
  await auth.logout(client);
  assert.equal(client.tokens, null);
  await assert.rejects(users.me(client), refused(401, 'unauthorized'));
  await assert.rejects(
    auth.login(client, { username: 'mo_the_mole', password: 'wrong' }),
    refused(401, 'bad_credentials'),
  );
  await auth.login(client, { username: 'mo@example.org', password: account.password });
  assert.equal((await users.me(client)).id, user.id);
  const other = new Client({ url: server.url });
  await assert.rejects(auth.register(other, account), refused(409, 'username_taken'));
  await assert.rejects(auth.register(other, { ...account, username: '!' }), (error) => {
    assert.equal(error.status, 422);
    assert.ok(error.fields.username.length > 0);
    return true;
  });
});

test('a token that is no longer valid is renewed once, for all who wait and all who share the storage', async () => {
  const storage = memoryStorage();
  const asked = [];
  const watched = (url, init) => {
    asked.push(String(url));
    return fetch(url, init);
  };
  const client = await person('Ann', { storage, fetch: watched });
  const before = client.tokens;
  client.setTokens({ ...before, access: before.access.slice(0, -8) + 'AAAAAAAA' });
  const answers = await Promise.all([users.me(client), users.me(client), users.me(client)]);
  assert.equal(new Set(answers.map((me) => me.id)).size, 1);
  assert.equal(asked.filter((url) => url.endsWith('/token/refresh')).length, 1);
  assert.notEqual(client.tokens.refresh, before.refresh);
  const sibling = new Client({ url: server.url, storage });
  assert.equal((await users.me(sibling)).id, answers[0].id);
});

test('a room: who is here, the view in patches, and the same seat after the connection broke', async () => {
  const sockets = [];
  class Watched extends WebSocket {
    constructor(...words) {
      super(...words);
      sockets.push(this);
    }
  }
  const host = await person('Host', { WebSocket: Watched });
  const info = await rooms.create(host, { game: 'suspect', settings: { bots: 'fill' } });
  const mine = await seat(host, info.code, { info });
  await next(mine, 'ROOM');
  const guest = await person('Guest');
  const joined = next(mine, 'ROOM', ({ players }) => players.length === 2);
  const theirs = await seat(guest, info.code);
  await Promise.all([joined, next(theirs, 'ROOM')]);
  assert.equal(mine.isHost, true);
  await assert.rejects(theirs.send('START'), { name: 'SendError', code: 'not_host' });
  const playing = next(mine, 'ROOM', ({ phase }) => phase === 'playing');
  await mine.send('START');
  await playing;
  await next(mine, 'STATE');
  const number = mine.me.seat;
  const back = next(mine, 'WELCOME');
  sockets.at(-1).terminate();
  await next(mine, 'link', (link) => link === 'stale');
  const welcome = await back;
  assert.equal(mine.link, 'open');
  assert.equal(welcome.you.seat, number);
  assert.equal(sockets.at(-1).protocol, 'whoosh.v1');
  await next(mine, 'STATE');
  // Whatever was patched since is what a fresh view says.
  const patched = structuredClone(mine.view);
  const fresh = next(mine, 'WELCOME');
  await mine.send('SYNC');
  assert.deepEqual(Object.keys((await fresh).state).sort(), Object.keys(patched).sort());
  const over = next(mine, 'GAME_OVER');
  assert.equal((await over).standings.filter(({ id }) => id === mine.you).length, 1);
  await mine.leave();
  assert.equal(host.seats.get(info.code, 'player'), null);
});

test('a wrong code is told by enter', async () => {
  const client = await person('Lost');
  await assert.rejects(enter(client, 'ZZZZ'), refused(404, 'room_not_found'));
});

test('eight strangers in the queue meet in one room; a signal gives the ticket back', async () => {
  const people = await Promise.all([...'ABCDEFGH'].map((name) => person(name)));
  const abort = new AbortController();
  const quitter = await person('Quitter');
  const quit = queue.match(quitter, {}, { signal: abort.signal, onChange: () => abort.abort() });
  assert.equal(await quit, null);
  const found = await Promise.all(people.map((client) => queue.match(client)));
  assert.equal(new Set(found.map((info) => info.room)).size, 1);
  const room = await seat(people[0], found[0].code, { info: found[0] });
  assert.equal((await next(room, 'ROOM')).matchmade, true);
});

test('the bot of the README plays a match', async () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  assert.ok(readme.includes(readFileSync(example, 'utf8')), 'README.md shows examples/bot.mjs');
  const said = await new Promise((done, fail) => {
    execFile(
      process.execPath,
      [example, server.url],
      { timeout: patience_ms },
      (error, out, err) => (error ? fail(error) : done(out + err)),
    );
  });
  assert.match(said, /^in room [A-Z]{4}\n(won|lost) with -?\d+ points, place \d+\n$/);
});
