// Coins, what they buy, and what is worn.

import { query, type Client, type Slice } from './client.js';
import type {
  Daily,
  DailyStanding,
  Equip,
  InventoryList,
  LedgerPage,
  Look,
  Purchased,
  StoreList,
  Wallet,
} from './wire.gen.js';

export const wallet = (client: Client) => client.request<Wallet>('GET', '/api/economy/wallet');

// Every change of the balance, newest first.
export const ledger = (client: Client, slice: Slice = {}) =>
  client.request<LedgerPage>('GET', `/api/economy/ledger${query({ ...slice })}`);

export const store = (client: Client) => client.request<StoreList>('GET', '/api/store');

// Paid once, however often it is tried: the same key makes it the same purchase. Give your own key to repeat
// a purchase whose answer was lost over a restart.
export const purchase = (client: Client, item_id: string, idempotencyKey = newKey()) =>
  client.request<Purchased>('POST', '/api/store/purchase', { body: { item_id }, idempotencyKey });

export const inventory = (client: Client) => client.request<InventoryList>('GET', '/api/inventory');

// In place of what is worn of the item's kind.
export const equip = (client: Client, item_id: string) => wear(client, { item_id });
export const unequip = (client: Client, kind: string) => wear(client, { kind, item_id: null });

// What the next claim gives, and whether it may be made now.
export const daily = (client: Client) => client.request<DailyStanding>('GET', '/api/economy/daily');

// Once per UTC day; `already_claimed` until the next.
export const claimDaily = (client: Client) => client.request<Daily>('POST', '/api/economy/daily');

// A new key for one operation that must not happen twice. Unique among this user's is all it has to be.
export function newKey(): string {
  const part = () => Math.random().toString(36).slice(2, 12).padEnd(10, '0');
  return `${Date.now().toString(36)}-${part()}${part()}`;
}

const wear = (client: Client, body: Equip) =>
  client.request<Look>('POST', '/api/inventory/equip', { body });
