// The game edge and a WebSocket implementation that we have no part in, `ws`: the handshake, frames
// and closes of RFC 6455 as it understands them, on lobby connections of a real `whoosh solo`.
// docs/CONFORMANCE.md has what is tested where.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';

import { auth, Client, memoryStorage } from '@whoosh/sdk';
import WebSocket from 'ws';

import { startServer } from '../../../../tests/e2e/harness/server.mjs';

let server;
before(async () => {
  server = await startServer({ tickMs: 20 });
});
after(() => server.stop());

const port = () => server.edgePort;

// A lobby connection of a new guest; its WELCOME has been read.
async function lobby(protocols = [], options = {}) {
  const client = new Client({ url: server.url, WebSocket, storage: memoryStorage() });
  await auth.guest(client, { display_name: 'Peer' });
  const socket = new WebSocket(`ws://127.0.0.1:${port()}/ws`, protocols, {
    headers: { Authorization: `Bearer ${client.tokens.access}` },
    ...options,
  });
  const [data, isBinary] = await once(socket, 'message');
  assert.equal(isBinary, false);
  assert.equal(JSON.parse(data).type, 'WELCOME');
  return socket;
}
const ping = (t) => JSON.stringify({ type: 'PING', payload: { t } });
async function answer(socket) {
  const [data] = await once(socket, 'message');
  return JSON.parse(data);
}
async function closedWith(socket) {
  const [code] = await once(socket, 'close');
  return code;
}

test('permessage-deflate is offered and not taken; whoosh.v1 is taken of several', async () => {
  const socket = await lobby(['other', 'whoosh.v1'], { perMessageDeflate: true });
  assert.equal(socket.extensions, '');
  assert.equal(socket.protocol, 'whoosh.v1');
  socket.send(ping(1), { compress: true });
  assert.equal((await answer(socket)).payload.t, 1);
  socket.close(1000);
  assert.equal(await closedWith(socket), 1000);
});

test('messages of every way to write a length, whole and in fragments, with pings between', async () => {
  const socket = await lobby();
  const pongs = [];
  socket.on('pong', (data) => pongs.push(String(data)));
  for (const size of [0, 60, 61, 4000]) {
    const text = JSON.stringify({ type: 'PING', id: 'x'.repeat(size % 64), payload: { t: size } });
    const padded = text + ' '.repeat(Math.max(0, size - text.length));
    socket.send(padded);
    assert.equal((await answer(socket)).payload.t, size);
    const cut = Math.floor(padded.length / 2);
    socket.send(padded.slice(0, cut), { fin: false });
    socket.ping(`between ${size}`);
    socket.send(padded.slice(cut), { fin: true });
    assert.equal((await answer(socket)).payload.t, size);
  }
  assert.deepEqual(
    pongs,
    [0, 60, 61, 4000].map((size) => `between ${size}`),
  );
  socket.pong('unasked');
  socket.ping(Buffer.alloc(125, 0xff));
  const [data] = await once(socket, 'pong');
  assert.deepEqual(data, Buffer.alloc(125, 0xff));
  socket.terminate();
});

test('closes: the code comes back, none for none', async () => {
  for (const [sent, told] of [
    [1000, 1000],
    [3000, 3000],
    [4999, 4999],
    [undefined, 1005],
  ]) {
    const socket = await lobby();
    socket.close(sent, sent && 'bye');
    assert.equal(await closedWith(socket), told);
  }
});

test('what is refused, and with which code', async () => {
  const rows = [
    [1003, (socket) => socket.send(Buffer.from('x'), { binary: true })],
    [1007, (socket) => socket.send(Buffer.from([0xc3, 0x28]), { binary: false })],
    [1009, (socket) => socket.send('x'.repeat(8193))],
    [1002, (socket) => socket._socket.write(Buffer.from([0x81, 0x01, 0x78]))], // not masked
    [1002, (socket) => socket._socket.write(Buffer.from([0xc1, 0x80, 0, 0, 0, 0]))], // RSV1
    [1002, (socket) => socket._socket.write(Buffer.from([0x83, 0x80, 0, 0, 0, 0]))],
  ];
  for (const [code, send] of rows) {
    const socket = await lobby();
    send(socket);
    assert.equal(await closedWith(socket), code);
  }
});

test('a refusal before the upgrade is an HTTP answer', async () => {
  const socket = new WebSocket(`ws://127.0.0.1:${port()}/ws?token=nonsense`);
  const [, response] = await once(socket, 'unexpected-response');
  assert.equal(response.statusCode, 401);
  let body = '';
  for await (const chunk of response) body += chunk;
  assert.equal(JSON.parse(body).code, 'bad_token');
});
