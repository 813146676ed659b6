// Requests: tokens are renewed once for everybody who waits, kept in step with other tabs, dropped when refused;
// what is safe to repeat is tried again, what isn't never is; errors say what the server said.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { ApiError, auth, Client, economy, memoryStorage, patience } from '@whoosh/sdk';

interface Call {
  method: string;
  path: string;
  auth: string | null;
  key: string | null;
  body: any;
}
let calls: Call[];
let answer: (call: Call) => Response | Promise<Response>;
let refreshStatus: number;
let out: number;
let client: Client;

const failure = (status: number, code: string, headers = {}) =>
  Response.json({ error: 'No.', code, request_id: 'q' }, { status, headers });

beforeEach(() => {
  vi.useFakeTimers();
  calls = [];
  refreshStatus = 200;
  out = 0;
  answer = (call) =>
    call.auth === 'Bearer new' ? Response.json({ fine: true }) : failure(401, 'token_expired');
  client = new Client({
    url: 'http://api.test/',
    fetch: async (path, init) => {
      const headers = new Headers(init!.headers);
      const call = {
        method: init!.method!,
        path: String(path).replace('http://api.test', ''),
        auth: headers.get('authorization'),
        key: headers.get('idempotency-key'),
        body: init!.body ? JSON.parse(String(init!.body)) : undefined,
      };
      calls.push(call);
      if (call.path !== '/api/auth/token/refresh') return answer(call);
      return refreshStatus === 200
        ? Response.json({ access: 'new', refresh: 'r2' })
        : failure(refreshStatus, 'bad_refresh');
    },
  });
  client.onSignedOut = () => {
    out += 1;
  };
  client.setTokens({ access: 'old', refresh: 'r1' });
});
afterEach(() => {
  vi.useRealTimers();
});

const get = (path = '/api/users/me') => client.request('GET', path);
const thrown = async (work: Promise<unknown>) => {
  const caught = work.then(
    () => null,
    (error: unknown) => error,
  );
  await vi.runAllTimersAsync();
  return caught;
};
const refreshes = () => calls.filter((call) => call.path.endsWith('/refresh'));

test('an expired token is renewed and the request sent again', async () => {
  expect(await get()).toEqual({ fine: true });
  expect(calls.map((call) => [call.path, call.auth])).toEqual([
    ['/api/users/me', 'Bearer old'],
    ['/api/auth/token/refresh', null],
    ['/api/users/me', 'Bearer new'],
  ]);
  expect(refreshes()[0]!.body).toEqual({ refresh: 'r1' });
  expect(client.tokens).toEqual({ access: 'new', refresh: 'r2' });
});

test('many at once: one renewal', async () => {
  await Promise.all(
    Array.from({ length: 5 }, () => client.request('POST', '/api/rooms', { body: {} })),
  );
  expect(refreshes().length).toBe(1);
});

test('what another tab renewed meanwhile is used, not renewed again', async () => {
  const failing = get();
  client.setTokens({ access: 'new', refresh: 'r9' });
  await failing;
  expect(refreshes().length).toBe(0);
});

test('a lock of the storage is held while a token is renewed', async () => {
  const names: string[] = [];
  const storage = {
    ...memoryStorage(),
    exclusive: <T>(name: string, work: () => Promise<T>) => {
      names.push(name);
      return work();
    },
  };
  client = new Client({ ...client.options, storage });
  client.setTokens({ access: 'old', refresh: 'r1' });
  await get();
  expect(names).toEqual(['whoosh.refresh']);
});

test('a refused renewal signs out', async () => {
  refreshStatus = 401;
  expect(await thrown(get())).toMatchObject({ status: 401, code: 'bad_refresh' });
  expect(client.tokens).toBeNull();
  expect(out).toBe(1);
});

test('a renewal that fails for another reason keeps the tokens', async () => {
  refreshStatus = 503;
  expect(await thrown(client.request('POST', '/x'))).toMatchObject({ status: 503 });
  expect(client.tokens).toEqual({ access: 'old', refresh: 'r1' });
  expect(out).toBe(0);
});

test('a renewed token that is refused, too, is an error and no loop', async () => {
  answer = () => failure(401, 'bad_token');
  expect(await thrown(get())).toMatchObject({ status: 401, code: 'bad_token' });
  expect(calls.length).toBe(3);
});

test('errors carry code, sentence, fields, the request and when to come back', async () => {
  answer = () =>
    Response.json(
      { error: 'Too many.', code: 'rate_limited', request_id: 'q7', fields: { name: 'short' } },
      { status: 429, headers: { 'retry-after': '7' } },
    );
  const error = await thrown(get());
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({
    status: 429,
    code: 'rate_limited',
    message: 'Too many.',
    fields: { name: 'short' },
    requestId: 'q7',
    retryAfterS: 7,
  });
});

