// Where a client keeps what has to survive it: tokens and seats, as texts under keys. Yours may be a file or
// a database; it has to answer at once.

export interface Storage {
  get(key: string): string | null;
  set(key: string, text: string): void;
  delete(key: string): void;
  // Runs `work` while nobody else who shares this storage runs work of this name. Without it a storage
  // belongs to one client.
  exclusive?<T>(name: string, work: () => Promise<T>): Promise<T>;
}

export function memoryStorage(): Storage {
  const kept = new Map<string, string>();
  return {
    get: (key) => kept.get(key) ?? null,
    set: (key, text) => void kept.set(key, text),
    delete: (key) => void kept.delete(key),
  };
}

// Unreadable: as if nothing were there.
export function recall<T>(storage: Storage, key: string): T | null {
  const text = storage.get(key);
  if (text === null) return null;
  try {
    return JSON.parse(text) as T;
  } catch {
    return null;
  }
}

export function remember(storage: Storage, key: string, value: unknown): void {
  storage.set(key, JSON.stringify(value));
}
