// Matches that were played.

import { query, type Client, type Slice } from './client.js';
import type { GameResult, HistoryPage, HistoryRow, ResultTaken } from './wire.gen.js';

// The newest twenty.
export const newest = (client: Client) => client.request<HistoryRow[]>('GET', '/api/game/history');

export const history = (client: Client, slice: Slice = {}) =>
  client.request<HistoryPage>('GET', `/api/game/history${query({ limit: 20, ...slice })}`);

// For services of the deployment, with a service token as the access token. The first call with a `game_id`
// counts; ratings and rewards are the server's own.
export const report = (client: Client, result: GameResult) =>
  client.request<ResultTaken>('POST', '/api/game/result', { body: result });
