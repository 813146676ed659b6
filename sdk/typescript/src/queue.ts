// Waiting for a match with strangers.

import { query, sleep, type Client } from './client.js';
import { ApiError } from './errors.js';
import type { JoinInfo, QueueJoin, QueueTicket, TicketState } from './wire.gen.js';

const wait_s_max = 25;
const pause_ms = 2_000;

// The same ticket again while it searches or its match runs.
export const join = (client: Client, wish: QueueJoin = {}) =>
  client.request<QueueTicket>('POST', '/api/match/join', { body: wish });

export const leave = (client: Client) => client.request<void>('POST', '/api/match/leave');

export const cancel = (client: Client, ticket: string) =>
  client.request<void>('DELETE', path(ticket));

// How it stands: at once, or at its next change within `waitS` seconds.
export const look = (client: Client, ticket: string, waitS = 0, signal?: AbortSignal) =>
  client.request<TicketState>('GET', path(ticket) + query({ wait: waitS }), {
    waitMs: waitS * 1000,
    ...(signal ? { signal } : {}),
  });

export interface Following {
  signal?: AbortSignal; // ends the waiting; the ticket is still in the queue then
  onChange?(state: TicketState): void;
}

// Until the ticket is matched or over; what passes is waited out. `cancelled` also when the signal fires.
export async function follow(
  client: Client,
  ticket: string,
  { signal, onChange }: Following = {},
): Promise<TicketState> {
  for (let wait_s = 0; !signal?.aborted;) {
    try {
      const state = await look(client, ticket, wait_s, signal);
      wait_s = wait_s_max;
      onChange?.(state);
      if (state.status !== 'searching') return state;
    } catch (error) {
      if (signal?.aborted) break;
      if (error instanceof ApiError && error.isFinal) throw error;
      await sleep((error instanceof ApiError && error.retryAfterS * 1000) || pause_ms, signal);
    }
  }
  return { status: 'cancelled' };
}

// Into the queue and out of it with a room; null: the ticket was cancelled or expired. A signal that fires
// gives the ticket back.
export async function match(
  client: Client,
  wish: QueueJoin = {},
  following: Following = {},
): Promise<JoinInfo | null> {
  const { ticket } = await join(client, wish);
  const end = await follow(client, ticket, following);
  if (following.signal?.aborted) await cancel(client, ticket);
  return end.room ?? null;
}

const path = (ticket: string) => `/api/match/tickets/${encodeURIComponent(ticket)}`;
