// Pictures of every screen, to be looked at by people: node shots.mjs FOLDER (default var/shots).
// Plays one match against bots, slow enough to take a picture of each step.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { settled } from './harness/checks.mjs';
import { launch, screen_size, Stage } from './harness/stage.mjs';
import { startServer } from './harness/server.mjs';
import { t } from './harness/texts.mjs';

const folder = process.argv[2] ?? fileURLToPath(new URL('../../var/shots', import.meta.url));
mkdirSync(folder, { recursive: true });

async function shot({ page }, name, options = {}) {
  await page.evaluate(settled);
  await page.screenshot({ path: join(folder, `${name}.png`), ...options });
}

async function visit(stage) {
  const phone = await stage.phone('Ada');
  await phone.button('landing.create').waitFor();
  await shot(phone, 'phone-landing');
  for (const [name, path] of [
    ['signin', '/signin'],
    ['register', '/register'],
    ['door', '/ABCD'],
    ['lost', '/no/where'],
  ]) {
    await phone.goto(path);
    await phone.page.getByRole('heading').first().waitFor();
    await shot(phone, `phone-${name}`);
  }
  await phone.goto('/quick');
  await phone.reads('quick.searching');
  await shot(phone, 'phone-quick');
  const desk = await stage.phone('Ada', { size: screen_size });
  await shot(desk, 'screen-landing');
}

async function lobby(stage, names) {
  const host = await stage.phone(names[0]);
  const code = await host.creates(names[0]);
  const screen = await stage.screen(code);
  await shot(screen, 'screen-lobby-first');
  const guests = await Promise.all(
    names.slice(1).map(async (name) => {
      const phone = await stage.phone(name, { path: `/${code}` });
      await phone.enters(name);
      return phone;
    }),
  );
  await screen.hasSeated(...names);
  await guests[0].press('lobby.ready');
  await host.hasSeated(...names);
  await shot(host, 'phone-lobby');
  await shot(guests[0], 'phone-lobby-guest');
  await shot(screen, 'screen-lobby');
  for (const [name, open, title] of [
    ['invite', 'lobby.code', 'lobby.invite'],
    ['settings', 'lobby.settings', 'lobby.settings'],
  ]) {
    await host.press(open);
    await host.page.getByRole('dialog', { name: t(title) }).waitFor();
    await shot(host, `phone-${name}`);
    await host.page.keyboard.press('Escape');
  }
  return { phones: [host, ...guests], screen };
}

const said = ['Smells of fish here', 'Mind the wet floor', 'I was only passing by', 'Ask the cook'];

async function match({ phones, screen }) {
  const [host, ...guests] = phones;
  const both = (name) => Promise.all([shot(host, `phone-${name}`), shot(screen, `screen-${name}`)]);
  const at = (step, round) =>
    Promise.all([...phones, screen].map((page) => page.step(step, round)));
  await host.press('lobby.start');
  await at('BRIEFING');
  await both('briefing');
  const lid = host.page.getByRole('button', { name: new RegExp(`${t('suspect.peek.hold')}$`) });
  await lid.focus();
  await host.page.keyboard.down('Space');
  await host.reads('suspect.peek.shown');
  await shot(host, 'phone-secret');
  await host.page.keyboard.up('Space');

  await at('ANSWER', 1);
  await guests[0].answers(said[1]);
  await host.field('suspect.answer.label').fill(said[0]);
  await both('answer');
  await Promise.all(phones.map((phone, i) => phone.answers(said[i])));
  await at('CROSSFIRE', 1);
  await guests[1].suspects(host.name);
  await guests[0].suspects(guests[2].name);
  await guests[0].says('Your answer fits anywhere, really');
  await guests[2].says('Why so nervous?');
  for (const guest of guests) await guest.publishes();
  await host.suspects(guests[2].name);
  await both('crossfire');
  await host.opens('talk');
  await shot(host, 'phone-talk');
  await host.opens('evidence');
  await shot(host, 'phone-evidence');

  await at('CROSSFIRE', 2);
  await guests[0].pressesFor(host.name);
  await host.reads('suspect.press_me');
  await both('pressed');
  await at('VOTE');
  await both('vote');
  await Promise.all(phones.map((phone) => phone.lock()));
  await Promise.all([...phones, screen].map((page) => page.sees(page.verdict)));
  await both('reveal');
  await shot(host, 'phone-reveal-full', { fullPage: true });
  await Promise.all([host.changed(), screen.reads('results.title')]);
  await both('results');
  await shot(host, 'phone-results-full', { fullPage: true });
  await host.goto('/profile');
  await host.page.getByRole('listitem').first().waitFor();
  await shot(host, 'phone-profile');
  await shot(host, 'phone-profile-full', { fullPage: true });
}

const server = await startServer({ tickMs: 300 });
const browser = await launch();
const stage = new Stage({ server, browser }, { patienceMs: 60_000 });
try {
  await visit(stage);
  await match(await lobby(stage, ['Ada', 'Ben', 'Cleo', 'Dora']));
  stage.assertClean();
} finally {
  await stage.close();
  await browser.close();
  await server.stop();
}
console.log(folder);
