// Goal: coins buy what others see. Method: an account with coins of the house shops and walks into a room,
// where a second phone and a big screen look at it; another one has too few.
import assert from 'node:assert/strict';

import { Inspection } from '../harness/checks.mjs';
import { open, scene } from '../harness/stage.mjs';
import { t } from '../harness/texts.mjs';

const theatre = open({ tickMs: 100 });
const password = 'quiet market at night';

scene('what somebody buys and wears is seen by the others in the room', theatre, async (stage) => {
  const ada = await stage.phone('Ada');
  await ada.registers('ada_shops', password, 500);
  await ada.goto('/store');
  await ada.buysAndWears('Ink Ring');
  await ada.buysAndWears('Fresh Face');
  await ada.buysAndWears('Snack Table');
  assert.equal(Number(await ada.page.locator('.purse b').innerText()), 500 - 40 - 40 - 160);

  await ada.goto('/');
  const code = await ada.creates('Ada');
  const ben = await stage.phone('Ben', { path: `/${code}` });
  await ben.enters('Ben');
  const screen = await stage.screen(code);
  for (const witness of [ben, screen]) {
    const seat = witness.seat('Ada').first();
    await seat.locator('img[src="/cosmetics/frame_ink.svg"]').waitFor();
    await seat.getByText('Fresh Face').waitFor();
  }
  assert.equal(await ben.page.getByRole('button', { name: 'pizza' }).count(), 0);
  await ada.page.getByRole('button', { name: 'pizza' }).click();
  await Promise.all([ben.sees('🍕'), screen.sees('🍕')]);
});

scene('the coins of the day, and what they are too few for', theatre, async (stage) => {
  const cleo = await stage.phone('Cleo');
  await cleo.registers('cleo_saves', password);
  await cleo.goto('/store');
  await cleo.press('daily.claim');
  await cleo.reads('daily.got', { n: 10 });
  await cleo.page.reload();
  await cleo.page.getByText(t('daily.next').split('{')[0]).waitFor();
  const sheet = await cleo.finds('Living Legend');
  await sheet.getByText(t('store.short.other', { price: 1500, n: 1490 })).waitFor();
  assert.equal(await sheet.getByRole('button', { name: /^Buy/ }).count(), 0);
  await cleo.page.keyboard.press('Escape');
  await cleo.goto('/wallet');
  await cleo.page.getByText(t('daily.next').split('{')[0]).waitFor();
  await cleo.reads('daily.streak.one', { n: 1 });
  await cleo.reads('wallet.reason.daily');
  await cleo.sees('+10');
});

scene('a guest is told that coins come with an account', theatre, async (stage) => {
  const phone = await stage.phone('Dee');
  await phone.creates('Dee');
  await phone.goto('/store');
  await phone.reads('store.guest');
  await phone.page.getByRole('button', { name: /^Ink Ring/ }).waitFor();
  assert.equal(await phone.button('daily.claim').count(), 0);
});

scene('store, wallet and safety can be used by everybody', theatre, async (stage) => {
  const inspection = new Inspection();
  const eva = await stage.phone('Eva');
  await eva.registers('eva_looks', password, 100);
  await eva.goto('/store');
  await eva.page.getByRole('button', { name: /^Ink Ring/ }).waitFor();
  await inspection.look(eva, 'store');
  await eva.finds('Ink Ring');
  await inspection.look(eva, 'one item');
  await eva.goto('/wallet');
  await eva.reads('wallet.reason.grant');
  await inspection.look(eva, 'wallet');
  await eva.goto('/security');
  await eva.reads('security.this');
  await inspection.look(eva, 'account and safety');
  inspection.assertFine();
});
