// What people type, paste or scan becomes a room code; paths become routes.
import { expect, test } from 'vitest';

import { codeOfPath, foldCode, isCode } from '../src/state/codes';
import { parse } from '../src/state/router';

test.each([
  ['brtk', 'BRTK'],
  [' b r-t.k ', 'BRTK'],
  ['BRTKQZZ', 'BRTKQ'],
  ['0ROI', 'QRQJ'],
  ['8r7k', 'BRK'],
  ['bértk', 'BERTK'],
  ['http://192.168.1.20:8000/BRTK', 'BRTK'],
  ['https://whoosh.example/screen/brtk?x=1#y', 'BRTK'],
  ['', ''],
  ['https://', ''],
])('%j is typed as %j', (typed, code) => {
  expect(foldCode(typed)).toBe(code);
});

test('folding never leaves a letter that no code has', () => {
  const all = Array.from({ length: 0x250 }, (_, i) => String.fromCharCode(i));
  for (const letter of all) expect(foldCode(letter)).toMatch(/^[A-HJKMNP-Z]{0,2}$/);
});

test.each([
  ['BRTK', true],
  ['BRTKQ', true],
  ['BRT', false],
  ['BILO', false],
  ['brtk', false],
  ['BRTKQZ', false],
])('%s is a code: %s', (code, good) => {
  expect(isCode(code)).toBe(good);
});

test.each([
  ['/', { name: 'landing' }],
  ['/brtk', { name: 'room', code: 'BRTK' }],
  ['/BRTKQ/', { name: 'room', code: 'BRTKQ' }],
  ['/screen/brtk', { name: 'screen', code: 'BRTK' }],
  ['/screen', { name: 'lost' }],
  ['/quick', { name: 'play' }],
  ['/profile', { name: 'profile' }],
  ['/signin', { name: 'account', tab: 'in' }],
  ['/register', { name: 'account', tab: 'up' }],
  ['/brtk/more', { name: 'lost' }],
  ['/hello', { name: 'lost' }],
])('%s leads to %j', (path, route) => {
  expect(parse(path)).toEqual(route);
});

test('named pages can never be taken for a room', () => {
  for (const page of ['quick', 'signin', 'profile', 'register', 'screen', 'api']) {
    expect(codeOfPath(page)).toBeNull();
  }
});
