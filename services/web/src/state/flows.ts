// The ways into a room. The socket's code is only loaded when somebody goes in.
import { ApiError, type JoinInfo, type Role } from '@whoosh/sdk';

import { go } from './router';
import { ensureUser } from './session';

// A seat (or a place in the audience when there is none): REST first, so that a wrong code is told here.
export async function joinByCode(code: string, role: Role = 'player'): Promise<void> {
  await ensureUser();
  const { joinRoom } = await import('./room');
  await joinRoom(code, role);
  go(`/${code}`);
}

export async function enter(info: JoinInfo): Promise<void> {
  const { joinRoom } = await import('./room');
  await joinRoom(info.code, 'player', info);
  go(`/${info.code}`);
}

export async function createParty(
  game: string,
  settings: Record<string, unknown> = {},
): Promise<void> {
  await ensureUser();
  const { createRoom } = await import('./room');
  await enter(await createRoom(game, settings));
}

export function isFull(error: unknown): boolean {
  return error instanceof ApiError && error.status === 409;
}
