// Goal: a guest needs nothing, an account keeps what a guest has, and signing out leaves nothing
// behind.
import assert from 'node:assert/strict';

import { open, scene } from '../harness/stage.mjs';
import { t } from '../harness/texts.mjs';

const theatre = open({ tickMs: 100 });
const password = 'quiet market at night';
const submit = (phone, key) =>
  phone.page
    .locator('form')
    .getByRole('button', { name: t(key) })
    .click();

async function fillIn(phone, values) {
  for (const [key, value] of Object.entries(values))
    await phone.field(`account.${key}`).fill(value);
}

scene('a guest plays without an account and can make one later', theatre, async (stage) => {
  const phone = await stage.phone('Ada');
  await phone.creates('Ada');
  await phone.goto('/profile');
  await phone.page.getByRole('heading', { name: 'Ada' }).waitFor();
  await phone.reads('profile.guest');
  await phone.reads('profile.no_history');
  const stored = () =>
    phone.page.evaluate(() => JSON.parse(localStorage.getItem('whoosh.user')).id);
  const id = await stored();

  await phone.press('account.create');
  const sheet = phone.page.getByRole('dialog', { name: t('account.create') });
  await sheet.waitFor();
  await fillIn(phone, { username: 'ada_l', email: 'ada@whoosh.example', password });
  await sheet.getByRole('button', { name: t('account.create') }).click();
  await phone.reads('profile.converted');
  await phone.sees('@ada_l');
  assert.equal(await stored(), id, 'the same person');
  const behind = await stage.api.login('ada@whoosh.example', password);
  assert.equal(behind.user.id, id);
});

scene('register, sign out, sign in', theatre, async (stage) => {
  const phone = await stage.phone('Ben');
  await phone.link('account.in').click();
  await phone.link('account.to_up').click();
  await phone.page.getByRole('heading', { name: t('account.up') }).waitFor();
  await fillIn(phone, { username: 'ben_k', email: 'ben@whoosh.example', password });
  await submit(phone, 'account.create');
  const chip = phone.page.getByRole('link', { name: 'ben_k' });
  await chip.click();
  await phone.sees('@ben_k');

  await phone.press('account.out');
  await phone.link('account.in').waitFor();
  assert.equal(await phone.page.evaluate(() => localStorage.getItem('whoosh.tokens')), null);

  await phone.link('account.in').click();
  await fillIn(phone, { username_or_email: 'ben@whoosh.example', password });
  await submit(phone, 'account.in');
  await chip.waitFor();
});

const refused = { allow: [/40[0-9] \(|409|422|401/] };

scene(
  'what is wrong with a form stands at its field',
  theatre,
  async (stage) => {
    const phone = await stage.phone('Cleo', { path: '/register' });
    await fillIn(phone, { username: 'c', email: 'nowhere', password: 'short' });
    await submit(phone, 'account.create');
    for (const key of ['username', 'email', 'password']) {
      const field = phone.field(`account.${key}`);
      await phone.page.waitForFunction(
        (element) => element.getAttribute('aria-invalid') === 'true',
        await field.elementHandle(),
      );
      assert.ok(await field.getAttribute('aria-describedby'), `${key} says why`);
    }
    await phone.goto('/signin');
    await fillIn(phone, { username_or_email: 'nobody', password: 'not this one' });
    await submit(phone, 'account.in');
    await phone.page.getByRole('alert').waitFor();
  },
  refused,
);
