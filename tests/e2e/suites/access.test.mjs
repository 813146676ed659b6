// Goal: every screen can be used by everybody (WCAG 2.2 AA as far as a machine can tell). Method:
// axe-core on each screen, phone and big screen, while a match against bots runs by itself.
import { Inspection } from '../harness/checks.mjs';
import { open, phone_size, scene } from '../harness/stage.mjs';
import { t } from '../harness/texts.mjs';

const theatre = open({ tickMs: 120 });
const sheet = (phone, key) => phone.page.getByRole('dialog', { name: t(key) });

scene('screens outside a room', theatre, async (stage) => {
  const inspection = new Inspection();
  const phone = await stage.phone('Ada');
  const visits = [
    ['front page', '/', 'landing.create'],
    ['sign in', '/signin', 'account.in'],
    ['register', '/register', 'account.create'],
    ['door of a room', '/ABCD', 'door.enter'],
  ];
  for (const [moment, path, ready] of visits) {
    await phone.goto(path);
    await phone.button(ready).first().waitFor();
    await inspection.look(phone, moment);
  }
  await phone.goto('/');
  await phone.button('look.change').click();
  await sheet(phone, 'look.title').waitFor();
  await inspection.look(phone, 'choice of a face');
  await phone.page.keyboard.press('Escape');
  await phone.press('landing.quick');
  await phone.reads('quick.searching');
  await inspection.look(phone, 'quick play');
  inspection.assertFine();
});

scene('lobby and its sheets', theatre, async (stage) => {
  const inspection = new Inspection();
  const phone = await stage.phone('Ada');
  const code = await phone.creates('Ada');
  const screen = await stage.screen(code);
  await screen.hasSeated('Ada');
  await Promise.all([inspection.look(phone, 'lobby'), inspection.look(screen, 'lobby')]);
  await phone.button('lobby.code').click();
  await sheet(phone, 'lobby.invite').waitFor();
  await inspection.look(phone, 'invitation');
  await phone.page.keyboard.press('Escape');
  await phone.press('lobby.settings');
  await sheet(phone, 'lobby.settings').waitFor();
  await inspection.look(phone, 'settings');
  inspection.assertFine();
});

scene('a whole match, its results, and the profile', theatre, async (stage) => {
  const inspection = new Inspection();
  const phone = await stage.phone('Ada');
  const code = await phone.creates('Ada');
  const screen = await stage.screen(code);
  await screen.hasSeated('Ada');
  const narrow = await stage.phone('Ben', {
    path: `/${code}`,
    size: { ...phone_size, width: 320 },
  });
  await narrow.enters('Ben');
  await phone.press('lobby.start');
  const everywhere = (moment) =>
    Promise.all([phone, narrow, screen].map((page) => inspection.look(page, moment)));
  const at = async (step, round) => {
    await Promise.all([phone, narrow, screen].map((page) => page.step(step, round)));
    await everywhere(step);
  };
  await at('BRIEFING');
  await at('ANSWER', 1);
  await at('CROSSFIRE', 1);
  await phone.opens('talk');
  await inspection.look(phone, 'talk');
  await phone.opens('evidence');
  await inspection.look(phone, 'evidence');
  await at('CROSSFIRE', 3);
  await phone.opens('table');
  await at('VOTE');
  await Promise.all([phone, narrow].map((page) => page.lock()));
  await Promise.all([phone, narrow, screen].map((page) => page.sees(page.verdict)));
  await everywhere('reveal');
  await Promise.all([phone.changed(), narrow.changed(), screen.reads('results.title')]);
  await everywhere('results');
  await phone.goto('/profile');
  await phone.reads('profile.history');
  await phone.page.getByRole('listitem').first().waitFor();
  await inspection.look(phone, 'profile');
  inspection.assertFine();
});
