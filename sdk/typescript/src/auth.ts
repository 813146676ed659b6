// Signing up, in and out. What gives tokens keeps them in the client.

import type { Client } from './client.js';
import type {
  EndSession,
  Guest,
  Login,
  PasswordChange,
  Register,
  SessionList,
  SignedIn,
} from './wire.gen.js';

export const register = (client: Client, account: Register) =>
  signIn(client, '/api/auth/register', account);

// With a username or an e-mail address.
export const login = (client: Client, account: Login) => signIn(client, '/api/auth/login', account);

// An account to play with at once; it ends after 24 hours without play unless it is converted.
export const guest = (client: Client, name: Guest = {}) => signIn(client, '/api/auth/guest', name);

// The guest who is signed in becomes an account and keeps everything that was earned.
export const convertGuest = (client: Client, account: Register) =>
  signIn(client, '/api/auth/convert-guest', account, false);

// This client forgets its tokens in any case, also when the server can't be told.
export async function logout(client: Client): Promise<void> {
  const body = () => ({ refresh: client.tokens?.refresh ?? '' }); // asking may renew it
  try {
    if (client.tokens) await client.request<void>('POST', '/api/auth/logout', { body });
  } finally {
    client.setTokens(null);
  }
}

// Every device, this one among them.
// Accounts with a second factor must give their password.
export async function logoutAll(client: Client, proof?: EndSession): Promise<void> {
  await client.request<void>('POST', '/api/auth/logout-all', { body: proof });
  client.setTokens(null);
}

// Ends all other sessions.
export const changePassword = (client: Client, change: PasswordChange) =>
  client.request<void>('POST', '/api/auth/password', { body: change });

// One for each device that is signed in.
export const sessions = (client: Client) =>
  client.request<SessionList>('GET', '/api/auth/sessions');

export const endSession = (client: Client, id: string, proof?: EndSession) =>
  client.request<void>('DELETE', `/api/auth/sessions/${encodeURIComponent(id)}`, { body: proof });

async function signIn(client: Client, path: string, body: unknown, open = true): Promise<SignedIn> {
  const answer = await client.request<SignedIn>('POST', path, { body, open });
  client.setTokens(answer);
  return answer;
}
