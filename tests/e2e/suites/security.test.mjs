// Goal: an account belongs to its owner: devices can be thrown out, the password changed, data taken along and
// erased. Method: one account on two devices.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { open, scene } from '../harness/stage.mjs';
import { t } from '../harness/texts.mjs';

const theatre = open({ tickMs: 100 });
const password = 'quiet market at night';
const thrown_out = { allow: [/401|403/] };

// Two devices of one account.
async function two(stage, username) {
  const first = await stage.phone('first');
  await first.registers(username, password);
  const second = await stage.phone('second');
  await second.signsIn(username, password);
  return [first, second];
}
async function isOut(phone) {
  await phone.goto('/profile');
  await phone.page.waitForURL(/\/signin$/);
}

scene(
  'a device is signed out from another one',
  theatre,
  async (stage) => {
    const [first, second] = await two(stage, 'fay_two');
    await first.goto('/security');
    await first.reads('security.this');
    await first.page.getByRole('button', { name: /^Sign out: / }).click();
    await first.page.getByRole('button', { name: /^Sign out: / }).waitFor({ state: 'detached' });
    await isOut(second);
    await first.goto('/profile');
    await first.sees('@fay_two');
  },
  thrown_out,
);

scene(
  'a new password, and the other devices are out',
  theatre,
  async (stage) => {
    const next = 'a lighthouse made of cheese';
    const [first, second] = await two(stage, 'gus_new');
    await first.goto('/security');
    await first.field('security.current').fill('not it');
    await first.field('security.new').fill(next);
    await first.press('security.change');
    await first.page.waitForFunction(
      (element) => element.getAttribute('aria-invalid') === 'true',
      await first.field('security.current').elementHandle(),
    );
    await first.field('security.current').fill(password);
    await first.field('security.new').fill(next);
    await first.press('security.change');
    await first.reads('security.password_changed');
    await isOut(second);
    await first.goto('/profile');
    await first.sees('@gus_new');
    await assert.rejects(stage.api.login('gus_new', password), /bad_credentials/);
    await stage.api.login('gus_new', next);
  },
  thrown_out,
);

scene('data are taken along, then erased', theatre, async (stage) => {
  const phone = await stage.phone('Hal');
  await phone.registers('hal_goes', password);
  await phone.goto('/security');
  const [file] = await Promise.all([
    phone.page.waitForEvent('download'),
    phone.press('security.download'),
  ]);
  const data = JSON.parse(readFileSync(await file.path(), 'utf8'));
  assert.equal(data.profile.username, 'hal_goes');
  assert.equal(data.sessions.length, 1);
  await phone.press('security.delete');
  await phone.page
    .getByRole('dialog', { name: t('security.delete') })
    .getByRole('button', { name: t('security.delete_do') })
    .click();
  await phone.link('account.in').waitFor();
  await assert.rejects(stage.api.login('hal_goes', password), /bad_credentials/);
});
