// What a test stands on: one server and one browser per file, and for each test a Stage that opens
// pages, watches them, and keeps everything that helps to understand a failure.
//
//   const theatre = open({ tickMs: 100 });
//   scene('somebody comes in', theatre, async (stage) => { const ada = await stage.phone('Ada'); … });
//
// At the end of every scene: no page may have logged an error, thrown, broken its content security
// policy, or asked any host but this one. A failed scene leaves screenshots, the pages' consoles
// and the server's log in E2E_ARTIFACTS (default var/e2e).
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';

import { Page } from './page.mjs';
import { rest } from './rest.mjs';
import { startServer } from './server.mjs';

export const phone_size = { width: 390, height: 844 };
export const screen_size = { width: 1280, height: 720 };

const patience_ms = 30_000; // for one thing to happen; no test waits for it to pass
const scene_ms = 240_000;
const launch_flags = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
];

function browserPath() {
  const known = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  const path = process.env.CHROMIUM ?? known.find(existsSync);
  if (!path) throw new Error('no Chromium: install it (make test does), or set CHROMIUM');
  return path;
}

export const launch = () =>
  chromium.launch({ executablePath: browserPath(), args: launch_flags, timeout: 60_000 });

// Server and browser of one file.
export function open(options) {
  const theatre = { server: null, browser: null };
  before(async () => {
    [theatre.server, theatre.browser] = await Promise.all([startServer(options), launch()]);
  });
  after(async () => {
    await theatre.browser?.close();
    await theatre.server?.stop();
  });
  return theatre;
}

// One test. `allow`: patterns of console errors that belong to it.
export function scene(title, theatre, play, { allow = [] } = {}) {
  test(title, { timeout: scene_ms }, async (context) => {
    const stage = new Stage(theatre, { allow });
    try {
      await play(stage);
      stage.assertClean();
    } catch (error) {
      const folder = await stage.keep(`${context.name}`, error);
      context.diagnostic(`screenshots, consoles and the server's log: ${folder}`);
      throw error;
    } finally {
      await stage.close();
    }
  });
}

export class Stage {
  constructor({ server, browser }, { allow = [], patienceMs = patience_ms } = {}) {
    this.server = server;
    this.browser = browser;
    this.api = rest(server.url);
    this.allow = allow;
    this.patienceMs = patienceMs;
    this.contexts = [];
    this.pages = []; // {name, page, log}
    this.errors = [];
    this.strangers = [];
  }

  // A device of its own: nothing stored, nobody signed in.
  async device(name, size = phone_size, options = {}) {
    const touch = size.width < 600;
    const context = await this.browser.newContext({
      baseURL: this.server.url,
      viewport: size,
      hasTouch: touch,
      locale: 'en-GB',
      reducedMotion: 'reduce',
      ...options,
    });
    context.setDefaultTimeout(this.patienceMs);
    context.on('request', (request) => this.asked(request.url()));
    context.on('page', (page) => this.watch(name, page));
    this.contexts.push(context);
    return context;
  }

  async phone(name, { path = '/', size = phone_size, ...options } = {}) {
    return this.tab(await this.device(name, size, options), name, path);
  }

  // One more page of a device.
  async tab(context, name, path = '/') {
    const page = new Page(await context.newPage(), name, this);
    await page.goto(path);
    return page;
  }

  async screen(code) {
    return this.tab(await this.device('screen', screen_size), 'screen', `/screen/${code}`);
  }

  watch(name, page) {
    const entry = { name, page, log: [] };
    this.pages.push(entry);
    page.on('console', (message) => {
      entry.log.push(`${message.type()}: ${message.text()}`);
      if (message.type() === 'error') this.wrong(name, message.text());
    });
    page.on('pageerror', (error) => {
      entry.log.push(`uncaught: ${error.stack}`);
      this.wrong(name, `uncaught ${error}`);
    });
    page.on('websocket', (socket) => this.asked(socket.url()));
  }

  wrong(name, text) {
    if (!this.allow.some((pattern) => pattern.test(text))) this.errors.push(`${name}: ${text}`);
  }

  asked(url) {
    const { protocol, hostname } = new URL(url);
    if (['data:', 'blob:'].includes(protocol)) return;
    if (!['localhost', '127.0.0.1'].includes(hostname)) this.strangers.push(url);
  }

  assertClean() {
    assert.deepEqual(this.errors, [], 'errors in the pages’ consoles');
    assert.deepEqual(this.strangers, [], 'requests to other hosts');
  }

  async keep(title, error) {
    const base =
      process.env.E2E_ARTIFACTS ?? fileURLToPath(new URL('../../../var/e2e', import.meta.url));
    const folder = resolve(
      base,
      title
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '-')
        .slice(0, 60),
    );
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'error.txt'), `${error?.stack ?? error}\n`);
    writeFileSync(join(folder, 'server.log'), this.server.log());
    await Promise.all(
      this.pages.map(async ({ name, page, log }, i) => {
        const stem = join(folder, `${i + 1}-${name.replace(/\W+/g, '-')}`);
        writeFileSync(`${stem}.log`, `${page.url()}\n${log.join('\n')}\n`);
        if (page.isClosed()) return;
        await page.screenshot({ path: `${stem}.png`, timeout: 5_000 }).catch((cause) => {
          writeFileSync(`${stem}.no-screenshot.txt`, String(cause));
        });
      }),
    );
    return folder;
  }

  async close() {
    await Promise.all(this.contexts.map((context) => context.close()));
  }
}
