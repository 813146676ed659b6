// Rooms by code.

import { query, type Client, type Slice } from './client.js';
import type { CreateRoom, JoinInfo, Role, RoomCard, RoomList } from './wire.gen.js';

export const create = (client: Client, room: CreateRoom) =>
  client.request<JoinInfo>('POST', '/api/rooms', { body: room });

// Public ones, newest first.
export const list = (client: Client, options: Slice & { game?: string } = {}) =>
  client.request<RoomList>('GET', `/api/rooms${query({ ...options })}`);

export const find = (client: Client, code: string) => client.request<RoomCard>('GET', path(code));

// A seat, or a place to watch from.
export const join = (client: Client, code: string, as: Role = 'player') =>
  client.request<JoinInfo>('POST', `${path(code)}/join`, { body: { as } });

const path = (code: string) => `/api/rooms/${encodeURIComponent(code)}`;
