// Goal: a seat survives tabs, dead networks and reloads, without anybody doing anything.
import assert from 'node:assert/strict';
import { createServer, connect } from 'node:net';
import { after } from 'node:test';

import { open, scene } from '../harness/stage.mjs';
import { t } from '../harness/texts.mjs';

// A wire between the pages and the game port, that can be cut and mended.
const wire = { server: null, port: 0, up: true, pairs: new Set() };
wire.cut = () => {
  wire.up = false;
  for (const socket of wire.pairs) socket.destroy();
};
wire.mend = () => {
  wire.up = true;
};
await new Promise((done) => {
  wire.server = createServer((near) => {
    if (!wire.up) return near.destroy();
    const far = connect(theatre.server.edgePort, '127.0.0.1');
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ]) {
      wire.pairs.add(socket);
      socket.on('close', () => {
        wire.pairs.delete(socket);
        other.destroy();
      });
      socket.on('error', () => socket.destroy()); // a cut wire is the purpose
      socket.pipe(other);
    }
    return undefined;
  }).listen(0, '127.0.0.1', done);
});
wire.port = wire.server.address().port;

const theatre = open({ tickMs: 150, extra: ['--edge-url', `ws://localhost:${wire.port}/ws`] });
after(() => wire.server.close());

// What is shown, not what was said to screen readers.
const away = (phone) => phone.page.locator('p', { hasText: t('link.away') });
const lost = { allow: [/WebSocket connection to .* failed/, /ERR_INTERNET_DISCONNECTED/] };

scene('of two tabs the newer one plays, and the older one says so', theatre, async (stage) => {
  const first = await stage.phone('Ada');
  const code = await first.creates('Ada');
  const second = await stage.tab(first.page.context(), 'Ada again', `/${code}`);
  await second.hasSeated('Ada');
  await first.reads('ended.replaced');
  await first.press('ended.take_over');
  await first.hasSeated('Ada');
  await second.reads('ended.replaced');
  assert.equal(await first.seat('Ada').count(), 1, 'one person, one seat');
});

scene(
  'a page whose socket is cut comes back by itself and plays on',
  theatre,
  async (stage) => {
    const phone = await stage.phone('Ada');
    await phone.creates('Ada');
    await phone.press('lobby.start');
    await phone.step('BRIEFING');
    const { role } = await phone.peeks();
    wire.cut();
    await away(phone).waitFor();
    wire.mend();
    await away(phone).waitFor({ state: 'hidden' });
    assert.equal((await phone.peeks()).role, role);
    await phone.step('ANSWER', 1);
    await phone.answers('Back again');
    await phone.step('CROSSFIRE', 1);
    await phone.sees('Back again');
  },
  lost,
);

scene(
  'a phone without a network says so, and goes on when it is back',
  theatre,
  async (stage) => {
    const host = await stage.phone('Ada');
    const code = await host.creates('Ada');
    const guest = await stage.phone('Ben', { path: `/${code}` });
    await guest.enters('Ben');
    const device = guest.page.context();
    await device.setOffline(true);
    wire.cut();
    wire.mend();
    await away(guest).waitFor();
    await host.seat('Ben').getByText(t('seat.away')).waitFor();
    await device.setOffline(false);
    await away(guest).waitFor({ state: 'hidden' });
    await host.seat('Ben').getByText(t('seat.away')).waitFor({ state: 'hidden' });
    await guest.press('lobby.ready');
    await host.seat('Ben').getByText(t('seat.ready')).waitFor();
  },
  lost,
);
