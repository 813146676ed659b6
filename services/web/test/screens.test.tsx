// Every screen, rendered in every made-up moment of stories/: it shows, all its texts exist, and everything
// that can be operated has a name for screen readers.
import { render } from 'preact';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { App } from '../src/app';
import { missingKeys } from '../src/i18n';
import { room as current } from '../src/state/room';
import { parse, route } from '../src/state/router';
import { fakeServer, scenes, signInAs } from '../stories/scene';

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
  current.value = null;
  localStorage.clear();
});

function nameOf(element: Element): string {
  const label = element.getAttribute('aria-label') ?? '';
  if (label || element.tagName !== 'INPUT') return label || (element.textContent ?? '').trim();
  const input = element as HTMLInputElement;
  return (
    input.closest('label')?.textContent ??
    document.querySelector(`label[for="${input.id}"]`)?.textContent ??
    ''
  ).trim();
}

test.each(Object.entries(scenes))('%s', async (_, make) => {
  route.value = parse(make());
  render(<App />, app);
  await vi.waitFor(() => expect(app.querySelector('main')).not.toBeNull(), { timeout: 5_000 });
  await new Promise((done) => setTimeout(done, 30));
  expect(app.textContent!.length).toBeGreaterThan(20);
  expect(missingKeys()).toEqual([]);
  for (const element of app.querySelectorAll('button, a, input')) {
    expect(nameOf(element), element.outerHTML.slice(0, 120)).not.toBe('');
  }
  for (const svg of app.querySelectorAll('svg')) {
    expect(
      svg.getAttribute('aria-hidden') === 'true' || svg.getAttribute('aria-label') !== null,
      svg.outerHTML.slice(0, 80),
    ).toBe(true);
  }
});

test('who is idle is asked, and says that he is there; others see who plays his seat', async () => {
  for (const how of ['idle_asked', 'idle_bot'] as const) {
    route.value = parse(scenes[how]!());
    const send = vi.spyOn(current.value!, 'send').mockResolvedValue();
    render(<App />, app);
    const bar = await vi.waitFor(() => {
      const found = app.querySelector('.kick-vote[role=alert]');
      expect(found).not.toBeNull();
      return found!;
    });
    expect(bar.textContent).toContain(how === 'idle_bot' ? 'A bot plays for you' : 'Still there?');
    bar.querySelector('button')!.click();
    expect(send).toHaveBeenCalledWith('READY', {});
    const people = current.value!.people.value!;
    const players = people.players.map(({ idle: _, ...player }) => player);
    current.value!.people.value = { ...people, players };
    await vi.waitFor(() => expect(app.querySelector('.kick-vote')).toBeNull());
    render(null, app);
  }
});
