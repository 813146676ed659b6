// A client of Service A: requests with the account's tokens. One per account; what it keeps lives in its
// storage.
//
// An expired access token is renewed once for everybody who waits. Refresh tokens are single-use, and a second
// use would revoke the whole family: whoever shares the storage (other tabs) is kept out by its lock, and the
// storage is read again before each renewal.
//
// What is safe to repeat (GET, and whatever carries an Idempotency-Key) is tried again when the server could
// not be reached or a part of it is away; nothing else ever is.

import { ApiError } from './errors.js';
import type { Page, SocketMaker } from './link.js';
import { storedSeats, type Seats } from './seats.js';
import { memoryStorage, recall, remember, type Storage } from './storage.js';
import type { ErrorBody, TokenPair } from './wire.gen.js';

export const patience = {
  answer_ms: 15_000, // for the whole answer; a long poll adds its own wait
  retry_ms: [300, 900], // before the second and the third try
  retry_after_ms_max: 5_000, // a server that wants more is not asked again here
} as const;

export interface ClientOptions {
  url?: string; // of Service A, "http://localhost:8000"; default: where this page comes from
  storage?: Storage; // default: memory
  seats?: Seats; // default: in the storage
  page?: Page; // default: always seen
  fetch?: typeof fetch; // default: the global one
  WebSocket?: SocketMaker; // default: the global one, which Node.js has since 22
}

export interface Call {
  body?: unknown; // a function is asked for it at each try
  open?: boolean; // without the account's token
  signal?: AbortSignal;
  idempotencyKey?: string;
  waitMs?: number; // how much longer than usual the answer may take
}

const tokens_key = 'whoosh.tokens';

export class Client {
  readonly storage: Storage;
  readonly seats: Seats;
  // Told when the account can no longer be used: its refresh token was refused.
  onSignedOut: () => void = () => {};
  private renewing: Promise<string> | null = null;

  constructor(readonly options: ClientOptions = {}) {
    this.storage = options.storage ?? memoryStorage();
    this.seats = options.seats ?? storedSeats(this.storage);
  }

  get tokens(): TokenPair | null {
    return recall<TokenPair>(this.storage, tokens_key);
  }
  setTokens(pair: TokenPair | null): void {
    if (pair) remember(this.storage, tokens_key, { access: pair.access, refresh: pair.refresh });
    else this.storage.delete(tokens_key);
  }

  // Throws an ApiError; with a signal that fires, what fetch throws then.
  async request<T>(method: string, path: string, call: Call = {}): Promise<T> {
    const repeatable = method === 'GET' || call.idempotencyKey !== undefined;
    for (let tried = 0; ; tried++) {
      try {
        return await this.authorized<T>(method, path, call);
      } catch (error) {
        const pause = patience.retry_ms[tried];
        if (!repeatable || pause === undefined) throw error;
        if (!(error instanceof ApiError) || !error.isPassing) throw error;
        if (error.retryAfterS * 1000 > patience.retry_after_ms_max) throw error;
        await sleep(Math.max(pause, error.retryAfterS * 1000), call.signal);
      }
    }
  }

  // A working access token in place of `stale`.
  renew(stale = this.tokens?.access ?? ''): Promise<string> {
    const work = () => this.renewNow(stale);
    this.renewing ??= (this.storage.exclusive?.('whoosh.refresh', work) ?? work()).finally(() => {
      this.renewing = null;
    });
    return this.renewing;
  }

  private async authorized<T>(method: string, path: string, call: Call): Promise<T> {
    const access = call.open ? undefined : this.tokens?.access;
    try {
      return await this.send<T>(method, path, call, access);
    } catch (error) {
      if (!access || !(error instanceof ApiError) || error.status !== 401) throw error;
      return this.send<T>(method, path, call, await this.renew(access));
    }
  }

  private async renewNow(stale: string): Promise<string> {
    const pair = this.tokens;
    if (!pair) throw new ApiError(401, { code: 'signed_out', error: 'You are signed out' });
    if (pair.access !== stale) return pair.access; // another tab did it
    try {
      const body = { refresh: pair.refresh };
      const next = await this.send<TokenPair>('POST', '/api/auth/token/refresh', { body });
      this.setTokens(next);
      return next.access;
    } catch (error) {
      if (error instanceof ApiError && (error.status === 401 || error.status === 403)) {
        this.setTokens(null);
        this.onSignedOut();
      }
      throw error;
    }
  }

  private async send<T>(method: string, path: string, call: Call, access?: string): Promise<T> {
    const headers: Record<string, string> = { accept: 'application/json' };
    if (access) headers.authorization = `Bearer ${access}`;
    if (call.idempotencyKey) headers['idempotency-key'] = call.idempotencyKey;
    const abort = new AbortController();
    const init: RequestInit = { method, headers, cache: 'no-store', signal: abort.signal };
    if (call.body !== undefined) {
      headers['content-type'] = 'application/json';
      init.body = JSON.stringify(typeof call.body === 'function' ? call.body() : call.body);
    }
    const give_up = () => abort.abort(call.signal?.reason);
    if (call.signal?.aborted) give_up();
    call.signal?.addEventListener('abort', give_up);
    const timer = setTimeout(() => abort.abort(), patience.answer_ms + (call.waitMs ?? 0));
    try {
      const response = await (this.options.fetch ?? fetch)(this.address(path), init);
      return read<T>(response, await response.text());
    } catch (error) {
      if (call.signal?.aborted || error instanceof ApiError) throw error;
      const code = abort.signal.aborted ? 'timeout' : 'offline';
      throw new ApiError(0, { code, error: 'The server cannot be reached' });
    } finally {
      clearTimeout(timer);
      call.signal?.removeEventListener('abort', give_up);
    }
  }

  private address(path: string): string {
    return (this.options.url ?? '').replace(/\/$/, '') + path;
  }
}

function read<T>(response: Response, text: string): T {
  let body: unknown = null;
  try {
    body = text ? JSON.parse(text) : null;
  } catch {
    if (response.ok) throw new ApiError(response.status, { error: 'The answer is no JSON' });
  }
  if (response.ok) return body as T;
  const error = (body ?? { error: response.statusText }) as Partial<ErrorBody>;
  throw new ApiError(response.status, error, Number(response.headers.get('retry-after')) || 0);
}

// Ends early, without an error, when the signal fires.
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      done();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end);
    if (signal?.aborted) end();
  });
}

// ?a=1&b=2 of what is given.
export function query(values: Record<string, string | number | undefined>): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return given.length ? `?${new URLSearchParams(given.map(([k, v]) => [k, String(v)]))}` : '';
}

export interface Slice {
  limit?: number; // 1 … 100, default 20
  cursor?: string; // `next` of the page before
}
