// A page as a person uses it: found by roles and words, never by class. Waiting is Playwright's:
// for what should be there, for as long as the context's timeout. Names of steps and buttons are
// keys of the client's texts.
import { like, t } from './texts.mjs';

const roles = ['WITNESS', 'INSPECTOR', 'CULPRIT'];

export class Page {
  constructor(page, name, stage) {
    this.page = page;
    this.name = name;
    this.stage = stage;
  }

  goto = (path) => this.page.goto(path);
  close = () => this.page.close();
  path = () => new URL(this.page.url()).pathname;

  button = (key, values) => this.page.getByRole('button', { name: like(key, values) });
  link = (key) => this.page.getByRole('link', { name: t(key), exact: true });
  field = (key) => this.page.getByLabel(t(key), { exact: true });
  press = (key) => this.button(key).first().click();

  // Waits until a text (or the text of a key) stands somewhere on the page.
  async sees(what) {
    await this.page.getByText(what).first().waitFor();
  }
  async reads(key, values) {
    await this.sees(t(key, values));
  }

  // Who is signed in here: {access, refresh, user}, as the page stored it.
  account() {
    return this.page.evaluate(() => ({
      ...JSON.parse(localStorage.getItem('whoosh.tokens')),
      user: JSON.parse(localStorage.getItem('whoosh.user')),
    }));
  }

  // A new account, made on the page; its coins are a gift of the house.
  async registers(username, password, coins = 0) {
    await this.goto('/register');
    await this.field('account.username').fill(username);
    await this.field('account.email').fill(`${username}@whoosh.example`);
    await this.field('account.password').fill(password);
    await this.page
      .locator('form')
      .getByRole('button', { name: t('account.create') })
      .click();
    await this.page.getByRole('link', { name: username }).waitFor();
    if (coins === 0) return;
    const words = ['--user', username, '--coins', String(coins), '--reason', 'test'];
    this.stage.server.admin('grant', ...words);
  }

  async signsIn(username, password) {
    await this.goto('/signin');
    await this.field('account.username_or_email').fill(username);
    await this.field('account.password').fill(password);
    await this.page
      .locator('form')
      .getByRole('button', { name: t('account.in') })
      .click();
    await this.page.getByRole('link', { name: username }).waitFor();
  }

  // ---- in the store ----

  // Opens an item; the sheet it stands on.
  async finds(name) {
    await this.page.getByRole('button', { name: new RegExp(`^${name}`) }).click();
    const sheet = this.page.getByRole('dialog', { name });
    await sheet.waitFor();
    return sheet;
  }
  async buysAndWears(name) {
    const sheet = await this.finds(name);
    await sheet.getByRole('button', { name: like('store.buy') }).click();
    await sheet.getByRole('button', { name: t('store.confirm') }).click();
    await this.reads('store.bought', { name });
    await sheet.getByRole('button', { name: t('store.wear') }).click();
    await sheet.getByRole('button', { name: t('store.take_off') }).waitFor();
    await this.page.keyboard.press('Escape');
  }

  // ---- into a room ----

  // From the front page: a name, a new party. Returns the code.
  async creates(name) {
    await this.field('look.name').fill(name);
    await this.press('landing.create');
    return this.code();
  }

  // At the door of a room (/CODE): a name, in.
  async enters(name) {
    await this.field('look.name').fill(name);
    await this.press('door.enter');
    await this.inLobby();
  }

  async inLobby() {
    await this.seats().waitFor();
  }

  async code() {
    await this.page.waitForURL(/\/[A-Z]{4,5}$/);
    await this.inLobby();
    return this.path().slice(1);
  }

  seats = () => this.page.getByRole('list', { name: t('lobby.players') });
  seat = (name) => this.page.getByRole('listitem').filter({ hasText: name });
  async hasSeated(...names) {
    for (const name of names) await this.seat(name).first().waitFor();
  }

  // ---- a match of Suspect ----

  // Waits for a step: ('ANSWER', 2) is "Question 2 of 3" in the bar on top.
  async step(step, round = 0) {
    await this.page
      .getByText(t(`suspect.step.${step}`, { round }), { exact: false })
      .first()
      .waitFor();
  }

  // Holds the secret as a thumb does; says what stands there: {role, text}.
  async peeks() {
    const lid = this.page.getByRole('button', { name: new RegExp(`${t('suspect.peek.hold')}$`) });
    await lid.focus();
    await this.page.keyboard.down('Space');
    const inside = this.page
      .locator('[aria-live=assertive]')
      .filter({ hasText: t('suspect.your_card') });
    const text = await inside.innerText();
    await this.page.keyboard.up('Space');
    await inside.waitFor({ state: 'hidden' });
    return { role: roles.find((role) => text.startsWith(t(`suspect.role.${role}`))), text };
  }

  async answers(text) {
    await this.field('suspect.answer.label').fill(text);
    await this.page.keyboard.press('Enter');
  }

  // Answers whoever presses; the next question may stand below with a field of its own.
  async answersPress(text) {
    await this.field('suspect.press_answer').fill(text);
    await this.page.keyboard.press('Enter');
    await this.field('suspect.press_answer').waitFor({ state: 'hidden' });
  }

  async opens(tab) {
    await this.page.getByRole('tab', { name: t(`suspect.tab.${tab}`) }).click();
  }

  async suspects(name) {
    await this.opens('table');
    const finger = (key) =>
      this.page.getByRole('button', { name: t(`suspect.${key}_name`, { name }), exact: true });
    await finger('suspect').click();
    await finger('suspecting').waitFor();
  }

  async says(text) {
    await this.opens('talk');
    await this.field('suspect.talk.say').fill(text);
    await this.page.keyboard.press('Enter');
  }

  // Publishes the card, true or (a culprit's) forged. False: none was dealt.
  async publishes() {
    await this.opens('evidence');
    const own = this.button('suspect.evidence.mine');
    if ((await own.count()) === 0) return false;
    await own.click();
    const sheet = this.page.getByRole('dialog', { name: t('suspect.your_card') });
    await sheet.waitFor();
    const forge = sheet.getByText(t('suspect.evidence.kind.clear'));
    if ((await forge.count()) > 0) {
      await forge.click();
      await sheet.getByRole('checkbox').first().check({ force: true });
    }
    await sheet.getByRole('button', { name: like('suspect.evidence.publish') }).click();
    await this.reads('suspect.evidence.published');
    return true;
  }

  // Asks `name` a follow-up question.
  async pressesFor(name) {
    await this.opens('table');
    await this.page.getByRole('button', { name: new RegExp(`^${name}`), expanded: false }).click();
    await this.press('suspect.press');
  }

  async votes(name) {
    await this.page.getByRole('radio', { name: new RegExp(`^${name}`) }).check({ force: true });
    await this.page.getByRole('button', { name: `${t('suspect.vote.lock')}: ${name}` }).click();
    await this.reads('suspect.vote.locked', { name });
  }

  // Locks whatever is chosen.
  async lock() {
    await this.press('suspect.vote.lock');
  }

  // ---- after it ----

  verdict = new RegExp(
    ['caught', 'slipped', 'wrong', 'none'].map((end) => t(`suspect.reveal.${end}`)).join('|'),
  );

  // On from the reveal to the standings; the words of "What changed", once the numbers are there.
  async changed() {
    await this.press('results.show');
    const found = await this.page.waitForFunction((label) => {
      const box = document.querySelector(`section[aria-label="${label}"]`);
      return box ? box.innerText : null;
    }, t('changed.title'));
    return found.jsonValue();
  }
}
