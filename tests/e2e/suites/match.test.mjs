// Goal: people's main job. Four phones and a big screen play a whole match of Suspect with a bot;
// one page is closed on the way and comes back to its seat; everybody sees who won and what
// changed; it is kept. Method: every page is driven at once, as its person would, by what stands on
// it.
import assert from 'node:assert/strict';

import { open, scene } from '../harness/stage.mjs';
import { t } from '../harness/texts.mjs';

// Slow enough that a person on a loaded machine could follow: a follow-up question stands 3.6 s.
const theatre = open({ tickMs: 300 });
const names = ['Ada', 'Ben', 'Cleo', 'Dora'];
const all = (people, act) => Promise.all(people.map(act));

async function gather(stage) {
  const host = await stage.phone(names[0]);
  const code = await host.creates(names[0]);
  const rest = all(names.slice(1), async (name) => {
    const phone = await stage.phone(name, { path: `/${code}` });
    await phone.enters(name);
    return phone;
  });
  const [guests, screen] = await Promise.all([rest, stage.screen(code)]);
  return { code, phones: [host, ...guests], screen };
}

scene('four phones and a big screen play a whole match', theatre, async (stage) => {
  const { code, phones, screen } = await gather(stage);
  await all([...phones, screen], (page) => page.hasSeated(...names));
  await screen.sees(code);
  const [ada, ben, cleo, dora] = phones;

  // Everybody is told what he is; the big screen tells nobody.
  await ada.press('lobby.start');
  await all([...phones, screen], (page) => page.step('BRIEFING'));
  const secrets = await all(phones, (phone) => phone.peeks());
  for (const { role, text } of secrets) {
    assert.ok(role, `a role stands on the card: ${text}`);
    assert.equal(text.includes(t('suspect.one_of_these')), role === 'CULPRIT', text);
  }
  assert.equal(await screen.page.getByText(t('suspect.peek.hold')).count(), 0);

  // First round: all answers come out at once, on every page.
  await all(phones, async (phone) => {
    await phone.step('ANSWER', 1);
    await phone.answers(`${phone.name} was there`);
  });
  await all([...phones, screen], async (page) => {
    await page.step('CROSSFIRE', 1);
    await all(names, (name) => page.sees(`${name} was there`));
  });
  await Promise.all([ada.suspects('Ben'), ben.says('It was not me'), cleo.publishes()]);
  await all([screen, dora], (page) => page.sees(t('suspect.suspected_by', { names: 'Ada' })));
  await screen.sees('It was not me');
  await dora.opens('talk');
  await dora.sees('It was not me');

  // Dora's browser is closed and comes back: the same seat, the same secret, no question asked.
  const device = dora.page.context();
  await dora.close();
  const [again] = await Promise.all([
    stage.tab(device, 'Dora', `/${code}`),
    all(phones.slice(0, 3), async (phone) => {
      await phone.step('ANSWER', 2);
      await phone.answers(`${phone.name} saw it`);
    }),
  ]);
  const later = await again.peeks();
  assert.equal(later.role, secrets[3].role, 'the role is kept');
  const players = [ada, ben, cleo, again];

  await again.step('CROSSFIRE', 2);
  await Promise.all([
    again.reads('suspect.press_me'),
    screen.reads('suspect.pressing', { by: 'Cleo', target: 'Dora' }),
    cleo.pressesFor('Dora'),
  ]);
  await again.answersPress('I never left');

  await all(players, async (phone) => {
    await phone.step('ANSWER', 3);
    await phone.answers(`${phone.name} ran away`);
  });
  await all([ada, screen], (page) => page.sees('Dora ran away'));

  const marks = t('suspect.suspected_by', { names: '' });

  // The vote is secret: nobody sees whom Ada chose, all see how many are locked.
  await all([...players, screen], async (page) => {
    await page.step('VOTE');
    await page.reads('suspect.news.breaking');
  });
  await Promise.all([ada.votes('Ben'), ben.votes('Cleo'), cleo.votes('Ben'), again.votes('Ben')]);
  await all([...players, screen], async ({ page, name }) => {
    const told = await page.getByText(new RegExp(`^${marks}.*Cleo`)).count();
    assert.equal(told, 0, `${name} sees whom Cleo votes for`);
  });

  // The truth, then what it was worth.
  const ends = all(players, async (phone) => {
    await phone.sees(phone.verdict);
    return phone.changed();
  });
  await screen.sees(screen.verdict);
  const final = screen.reads('results.title');
  for (const words of await ends) {
    assert.match(words, /1000 → 1000/, `a private match moves no rating: ${words}`);
    assert.match(words, /\+[1-9]\d*/, `playing is worth something: ${words}`);
  }
  await final;
  await all(names, (name) => screen.sees(name));

  // And it is kept: the same match for everybody, in the profile and behind it.
  const kept = await all(players, async (phone) => {
    const [row, ...more] = await stage.api.as(await phone.account()).get('/api/game/history');
    assert.equal(more.length, 0);
    assert.equal(row.game, 'suspect');
    assert.ok(row.xp_gained > 0 && row.elo_before === row.elo_after, JSON.stringify(row));
    return row.match_id;
  });
  assert.equal(new Set(kept).size, 1, `one match: ${kept}`);
  await all(players.slice(0, 2), async (phone) => {
    await phone.goto('/profile');
    await phone.page.getByRole('heading', { name: phone.name }).waitFor();
    await phone.sees('suspect');
    const rows = phone.page.getByRole('listitem');
    await rows.first().waitFor();
    assert.equal(await rows.count(), 1);
    assert.match(await rows.first().innerText(), /\+[1-9]\d* XP/);
  });
});
