// Budgets of the built client, gzip -9, JS and CSS: fails when one is over. Fonts are not counted.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const kb = 1024;
const manifest = JSON.parse(readFileSync('dist/.vite/manifest.json', 'utf8'));

// A chunk with everything it imports statically.
function closure(keys) {
  const files = new Set();
  const seen = new Set();
  const visit = (key) => {
    if (seen.has(key)) return;
    seen.add(key);
    const chunk = manifest[key];
    if (!chunk) throw new Error(`no chunk ${key} in the manifest`);
    files.add(chunk.file);
    for (const css of chunk.css ?? []) files.add(css);
    for (const next of chunk.imports ?? []) visit(next);
  };
  keys.forEach(visit);
  return files;
}

const sizes = new Map();
function gzip(file) {
  if (!sizes.has(file))
    sizes.set(file, gzipSync(readFileSync(`dist/${file}`), { level: 9 }).length);
  return sizes.get(file);
}
const sum = (files) => [...files].reduce((all, file) => all + gzip(file), 0);
const minus = (files, others) => [...files].filter((file) => !others.has(file));

const landing = closure(['index.html', 'src/screens/room.tsx']);
const entry = closure(['index.html']);
const rows = [['landing + join', sum(landing), 35 * kb]];
for (const key of Object.keys(manifest).filter((name) =>
  /games\/[^/]+\/client\/phone\.tsx$/.test(name),
)) {
  const game = /games\/([^/]+)\//.exec(key)[1];
  rows.push([
    `controller + ${game}`,
    sum(closure(['index.html', 'src/screens/room.tsx', key])),
    60 * kb,
  ]);
}
rows.push(['profile + store', sum(minus(closure(['src/screens/mine.tsx']), entry)), 12 * kb]);
rows.push(['big screen', sum(minus(closure(['src/screens/big.tsx']), entry)), 14 * kb]);

let over = false;
for (const [name, bytes, budget] of rows) {
  const bad = bytes > budget;
  over ||= bad;
  console.log(
    `${bad ? 'OVER ' : 'ok   '}${name.padEnd(24)} ${(bytes / kb).toFixed(1).padStart(6)} KB of ${budget / kb} KB`,
  );
}
process.exit(over ? 1 : 0);
