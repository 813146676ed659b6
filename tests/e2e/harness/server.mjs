// One `whoosh solo` with a data folder of its own, on free ports, its game seconds sped up.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const start_ms = 20_000;
const stop_ms = 10_000;

// WHOOSH_BIN, or the newest that was built here.
function executable() {
  if (process.env.WHOOSH_BIN) return process.env.WHOOSH_BIN;
  const found = ['build/dev/services/whoosh', 'build/run/services/whoosh']
    .map((path) => join(root, path))
    .filter(existsSync)
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  if (found.length === 0) throw new Error('no whoosh executable: build it, or set WHOOSH_BIN');
  return found[0];
}

// WHOOSH_WEB, or services/web/dist, which is built when it is missing.
function client() {
  if (process.env.WHOOSH_WEB) return process.env.WHOOSH_WEB;
  const web = join(root, 'services/web');
  if (!existsSync(join(web, 'dist/index.html'))) {
    const run = (...words) => execFileSync('npm', words, { cwd: web, stdio: 'inherit' });
    if (!existsSync(join(web, 'node_modules'))) run('ci');
    run('run', 'build');
  }
  return join(web, 'dist');
}

// Resolves when it listens: {url, edgePort, tickMs, log(), admin(), stop()}.
export async function startServer({ tickMs, extra = [] }) {
  const data = mkdtempSync(join(tmpdir(), 'whoosh-e2e-'));
  const ports = ['http-port', 'edge-port', 'ops-port', 'ops-edge-port'].flatMap((knob) => [
    `--${knob}`,
    '0',
  ]);
  const words = ['solo', '--data', data, '--listen', '127.0.0.1', ...ports];
  words.push('--tick-ms', String(tickMs), '--password-cost', 'minimal', '--rate-limits', 'false');
  words.push('--web', client(), ...extra);
  const child = spawn(executable(), words, { stdio: ['ignore', 'pipe', 'pipe'] });
  process.once('exit', () => child.kill('SIGKILL')); // never outlives this process
  let said = '';
  const ended = new Promise((done) => {
    child.once('exit', (code, signal) => done(signal ?? code));
    child.once('error', (error) => done(error.message));
  });
  const up = new Promise((done) => {
    const hear = (chunk) => {
      said += chunk;
      const line = /^whoosh is up: http:\/\/localhost:(\d+).*?ws:\/\/localhost:(\d+)\/ws/m;
      const found = line.exec(said);
      if (found) done({ http: Number(found[1]), edge: Number(found[2]) });
    };
    child.stdout.setEncoding('utf8').on('data', hear);
    child.stderr.setEncoding('utf8').on('data', hear);
  });
  const stop = async () => {
    child.kill('SIGTERM');
    const hard = setTimeout(() => child.kill('SIGKILL'), stop_ms);
    const how = await ended;
    clearTimeout(hard);
    rmSync(data, { recursive: true, force: true });
    if (how !== 0) throw new Error(`the server did not end well (${how}):\n${said}`);
  };
  let timer;
  const late = new Promise((done) => {
    timer = setTimeout(done, start_ms);
  });
  const found = await Promise.race([up, ended.then(() => null), late.then(() => null)]);
  clearTimeout(timer);
  if (!found) {
    child.kill('SIGKILL');
    throw new Error(`the server did not come up:\n${said}`);
  }
  return {
    url: `http://localhost:${found.http}`,
    edgePort: found.edge,
    tickMs,
    log: () => said,
    // `whoosh admin …` on this server's database; what it prints.
    admin: (...words) =>
      execFileSync(executable(), ['admin', '--data', data, ...words], { encoding: 'utf8' }),
    stop,
  };
}
