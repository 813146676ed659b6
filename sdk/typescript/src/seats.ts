// Seats that were given and can be taken again: by code and role, over reloads and restarts.

import { recall, remember, type Storage } from './storage.js';
import type { Role } from './wire.gen.js';

// What survives a restart: where the room is, and the token that gives the seat back.
export interface Seat {
  room: string;
  code: string;
  game: string;
  ws_url: string;
  role: Role;
  resume: string;
}

export interface Seats {
  get(code: string, role: Role): Seat | null;
  set(seat: Seat): void;
  delete(code: string, role: Role): void;
}

export function storedSeats(storage: Storage): Seats {
  const key = (code: string, role: Role) => `whoosh.seat.${role}.${code}`;
  return {
    get: (code, role) => recall<Seat>(storage, key(code, role)),
    set: (seat) => remember(storage, key(seat.code, seat.role), seat),
    delete: (code, role) => storage.delete(key(code, role)),
  };
}