test('an empty body, and bodies that are no JSON', async () => {
  answer = () => new Response(null, { status: 204 });
  expect(await client.request('DELETE', '/x')).toBeNull();
  answer = () => new Response('<html>', { status: 404 });
  expect(await thrown(get())).toMatchObject({ status: 404, code: 'unknown' });
  answer = () => new Response('<html>', { status: 200 });
  expect(await thrown(get())).toMatchObject({ status: 200, code: 'unknown' });
});

test('what is safe to repeat is tried three times, with pauses', async () => {
  answer = () => Promise.reject(new TypeError('no network'));
  const began = Date.now();
  expect(await thrown(get())).toMatchObject({ status: 0, code: 'offline' });
  expect(calls.length).toBe(3);
  expect(Date.now() - began).toBe(patience.retry_ms[0] + patience.retry_ms[1]);
});

test('what is not safe to repeat is tried once', async () => {
  answer = () => failure(503, 'unavailable', { 'retry-after': '1' });
  expect(await thrown(client.request('POST', '/api/rooms', { body: {} }))).toMatchObject({
    code: 'unavailable',
    retryAfterS: 1,
  });
  expect(calls.length).toBe(1);
});

test.each([400, 401, 403, 404, 409, 422, 429, 500])('%i is not tried again', async (status) => {
  client.setTokens(null);
  answer = () => failure(status, 'malformed');
  await thrown(get());
  expect(calls.length).toBe(1);
});

test('the pause is what the server asks for; when it asks for long, the error comes at once', async () => {
  answer = () => failure(503, 'unavailable', { 'retry-after': '2' });
  const began = Date.now();
  await thrown(get());
  expect(Date.now() - began).toBe(4_000);
  calls = [];
  answer = () => failure(503, 'draining', { 'retry-after': '30' });
  await thrown(get());
  expect(calls.length).toBe(1);
});

test('a purchase is tried again with its key; another purchase has another key', async () => {
  client.setTokens({ access: 'new', refresh: 'r' });
  answer = () => (calls.length < 3 ? failure(503, 'unavailable') : Response.json({ balance: 3 }));
  const bought = economy.purchase(client, 'frame_ink');
  await vi.runAllTimersAsync();
  expect(await bought).toEqual({ balance: 3 });
  expect(calls.length).toBe(3);
  expect(calls[0]!.body).toEqual({ item_id: 'frame_ink' });
  expect(calls[0]!.key).toMatch(/^[0-9a-z-]{20,}$/);
  expect(new Set(calls.map((call) => call.key)).size).toBe(1);
  await economy.purchase(client, 'frame_ink');
  expect(calls[3]!.key).not.toBe(calls[0]!.key);
  await economy.purchase(client, 'frame_ink', 'mine');
  expect(calls[4]!.key).toBe('mine');
});

test('silence ends as a timeout; a long poll waits for longer', async () => {
  client = new Client({
    fetch: (_, init) =>
      new Promise((_done, fail) => {
        init!.signal!.addEventListener('abort', () => fail(new DOMException('', 'AbortError')));
      }),
  });
  let began = Date.now();
  expect(await thrown(client.request('POST', '/x'))).toMatchObject({ status: 0, code: 'timeout' });
  expect(Date.now() - began).toBe(patience.answer_ms);
  began = Date.now();
  await thrown(client.request('POST', '/x', { waitMs: 25_000 }));
  expect(Date.now() - began).toBe(patience.answer_ms + 25_000);
});

test("the caller's signal ends a request and is not an ApiError", async () => {
  client = new Client({
    fetch: (_, init) =>
      new Promise((_done, fail) => {
        init!.signal!.addEventListener('abort', () => fail(init!.signal!.reason));
      }),
  });
  const abort = new AbortController();
  const work = thrown(client.request('GET', '/x', { signal: abort.signal }));
  abort.abort();
  const error = await work;
  expect(error).toMatchObject({ name: 'AbortError' });
  expect(error).not.toBeInstanceOf(ApiError);
});

test('signing in keeps the tokens, signing out forgets them even when it fails', async () => {
  const user = { id: 17 };
  answer = () => Response.json({ access: 'a', refresh: 'b', user });
  expect((await auth.login(client, { username: 'mo', password: 'x' })).user).toEqual(user);
  expect(calls[0]!.auth).toBeNull();
  expect(client.tokens).toEqual({ access: 'a', refresh: 'b' });
  answer = () => failure(500, 'internal');
  expect(await thrown(auth.logout(client))).toMatchObject({ code: 'internal' });
  expect(calls[1]).toMatchObject({ auth: 'Bearer a', body: { refresh: 'b' } });
  expect(client.tokens).toBeNull();
});

test('signing out with an expired token ends the renewed session', async () => {
  await auth.logout(client);
  expect(calls.map((call) => [call.path, call.body.refresh])).toEqual([
    ['/api/auth/logout', 'r1'],
    ['/api/auth/token/refresh', 'r1'],
    ['/api/auth/logout', 'r2'],
  ]);
});
