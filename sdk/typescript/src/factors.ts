// The second factor, recovery codes, and a new password for who has lost his. A sign-in that is answered
// `totp_required` is asked again with `totp` (auth.login).

import type { Client } from './client.js';
import type {
  PasswordReset,
  Proof,
  RecoveryCodes,
  SecondFactor,
  TotpBegun,
  TotpCode,
} from './wire.gen.js';

export const state = (client: Client) =>
  client.request<SecondFactor>('GET', '/api/auth/second-factor');

// The secret for an authenticator app; it counts once it is confirmed.
export const begin = (client: Client, proof: Proof) =>
  client.request<TotpBegun>('POST', '/api/auth/totp', { body: proof });

// With the app's first code. Ends all other sessions; the recovery codes are shown this once.
export const confirm = (client: Client, code: TotpCode) =>
  client.request<RecoveryCodes>('POST', '/api/auth/totp/confirm', { body: code });

export const disable = (client: Client, proof: Proof) =>
  client.request<void>('POST', '/api/auth/totp/disable', { body: proof });

// Ten new ones in place of the old.
export const makeCodes = (client: Client, proof: Proof) =>
  client.request<RecoveryCodes>('POST', '/api/auth/recovery-codes', { body: proof });

// Without being signed in. Ends all sessions.
export const resetPassword = (client: Client, reset: PasswordReset) =>
  client.request<void>('POST', '/api/auth/reset-password', { body: reset, open: true });
