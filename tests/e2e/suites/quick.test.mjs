// Goal: quick play finds a table of strangers and starts by itself. Method: two pages search; six
// more people join the queue by REST; eight are a match. Those without a page never come, so the
// match begins without them.
import assert from 'node:assert/strict';

import { open, scene } from '../harness/stage.mjs';
import { t } from '../harness/texts.mjs';

const theatre = open({ tickMs: 200 });

scene('eight people who search are one match', theatre, async (stage) => {
  const names = ['Ada', 'Ben'];
  const phones = await Promise.all(names.map((name) => stage.phone(name)));
  for (const phone of phones) {
    await phone.field('look.name').fill(phone.name);
    await phone.press('landing.quick');
    await phone.reads('quick.searching');
  }
  const others = ['Cleo', 'Dora', 'Emil', 'Fay', 'Gus', 'Hana'];
  const tickets = await Promise.all(
    others.map(async (name) => (await stage.api.guest(name)).post('/api/match/join', {})),
  );
  assert.equal(new Set(tickets.map((row) => row.ticket)).size, others.length);
  await Promise.all(phones.map((phone) => phone.step('BRIEFING')));
  const [ada, ben] = phones;
  assert.equal(ada.path(), ben.path(), 'one table');
  await Promise.all(phones.map((phone) => phone.peeks().then(({ role }) => assert.ok(role))));
});

scene('who stops searching is out of the queue', theatre, async (stage) => {
  const phone = await stage.phone('Ada');
  await phone.press('landing.quick');
  await phone.reads('quick.searching');
  const gone = phone.page.waitForResponse((answer) => answer.request().method() === 'DELETE');
  await phone.press('quick.cancel');
  assert.equal((await gone).ok(), true);
  await phone.button('landing.create').waitFor();
  assert.equal(await phone.page.getByText(t('quick.searching')).count(), 0);
});

// The offer comes after 45 s; the page's clock is turned on instead of waiting.
scene(
  'on a quiet night bots are offered, and the match with them starts at once',
  theatre,
  async (stage) => {
    const phone = await stage.phone('Ada');
    await phone.page.clock.install();
    await phone.goto('/quick');
    await phone.reads('quick.searching');
    assert.equal(await phone.button('quick.bots').count(), 0);
    await phone.page.clock.runFor(46_000);
    await phone.press('quick.bots');
    await phone.step('BRIEFING');
    assert.ok((await phone.peeks()).role);
  },
);
