// For operators: the account's token needs the role `moderator` or `admin`. Every action is audited, with
// its reason.

import { query, type Client, type Slice } from './client.js';
import { newKey } from './economy.js';
import type {
  AdminUser,
  AdminUserDetail,
  AdminUserPage,
  AuditPage,
  BanUser,
  ChangeRole,
  Granted,
  GrantCoins,
  NodeReport,
  RefundItem,
  RoomReport,
  RoomSummary,
} from './wire.gen.js';

type Id = number | string;
interface Page<T> {
  items: T[];
  next: string | null;
}

// An id, or how a username, name or e-mail address begins.
export const users = (client: Client, q = '', slice: Slice = {}) =>
  client.request<AdminUserPage>('GET', `/api/admin/users${query({ q, ...slice })}`);

export const user = (client: Client, id: Id) =>
  client.request<AdminUserDetail>('GET', userPath(id));

// Ends the user's live connections, too.
export const ban = (client: Client, id: Id, body: BanUser) =>
  client.request<AdminUser>('POST', `${userPath(id)}/ban`, { body });

export const unban = (client: Client, id: Id, reason: string) =>
  client.request<AdminUser>('DELETE', `${userPath(id)}/ban`, { body: { reason } });

export const changeRole = (client: Client, id: Id, role: ChangeRole['role']) =>
  client.request<AdminUser>('POST', `${userPath(id)}/role`, { body: { role } });

// Once, however often it is tried; below zero it takes.
export const grant = (client: Client, id: Id, body: GrantCoins, idempotencyKey = newKey()) =>
  client.request<Granted>('POST', `${userPath(id)}/grant`, { body, idempotencyKey });

// Takes an item back and returns what was paid for it, once.
export const refund = (client: Client, id: Id, body: RefundItem, idempotencyKey = newKey()) =>
  client.request<Granted>('POST', `${userPath(id)}/refund`, { body, idempotencyKey });

export const rooms = (client: Client, options: Slice & { game?: string } = {}) =>
  client.request<Page<RoomSummary>>('GET', `/api/admin/rooms${query({ ...options })}`);

// One room live.
export const room = (client: Client, id: string) => client.request<RoomReport>('GET', roomPath(id));

export const closeRoom = (client: Client, id: string, reason: string) =>
  client.request<void>('DELETE', roomPath(id), { body: { reason } });

export const nodes = (client: Client) =>
  client.request<Page<NodeReport>>('GET', '/api/admin/nodes');

// No new rooms there; those that are, play on.
export const drain = (client: Client, node: string, reason: string) =>
  client.request<void>('POST', nodePath(node), { body: { reason } });

export const undrain = (client: Client, node: string, reason: string) =>
  client.request<void>('DELETE', nodePath(node), { body: { reason } });

export interface AuditFilter extends Slice {
  action?: string; // exactly, such as "user.ban"
  target?: string; // exactly, such as "user:17"
  actor?: string; // id of an operator; 0: the server's shell
}

// Newest first.
export const audit = (client: Client, filter: AuditFilter = {}) =>
  client.request<AuditPage>('GET', `/api/admin/audit${query({ ...filter })}`);

const userPath = (id: Id) => `/api/admin/users/${encodeURIComponent(id)}`;
const roomPath = (id: string) => `/api/admin/rooms/${encodeURIComponent(id)}`;
const nodePath = (id: string) => `/api/admin/nodes/${encodeURIComponent(id)}/drain`;
