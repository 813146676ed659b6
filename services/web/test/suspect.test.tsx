// What Suspect's client says and offers: no card that the table is too small for, and a match that does not
// count has no winner.
import { render } from 'preact';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { Forge } from '../../../games/suspect/client/evidence';
import type { RevealView } from '@whoosh/sdk/games/suspect';
import type { Person, View } from '../../../games/suspect/client/model';
import { Reveal } from '../../../games/suspect/client/reveal';
import Results from '../src/screens/results';
import type { Room } from '../src/state/room';
import { LiveRegions } from '../src/ui/parts';
import { gameOver, ids, players, roomState, you } from '../stories/fixtures';
import { fakeServer, signInAs } from '../stories/scene';

let app: HTMLElement;

beforeEach(() => {
  fakeServer();
  signInAs();
  app = document.createElement('div');
  document.body.append(app);
});
afterEach(() => {
  render(null, app);
  app.remove();
  localStorage.clear();
});

const people = (count: number): Person[] =>
  players(count).map((player, index) => ({ ...player, index, idle: false, away: false }));
const seated = { you: { value: you }, me: { value: null } } as unknown as Room;

const voided: RevealView = {
  accused: null,
  culprits: [ids[1]!],
  inspector: null,
  scene: { id: 'zoo', name: 'The zoo' },
  escape: null,
  town_wins: false,
  slipped_away: false,
  is_void: true,
  cards: [],
  votes: {},
  points: {},
  mvp: null,
  right_since: {},
};

test.each([
  [4, 1],
  [5, 2],
])('with %i players a blank card may say %i kinds of things', (count, kinds) => {
  render(<Forge room={seated} people={people(count)} onDone={() => undefined} />, app);
  expect(app.querySelectorAll('input[type=radio], [role=radio]').length).toBe(kinds);
});

test('a void match has no winner, neither in print nor for screen readers', async () => {
  render(
    <>
      <LiveRegions />
      <Reveal view={{ reveal: voided } as View} people={people(5)} />
    </>,
    app,
  );
  const spoken = () => app.querySelector('[aria-live=assertive]')!.textContent;
  await vi.waitFor(() => expect(spoken()).toContain('does not count'));
  expect(app.textContent).not.toMatch(/wins?\b/);
});

test('the standings of a void match call nobody a loser', () => {
  const room = {
    you: { value: you },
    me: { value: null },
    gameOver: { value: { ...gameOver, winners: [], rated: false } },
    people: { value: roomState('rematch') },
    clock: { now: () => 0 },
  } as unknown as Room;
  render(<Results room={room} />, app);
  expect(app.querySelector('h1')!.textContent).toBe('No contest');
});
