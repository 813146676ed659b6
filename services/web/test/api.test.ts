// Tokens: renewed once for everybody who waits, kept in step with other tabs, dropped when refused.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { api, ApiError, tokens, whenSignedOut } from '../src/net/api';

interface Call {
  method: string;
  path: string;
  auth: string | null;
  body: any;
}
let calls: Call[];
let refreshStatus: number;
let valid: string;
let out: number;

beforeEach(() => {
  calls = [];
  refreshStatus = 200;
  valid = 'new';
  out = 0;
  whenSignedOut(() => {
    out += 1;
  });
  tokens.set({ access: 'old', refresh: 'r1' });
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    const auth = new Headers(init.headers).get('authorization');
    calls.push({
      method: init.method!,
      path,
      auth,
      body: init.body ? JSON.parse(String(init.body)) : undefined,
    });
    if (path === '/api/auth/token/refresh') {
      return refreshStatus === 200
        ? Response.json({ access: 'new', refresh: 'r2' })
        : Response.json(
            { error: 'no', code: 'bad_refresh', request_id: 'q' },
            { status: refreshStatus },
          );
    }
    return auth === `Bearer ${valid}`
      ? Response.json({ fine: true })
      : Response.json(
          { error: 'expired', code: 'token_expired', request_id: 'q' },
          { status: 401 },
        );
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  tokens.clear();
});

const refreshes = () => calls.filter((call) => call.path.endsWith('/refresh'));

test('an expired token is renewed and the request sent again', async () => {
  expect(await api.get('/api/users/me')).toEqual({ fine: true });
  expect(calls.map((call) => [call.path, call.auth])).toEqual([
    ['/api/users/me', 'Bearer old'],
    ['/api/auth/token/refresh', null],
    ['/api/users/me', 'Bearer new'],
  ]);
  expect(refreshes()[0]!.body).toEqual({ refresh: 'r1' });
  expect(tokens.get()).toEqual({ access: 'new', refresh: 'r2' });
});

test('many at once: one renewal', async () => {
  await Promise.all(Array.from({ length: 5 }, () => api.post('/api/rooms', { game: 'suspect' })));
  expect(refreshes().length).toBe(1);
});

test('what another tab renewed meanwhile is used, not renewed again', async () => {
  const failing = api.get('/api/users/me');
  tokens.set({ access: 'new', refresh: 'r9' });
  await failing;
  expect(refreshes().length).toBe(0);
});

test('a refused renewal signs out', async () => {
  refreshStatus = 401;
  await expect(api.get('/api/users/me')).rejects.toMatchObject({
    status: 401,
    code: 'bad_refresh',
  });
  expect(tokens.get()).toBeNull();
  expect(out).toBe(1);
});

test('a renewal that fails for another reason keeps the tokens', async () => {
  refreshStatus = 503;
  await expect(api.get('/api/users/me')).rejects.toMatchObject({ status: 503 });
  expect(tokens.get()).toEqual({ access: 'old', refresh: 'r1' });
  expect(out).toBe(0);
});

test('errors carry code, sentence, fields and when to come back', async () => {
  vi.stubGlobal('fetch', async () =>
    Response.json(
      { error: 'Too many.', code: 'rate_limited', request_id: 'q', fields: { name: 'short' } },
      { status: 429, headers: { 'retry-after': '7' } },
    ),
  );
  const error = await api.get('/api/games').catch((thrown: unknown) => thrown as ApiError);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({
    status: 429,
    code: 'rate_limited',
    message: 'Too many.',
    fields: { name: 'short' },
    retryAfterS: 7,
  });
});

test('no network, an empty body and a body that is no JSON', async () => {
  vi.stubGlobal('fetch', async () => {
    throw new TypeError('failed');
  });
  await expect(api.get('/x')).rejects.toMatchObject({ status: 0, code: 'offline' });
  vi.stubGlobal('fetch', async () => new Response(null, { status: 204 }));
  expect(await api.delete('/x')).toBeNull();
  vi.stubGlobal('fetch', async () => new Response('<html>', { status: 502 }));
  await expect(api.get('/x')).rejects.toMatchObject({ status: 502, code: 'unknown' });
});
