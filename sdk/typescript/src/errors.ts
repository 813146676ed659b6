// What can go wrong, as types.

import type { ErrorBody, ErrorCode } from './wire.gen.js';

// What went wrong before any answer of the server came: it could not be reached, it took too long, there
// is no account at this device; `unknown`: an answer that was none of the server's (a proxy's, say).
export type LocalCode = 'offline' | 'timeout' | 'signed_out' | 'unknown';

// A REST request that was answered with an error, or not at all (`status` 0).
export class ApiError extends Error {
  readonly code: ErrorCode | LocalCode;
  readonly fields: Record<string, string>; // input errors: name -> why
  readonly requestId: string; // what the server's log calls this request; '' without an answer
  readonly retryAfterS: number; // 0: the server did not say

  constructor(
    readonly status: number,
    body: Partial<ErrorBody>,
    retryAfterS = 0,
  ) {
    super(body.error ?? 'The server gave no reason');
    this.name = 'ApiError';
    this.code = (body.code ?? 'unknown') as ErrorCode | LocalCode;
    this.fields = body.fields ?? {};
    this.requestId = body.request_id ?? '';
    this.retryAfterS = retryAfterS;
  }

  // The same request may well succeed in a moment.
  get isPassing(): boolean {
    return this.status === 0 || (this.status >= 502 && this.status <= 504);
  }

  // Trying again can't help: the request itself, or who asks, is the reason.
  get isFinal(): boolean {
    return this.status >= 400 && this.status < 500 && this.status !== 429;
  }
}

// A message to a room that the server refused (`code` is its ERROR's) or did not answer.
export class SendError extends Error {
  constructor(
    readonly code: ErrorCode | 'offline' | 'timeout',
    message: string,
  ) {
    super(message);
    this.name = 'SendError';
  }
}
