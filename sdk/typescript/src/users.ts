// Profiles.

import type { Client } from './client.js';
import type { AccountExport, ProfileChange, PublicUser, User } from './wire.gen.js';

export const me = (client: Client) => client.request<User>('GET', '/api/users/me');

export const changeMe = (client: Client, change: ProfileChange) =>
  client.request<User>('PATCH', '/api/users/me', { body: change });

// Everything that is kept about this account.
export const exportMe = (client: Client) =>
  client.request<AccountExport>('GET', '/api/users/me/export');

// Personal data is erased; matches stay, anonymous.
export async function eraseMe(client: Client): Promise<void> {
  await client.request<void>('DELETE', '/api/users/me');
  client.setTokens(null);
}

export const find = (client: Client, id: number | string) =>
  client.request<PublicUser>('GET', `/api/users/${encodeURIComponent(id)}`);
