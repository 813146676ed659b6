// Every key that the source asks for by name exists, no key is without use, placeholders match.
import { expect, test } from 'vitest';

import { addTexts, t } from '../src/i18n';

const files = import.meta.glob<string>(
  ['../src/**/*.{ts,tsx}', '../../../games/*/client/*.{ts,tsx}', '!**/*.gen.ts'],
  { query: '?raw', import: 'default', eager: true },
);
const platform = import.meta.glob<Record<string, string>>('../src/i18n/en*.json', {
  import: 'default',
  eager: true,
});
const games = import.meta.glob<Record<string, string>>('../../../games/*/client/en.json', {
  import: 'default',
  eager: true,
});

const texts: Record<string, string> = Object.assign(
  {},
  ...Object.values(platform),
  ...Object.values(games),
);
const code = Object.values(files).join('\n');
const bare = (key: string) => key.replace(/\.(one|other|few|many|two|zero)$/, '');
const literals = new Set(
  [...code.matchAll(/['"`]([a-z_]+(?:\.[A-Za-z_]+)*)['"`]/g)].map((match) => match[1]!),
);
const templates = [...code.matchAll(/`([a-z_.]+)\$\{[^`]*`/g)].map((match) => match[1]!);

test('every key asked for by name exists', () => {
  const asked = [...code.matchAll(/\bt\(\s*'([^']+)'/g)].map((match) => match[1]!);
  expect(asked.length).toBeGreaterThan(150);
  const known = new Set(Object.keys(texts).flatMap((key) => [key, bare(key)]));
  expect(asked.filter((key) => !known.has(key))).toEqual([]);
});

test('no text is without use', () => {
  const used = (key: string) =>
    literals.has(key) ||
    literals.has(bare(key)) ||
    templates.some((start) => start.includes('.') && key.startsWith(start));
  expect(Object.keys(texts).filter((key) => !used(key))).toEqual([]);
});

test('plural forms come in pairs', () => {
  for (const key of Object.keys(texts).filter((name) => name.endsWith('.one')))
    expect(texts).toHaveProperty([`${bare(key)}.other`]);
});

test('placeholders and plurals are filled in', () => {
  addTexts(texts);
  expect(t('time.left', { n: 1 })).toBe('1 second left');
  expect(t('time.left', { n: 7 })).toBe('7 seconds left');
  expect(t('lobby.kick', { name: 'Mo' })).toBe('Remove Mo');
  expect(t('no.such.key')).toBe('no.such.key');
});
