// The offset to the server's clock: the sample with the smallest round trip of the last eight counts.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { ServerClock } from '../src/clock.js';

beforeEach(() => {
  vi.useFakeTimers();
  vi.setSystemTime(1_000_000);
});
afterEach(() => {
  vi.useRealTimers();
});

test('no sample: our own time', () => {
  expect(new ServerClock().now()).toBe(1_000_000);
});

test('a quick sample beats a slow one, before and after', () => {
  const clock = new ServerClock();
  clock.sample(0, 6_000, 2_000); // 1 s each way claimed: +5000
  clock.sample(2_000, 6_520, 2_040); // 20 ms each way: +4500
  clock.sample(3_000, 9_999, 4_500);
  expect(clock.offset).toBe(4_500);
  expect(clock.now()).toBe(1_004_500);
});

test('only the last eight samples are kept', () => {
  const clock = new ServerClock();
  clock.sample(0, 100, 10);
  for (let i = 1; i <= 8; i++) clock.sample(1_000 * i, 1_000 * i + 300, 1_000 * i + 100);
  expect(clock.offset).toBe(250);
});

test('a sample from before a jump back of our clock is refused, and reset forgets', () => {
  const clock = new ServerClock();
  clock.sample(5_000, 1, 4_000);
  expect(clock.offset).toBe(0);
  clock.sample(0, 500, 10);
  clock.reset();
  expect(clock.offset).toBe(0);
});
