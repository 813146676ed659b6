// What the store's screens show: the real catalogue, and somebody who has shopped.
import type { LedgerRow, SessionCard, StoreItem } from '@whoosh/sdk';

import catalogue from '../../../libs/cosmetics/content/cosmetics.jsonl?raw';
import looksText from '../public/cosmetics/looks.json?raw';

export const looks = JSON.parse(looksText) as unknown;

const owned = ['frame_neon', 'frame_ink', 'colour_mint', 'title_night_owl', 'reactions_zoo'];

export const items: StoreItem[] = catalogue
  .split('\n')
  .filter(Boolean)
  .map((row) => {
    const item = JSON.parse(row) as StoreItem;
    const item_id = (item as unknown as { id: string }).id;
    return {
      ...item,
      item_id,
      image: `/cosmetics/${item_id}.svg`,
      owned: owned.includes(item_id),
    };
  });

const at = (day: number, hour: number) =>
  `2026-11-${String(day).padStart(2, '0')}T${String(hour).padStart(2, '0')}:12:00Z`;

export const ledger: LedgerRow[] = [
  {
    id: 7,
    amount: -320,
    balance: 260,
    reason: 'purchase',
    ref: 'frame_neon',
    created_at: at(23, 19),
  },
  { id: 6, amount: 20, balance: 580, reason: 'daily', ref: '2026-11-23', created_at: at(23, 18) },
  { id: 5, amount: 17, balance: 560, reason: 'match', ref: 'm8', created_at: at(22, 21) },
  { id: 4, amount: 50, balance: 543, reason: 'level_up', ref: '6', created_at: at(22, 21) },
  { id: 3, amount: 80, balance: 493, reason: 'refund', ref: 'colour_lemon', created_at: at(21, 9) },
  { id: 2, amount: 400, balance: 413, reason: 'grant', ref: 'g1', created_at: at(20, 9) },
  { id: 1, amount: 13, balance: 13, reason: 'match', ref: 'm1', created_at: at(19, 22) },
];

const session = (id: string, device: string, address: string, current = false): SessionCard => ({
  id,
  device,
  address,
  created_at: at(12, 10),
  last_used_at: at(22, 20),
  expires_at: at(29, 20),
  current,
});
export const factor = { totp: false, since: null, recovery_codes_left: 0, required: true };
export const sessions = [
  session('a', 'Firefox on Android', '192.0.2.7', true),
  session('b', 'Chrome on Windows', '198.51.100.23'),
  session('c', '', '2001:db8:85a3::8a2e:370:7334'),
];
