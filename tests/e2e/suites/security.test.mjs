// Goal: an account belongs to its owner: devices can be thrown out, the password changed, data taken along and
// erased. Method: one account on two devices.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
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
    const dialog = first.page.getByRole('dialog', { name: /^Sign out: / });
    await first.field('security.again').fill('not it');
    await dialog.getByRole('button', { name: t('security.out'), exact: true }).click();
    await first.page.waitForFunction(
      (element) => element.getAttribute('aria-invalid') === 'true',
      await first.field('security.again').elementHandle(),
    );
    await first.field('security.again').fill(password);
    await dialog.getByRole('button', { name: t('security.out'), exact: true }).click();
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

// What an authenticator app shows, so many steps from now.
function appCode(secret, steps = 0) {
  const bits = [...secret.replace(/ /g, '')]
    .map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0'))
    .join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const mac = createHmac('sha1', key).update(counter).digest();
  const number = mac.readUInt32BE(mac[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}

scene(
  'a second factor is set up, asked for, and a lost password comes back',
  theatre,
  async (stage) => {
    const phone = await stage.phone('Ida');
    await phone.registers('ida_two', password);
    await phone.goto('/security');
    await phone.press('factor.turn_on');
    await phone.field('factor.password').fill(password);
    await phone.press('factor.do_on');
    const secret = await phone.page.locator('.factor-secret').textContent();
    await phone.field('factor.code').fill(appCode(secret));
    await phone.press('factor.confirm');
    await phone.reads('factor.keep');
    const codes = await phone.page.locator('.factor-codes code').allTextContents();
    assert.equal(codes.length, 10);

    const second = await stage.phone('second');
    await second.goto('/signin');
    await second.field('account.username_or_email').fill('ida_two');
    await second.field('account.password').fill(password);
    await second.press('account.in');
    await second.field('account.totp').fill(codes[0]);
    await second.press('account.in');
    await second.page.getByRole('link', { name: 'ida_two' }).waitFor();
    await second.goto('/profile');
    await second.sees('@ida_two');

    const third = await stage.phone('third');
    await third.goto('/signin');
    await third.press('account.lost');
    await third.field('account.username_or_email').fill('ida_two');
    await third.field('account.recovery_code').fill(codes[1]);
    await third.field('account.new_password').fill('a lighthouse made of cheese');
    await third.press('account.reset');
    await third.field('account.totp').fill(appCode(secret, 1));
    await third.press('account.reset');
    await third.reads('account.reset_done');
    await isOut(second);
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
