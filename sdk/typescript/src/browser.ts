// What a browser gives a client: storage that is shared between tabs, seats that survive the loss of it, and
// a page that may be hidden. Nothing here runs until it is called.

import type { Page } from './link.js';
import { storedSeats, type Seat, type Seats } from './seats.js';
import { memoryStorage, type Storage } from './storage.js';

// localStorage. Every access may fail (private mode, full disk, blocked cookies); then the value lives in
// memory as long as the page. Other tabs are kept out by a lock where the browser has one.
export function browserStorage(): Storage {
  const memory = memoryStorage();
  return {
    get(key) {
      try {
        return localStorage.getItem(key);
      } catch {
        return memory.get(key);
      }
    },
    set(key, text) {
      memory.set(key, text);
      try {
        localStorage.setItem(key, text);
      } catch {
        /* memory has it */
      }
    },
    delete(key) {
      memory.delete(key);
      try {
        localStorage.removeItem(key);
      } catch {
        /* nothing was kept */
      }
    },
    exclusive: <T>(name: string, work: () => Promise<T>) =>
      navigator.locks ? (navigator.locks.request(name, work) as Promise<T>) : work(),
  };
}

const seat_cookie = 'whoosh_seat';
const seat_day_s = 24 * 3600;

// The player's seat is in a cookie, too: phones clear the one and keep the other.
export function browserSeats(storage: Storage): Seats {
  const stored = storedSeats(storage);
  return {
    get(code, role) {
      const kept = stored.get(code, role);
      if (kept) return kept;
      try {
        const seat = JSON.parse(cookie(seat_cookie) ?? 'null') as Seat | null;
        return seat?.code === code && seat.role === role ? seat : null;
      } catch {
        return null;
      }
    },
    set(seat) {
      stored.set(seat);
      if (seat.role === 'player') setCookie(seat_cookie, JSON.stringify(seat), seat_day_s);
    },
    delete(code, role) {
      stored.delete(code, role);
      if (role === 'player') setCookie(seat_cookie, '', 0);
    },
  };
}

function setCookie(name: string, value: string, maxAgeS: number): void {
  document.cookie = `${name}=${encodeURIComponent(value)}; path=/; max-age=${maxAgeS}; samesite=strict`;
}

function cookie(name: string): string | null {
  for (const part of document.cookie.split('; ')) {
    if (part.startsWith(name + '=')) return decodeURIComponent(part.slice(name.length + 1));
  }
  return null;
}

// The page this runs in.
export const browserPage: Page = {
  visible: () => document.visibilityState !== 'hidden',
  watch(wake) {
    const seen = () => {
      if (document.visibilityState !== 'hidden') wake();
    };
    document.addEventListener('visibilitychange', seen);
    window.addEventListener('pageshow', seen);
    window.addEventListener('online', seen);
    return () => {
      document.removeEventListener('visibilitychange', seen);
      window.removeEventListener('pageshow', seen);
      window.removeEventListener('online', seen);
    };
  },
};
