// Draws every cosmetic of the catalogue into the web client's public folder, and writes what a client needs to
// know to show them to others.
//   node tools/cosmetics/draw.mjs           write
//   node tools/cosmetics/draw.mjs --check   change nothing; fail when a picture is stale or too large
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { frames } from './frames.mjs';
import { dice, sheet } from './ink.mjs';
import { colour, reactions, title } from './kinds.mjs';

const root = new URL('../../', import.meta.url);
const out = new URL('services/web/public/cosmetics/', root);
const bytes_max = 6 * 1024;

const items = readFileSync(new URL('libs/cosmetics/content/cosmetics.jsonl', root), 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((row) => JSON.parse(row));

const draw = {
  frame: (item, roll) => frames[item.id](item.colours, roll),
  colour,
  title,
  reactions,
};

// id -> what it does to a seat: looks.json, asked for by rooms where somebody wears something.
function looks() {
  const table = {};
  for (const { id, kind, value, ink, text, reactions: emotes, faces } of items) {
    if (kind === 'colour') table[id] = { value, ink };
    if (kind === 'title') table[id] = { text };
    if (kind === 'reactions') table[id] = { reactions: emotes, faces };
  }
  return JSON.stringify(table) + '\n';
}

const files = new Map(
  items.map((item) => [`${item.id}.svg`, sheet(draw[item.kind](item, dice(item.id)))]),
);
files.set('looks.json', looks());

const problems = [];
for (const [name, content] of files) {
  if (content.length > bytes_max && name.endsWith('.svg'))
    problems.push(`${name}: ${content.length} bytes; ${bytes_max} at most`);
  const file = new URL(name, out);
  const present = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (present === content) continue;
  if (process.argv.includes('--check'))
    problems.push(`${name} is stale: node tools/cosmetics/draw.mjs`);
  else {
    mkdirSync(out, { recursive: true });
    writeFileSync(file, content);
  }
}
for (const name of existsSync(out) ? readdirSync(out) : []) {
  if (files.has(name)) continue;
  if (process.argv.includes('--check')) problems.push(`${name} belongs to no item`);
  else rmSync(new URL(name, out));
}
for (const problem of problems) console.error(problem);
console.log(`${files.size - 1} pictures in ${fileURLToPath(out)}`);
process.exitCode = problems.length ? 1 : 0;
