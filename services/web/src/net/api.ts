// Requests to Service A with the account's tokens. An expired access token is renewed once for everybody who
// waits (refresh tokens are single-use: a second use would revoke the whole family, so other tabs are kept
// out by a lock where the browser has one, and the store is read again before each renewal).

import type { ErrorBody, TokenPair } from '../proto/wire.gen';
import { forget, recall, remember } from './store';

export class ApiError extends Error {
  constructor(
    readonly status: number, // 0: the server could not be reached
    readonly code: string,
    message: string,
    readonly fields: Record<string, string> = {},
    readonly retryAfterS = 0,
  ) {
    super(message);
  }
}

const key = 'whoosh.tokens';

export const tokens = {
  get: (): TokenPair | null => recall<TokenPair>(key),
  set(pair: TokenPair): void {
    remember(key, { access: pair.access, refresh: pair.refresh });
  },
  clear(): void {
    forget(key);
  },
};

// Told when the account can no longer be used (refresh refused).
let onSignedOut: () => void = () => {};
export function whenSignedOut(call: () => void): void {
  onSignedOut = call;
}

export interface RequestOptions {
  body?: unknown;
  open?: boolean;
  signal?: AbortSignal;
  headers?: Record<string, string>;
}

export async function request<T>(
  method: string,
  path: string,
  options: RequestOptions = {},
): Promise<T> {
  const pair = options.open ? null : tokens.get();
  const first = await send(method, path, options, pair?.access);
  if (first.status !== 401 || !pair) return read<T>(first);
  const access = await renew(pair.access);
  return read<T>(await send(method, path, options, access));
}

async function send(
  method: string,
  path: string,
  options: RequestOptions,
  access?: string,
): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json', ...options.headers };
  if (access) headers.authorization = `Bearer ${access}`;
  const init: RequestInit = { method, headers, cache: 'no-store' };
  if (options.signal) init.signal = options.signal;
  if (options.body !== undefined) {
    headers['content-type'] = 'application/json';
    init.body = JSON.stringify(options.body);
  }
  try {
    return await fetch(path, init);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new ApiError(0, 'offline', 'The server cannot be reached');
  }
}

async function read<T>(response: Response): Promise<T> {
  const text = await response.text();
  let body: unknown = null;
  try {
    body = text ? JSON.parse(text) : null;
  } catch {
    body = null;
  }
  if (response.ok) return body as T;
  const error = (body ?? {}) as Partial<ErrorBody>;
  throw new ApiError(
    response.status,
    error.code ?? 'unknown',
    error.error ?? response.statusText,
    error.fields,
    Number(response.headers.get('retry-after') ?? 0) || 0,
  );
}

let renewing: Promise<string> | null = null;

// A working access token in place of `stale`.
export function renew(stale: string): Promise<string> {
  renewing ??= exclusive(() => renewNow(stale)).finally(() => {
    renewing = null;
  });
  return renewing;
}

async function exclusive<T>(work: () => Promise<T>): Promise<T> {
  return navigator.locks ? (navigator.locks.request('whoosh.refresh', work) as Promise<T>) : work();
}

async function renewNow(stale: string): Promise<string> {
  const pair = tokens.get();
  if (!pair) throw new ApiError(401, 'signed_out', 'You are signed out');
  if (pair.access !== stale) return pair.access; // another tab did it
  try {
    const next = await read<TokenPair>(
      await send('POST', '/api/auth/token/refresh', { body: { refresh: pair.refresh } }),
    );
    tokens.set(next);
    return next.access;
  } catch (error) {
    if (error instanceof ApiError && (error.status === 401 || error.status === 403)) {
      tokens.clear();
      onSignedOut();
    }
    throw error;
  }
}

export const api = {
  get: <T>(path: string, signal?: AbortSignal) => request<T>('GET', path, signal ? { signal } : {}),
  post: <T>(path: string, body?: unknown, open = false) => request<T>('POST', path, { body, open }),
  patch: <T>(path: string, body: unknown) => request<T>('PATCH', path, { body }),
  delete: <T>(path: string) => request<T>('DELETE', path),
};
