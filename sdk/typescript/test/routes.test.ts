// The SDK and docs/openapi.yaml have the same routes: every function is called once with a server that takes
// anything, and what it asked for is compared with the document, both ways.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

import {
  admin,
  auth,
  Client,
  economy,
  factors,
  matches,
  queue,
  rooms,
  service,
  users,
} from '@whoosh/sdk';

const yaml = readFileSync(new URL('../../../docs/openapi.yaml', import.meta.url), 'utf8');

// "GET /api/rooms/{code}" …; the document is block style with two spaces.
function documented(): string[] {
  const found: string[] = [];
  let path = '';
  for (const line of yaml.slice(yaml.indexOf('\npaths:')).split('\n')) {
    if (/^\w/.test(line) && !line.startsWith('paths:')) break;
    path = /^ {2}(\/\S*):/.exec(line)?.[1] ?? path;
    const method = /^ {4}(get|post|put|patch|delete):/.exec(line)?.[1];
    if (method) found.push(`${method.toUpperCase()} ${path}`);
  }
  return found;
}

const used: string[] = [];
const client = new Client({
  fetch: async (path, init) => {
    const { pathname } = new URL(String(path), 'http://x');
    used.push(`${init!.method} ${pathname.replace('17', '{id}').replace('BRTK', '{code}')}`);
    return Response.json({ access: 'a', refresh: 'r', ticket: 't1', status: 'matched' });
  },
});

const account = { username: 'mo', email: 'mo@example.org', password: 'long enough' };
const result = {
  game_id: 'g',
  game: 'suspect',
  started_at: '2026-01-01T00:00:00Z',
  ended_at: '2026-01-01T00:05:00Z',
  winner_id: null,
  participants: [],
};
const calls: Record<string, Record<string, () => Promise<unknown>>> = {
  auth: {
    register: () => auth.register(client, account),
    login: () => auth.login(client, account),
    guest: () => auth.guest(client),
    convertGuest: () => auth.convertGuest(client, account),
    changePassword: () => auth.changePassword(client, { current: 'a', new: 'b' }),
    sessions: () => auth.sessions(client),
    endSession: () => auth.endSession(client, '17'),
    logout: () => auth.logout(client),
    logoutAll: () => auth.logoutAll(client),
  },
  factors: {
    state: () => factors.state(client),
    begin: () => factors.begin(client, { password: 'a' }),
    confirm: () => factors.confirm(client, { totp: '287082' }),
    disable: () => factors.disable(client, { password: 'a', totp: '287082' }),
    makeCodes: () => factors.makeCodes(client, { password: 'a' }),
    resetPassword: () =>
      factors.resetPassword(client, { username: 'mo', recovery_code: 'c', new: 'b' }),
  },
  users: {
    me: () => users.me(client),
    changeMe: () => users.changeMe(client, {}),
    exportMe: () => users.exportMe(client),
    eraseMe: () => users.eraseMe(client),
    find: () => users.find(client, 17),
  },
  rooms: {
    create: () => rooms.create(client, { game: 'suspect' }),
    list: () => rooms.list(client),
    find: () => rooms.find(client, 'BRTK'),
    join: () => rooms.join(client, 'BRTK'),
  },
  queue: {
    join: () => queue.join(client),
    look: () => queue.look(client, '{ticket}'),
    follow: () => queue.follow(client, '{ticket}'),
    match: () => queue.match(client),
    cancel: () => queue.cancel(client, '{ticket}'),
    leave: () => queue.leave(client),
  },
  matches: {
    newest: () => matches.newest(client),
    history: () => matches.history(client),
    report: () => matches.report(client, result),
  },
  economy: {
    wallet: () => economy.wallet(client),
    ledger: () => economy.ledger(client),
    store: () => economy.store(client),
    purchase: () => economy.purchase(client, 'frame_ink'),
    inventory: () => economy.inventory(client),
    equip: () => economy.equip(client, 'frame_ink'),
    daily: () => economy.daily(client),
    unequip: () => economy.unequip(client, 'frame'),
    claimDaily: () => economy.claimDaily(client),
  },
  admin: {
    users: () => admin.users(client, 'mo'),
    user: () => admin.user(client, 17),
    ban: () => admin.ban(client, 17, { reason: 'x' }),
    unban: () => admin.unban(client, 17, 'x'),
    changeRole: () => admin.changeRole(client, 17, null),
    grant: () => admin.grant(client, 17, { coins: 5, reason: 'x' }),
    refund: () => admin.refund(client, 17, { item_id: 'frame_ink', reason: 'x' }),
    rooms: () => admin.rooms(client),
    room: () => admin.room(client, '17'),
    closeRoom: () => admin.closeRoom(client, '17', 'x'),
    nodes: () => admin.nodes(client),
    drain: () => admin.drain(client, '17', 'x'),
    undrain: () => admin.undrain(client, '17', 'x'),
    audit: () => admin.audit(client),
  },
  service: {
    games: () => service.games(client),
    health: () => service.health(client),
    keys: () => service.keys(client),
  },
};

test('every function is called here', () => {
  const all = { admin, auth, factors, users, rooms, queue, matches, economy, service };
  for (const [name, functions] of Object.entries(all)) {
    const known = Object.keys(functions).filter((key) => key !== 'newKey');
    expect(Object.keys(calls[name]!).sort(), name).toEqual(known.sort());
  }
});

test('the same routes as in the document', async () => {
  for (const group of Object.values(calls)) {
    for (const call of Object.values(group)) {
      client.setTokens({ access: 'a', refresh: 'r' });
      await call();
    }
  }
  used.push('POST /api/auth/token/refresh'); // the client's own
  const asked = new Set(
    used.map((route) => decodeURI(route).replace(/tickets\/\w+$/, 'tickets/{ticket}')),
  );
  expect([...asked].sort()).toEqual(documented().sort());
});
