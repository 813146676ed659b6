// Every visible text. Flat keys; `{name}` is filled in; `key.one` / `key.other` are chosen by `n`. en.json is
// there from the start; screens that load later bring en.<screen>.json, games their own en.json.
import en from './en.json';

const texts: Record<string, string> = { ...en };
const plural = new Intl.PluralRules('en');
const missing = new Set<string>();

export function addTexts(more: Record<string, string>): void {
  Object.assign(texts, more);
}

export function has(key: string): boolean {
  return key in texts;
}

export function t(key: string, values: Record<string, string | number> = {}): string {
  const n = values.n;
  const text =
    (typeof n === 'number' ? texts[`${key}.${plural.select(n)}`] : undefined) ??
    texts[key] ??
    texts[`${key}.other`];
  if (text === undefined) {
    missing.add(key);
    return key;
  }
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
}

// Keys that were asked for and do not exist; for tests.
export function missingKeys(): string[] {
  return [...missing];
}
