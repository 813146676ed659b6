// What the client says, from the very files that it is built with: t('landing.join') -> "Join".
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const games = readdirSync(join(root, 'games'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => join('games', entry.name, 'client'));
const texts = {};
for (const folder of ['services/web/src', ...games]) {
  for (const file of textFiles(join(root, folder)))
    Object.assign(texts, JSON.parse(readFileSync(file, 'utf8')));
}

function textFiles(folder) {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (error.code === 'ENOENT') return []; // a game without a client
    throw error;
  }
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return textFiles(path);
    return /^en(\.\w+)?\.json$/.test(entry.name) ? [path] : [];
  });
}

export function t(key, values = {}) {
  const text = texts[key];
  if (text === undefined) throw new Error(`the client has no text "${key}"`);
  return text.replace(/\{(\w+)\}/g, (hole, name) => values[name] ?? hole);
}

// Text that begins like this one, with anything in its holes.
export function like(key) {
  const escaped = t(key).replace(/[.*+?^$()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/\{\w+\}/g, '.+?')}`);
}
