// Games' own clients, found by folder: games/<slug>/client/{phone,screen}.tsx. Each default-exports a
// component that takes the room; its texts come with it. Nothing else here knows a particular game.
import type { JSX } from 'preact';

import { service, type GameCard } from '@whoosh/sdk';

import { client as account } from './state/client';
import type { Room } from './state/room';
import { lazy } from './ui/parts';

export interface GameProps {
  room: Room;
}
type Module = { default: (props: GameProps) => JSX.Element | null };

const phones = import.meta.glob<Module>('../../../games/*/client/phone.tsx');
const screens = import.meta.glob<Module>('../../../games/*/client/screen.tsx');
const made = new Map<string, (props: GameProps) => JSX.Element>();

function client(kind: 'phone' | 'screen', game: string) {
  const key = `${kind}:${game}`;
  const load = (kind === 'phone' ? phones : screens)[`../../../games/${game}/client/${kind}.tsx`];
  if (!load) return null;
  let component = made.get(key);
  if (!component) made.set(key, (component = lazy<GameProps>(load)));
  return component;
}

export const phoneOf = (game: string) => client('phone', game);
export const screenOf = (game: string) => client('screen', game);

// Starts loading while people still wait in the lobby.
export function preload(kind: 'phone' | 'screen', game: string): void {
  const load = (kind === 'phone' ? phones : screens)[`../../../games/${game}/client/${kind}.tsx`];
  void load?.().catch(() => {
    /* asked again, with a visible retry, when it is needed */
  });
}

let catalogue: Promise<GameCard[]> | null = null;
export function games(): Promise<GameCard[]> {
  catalogue ??= service.games(account).then(
    (list) => list.items,
    (error) => {
      catalogue = null;
      throw error;
    },
  );
  return catalogue;
}
