// Goal: whoever has a code or a link gets in, with thumbs, with a keyboard, and with large print.
import assert from 'node:assert/strict';

import { open, scene } from '../harness/stage.mjs';
import { t } from '../harness/texts.mjs';

const theatre = open({ tickMs: 100 });

scene('a link with the code asks for a name only', theatre, async (stage) => {
  const host = await stage.phone('Ada');
  const code = await host.creates('Ada');
  const guest = await stage.phone('Ben', { path: `/${code.toLowerCase()}` });
  await guest.page.getByRole('heading', { name: code }).waitFor();
  await guest.enters('Ben');
  await Promise.all([host.hasSeated('Ada', 'Ben'), guest.hasSeated('Ada', 'Ben')]);
  assert.equal(guest.path(), `/${code}`);
});

scene('a pasted link is understood by the code field', theatre, async (stage) => {
  const host = await stage.phone('Ada');
  const code = await host.creates('Ada');
  const guest = await stage.phone('Ben');
  await guest.field('look.name').fill('Ben');
  await guest.field('landing.code').fill(`http://whoosh.example/${code.toLowerCase()}?x=1`);
  await guest.press('landing.join');
  await guest.hasSeated('Ada', 'Ben');
});

const not_found = { allow: [/404 \(Not Found\)/] };

scene(
  'a wrong code is told in one sentence, and nobody is stuck',
  theatre,
  async (stage) => {
    const guest = await stage.phone('Ben');
    await guest.field('landing.code').fill('ZZZZ');
    await guest.press('landing.join');
    await guest.reads('error.room_not_found');
    assert.equal(guest.path(), '/');
    await guest.goto('/no/such/place');
    await guest.page.getByRole('heading', { name: t('lost.title') }).waitFor();
    await guest.link('home').click();
    await guest.button('landing.create').waitFor();
  },
  not_found,
);

scene('a keyboard alone is enough to join and to get ready', theatre, async (stage) => {
  const host = await stage.phone('Ada');
  const code = await host.creates('Ada');
  const { page, ...guest } = await stage.phone('Ben');
  const tabTo = async (target) => {
    for (let presses = 0; presses < 30; presses++) {
      await page.keyboard.press('Tab');
      if (await target.evaluate((element) => element === document.activeElement)) return;
    }
    assert.fail(`Tab never reached ${target}`);
  };
  await tabTo(guest.field('landing.code'));
  await page.keyboard.type(code.toLowerCase());
  await tabTo(guest.field('look.name'));
  await page.keyboard.type('Ben');
  await page.keyboard.press('Shift+Tab'); // the face
  await page.keyboard.press('Shift+Tab');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), t('landing.join'));
  await page.keyboard.press('Enter');
  await host.hasSeated('Ben');
  const ready = guest.button('lobby.ready').first();
  await ready.waitFor();
  await tabTo(ready);
  assert.notEqual(
    await ready.evaluate((element) => getComputedStyle(element).outlineStyle),
    'none',
    'where the keyboard is can be seen',
  );
  await page.keyboard.press('Space');
  await guest.button('lobby.ready_on').waitFor();
  await host.seat('Ben').getByText(t('seat.ready')).waitFor();
});

// Zooming narrows the page in CSS pixels (WCAG 1.4.10 asks for 320); large print grows the text in
// the same width.
const zooms = [
  { title: 'a computer at 200 %', size: { width: 640, height: 360 } },
  { title: 'a computer at 400 %', size: { width: 320, height: 180 } },
  { title: 'a phone with large print', size: { width: 390, height: 844 }, print: '200%' },
];
for (const { title, size, print } of zooms) {
  scene(`the front page works on ${title}`, theatre, async (stage) => {
    const host = await stage.phone('Ada');
    const code = await host.creates('Ada');
    const guest = await stage.phone('Ben', { size });
    if (print) await guest.page.addStyleTag({ content: `html { font-size: ${print} !important }` });
    const wide = await guest.page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    assert.ok(wide <= 0, `${wide} px hang out at the side`);
    for (const key of ['landing.create', 'landing.quick']) {
      const box = await guest.button(key).boundingBox();
      assert.ok(box.x >= 0 && box.x + box.width <= size.width, `${t(key)} is cut: ${box.x}`);
    }
    await guest.field('look.name').fill('Ben');
    await guest.field('landing.code').fill(code);
    await guest.press('landing.join');
    await guest.hasSeated('Ada', 'Ben');
  });
}
