// What needs no account: the catalogue of games, the health of the server, its public keys.

import type { Client } from './client.js';
import type { GameList, Health } from './wire.gen.js';

export const games = (client: Client) =>
  client.request<GameList>('GET', '/api/games', { open: true });

export const health = (client: Client) =>
  client.request<Health>('GET', '/api/health', { open: true });

// RFC 7517; several keys while they rotate.
export const keys = (client: Client) =>
  client.request<{ keys: Record<string, string>[] }>('GET', '/.well-known/jwks.json', {
    open: true,
  });
