// Who sits at this device: a guest made silently at the first join, or an account. One per browser.
import { signal } from '@preact/signals';

import { auth, users, type Login, type ProfileChange, type SignedIn, type User } from '@whoosh/sdk';

import { client, forget, recall, remember } from './client';

const userKey = 'whoosh.user';
const lookKey = 'whoosh.look';

export const avatars = [
  'fox',
  'owl',
  'cat',
  'crab',
  'ghost',
  'moth',
  'toad',
  'bun',
  'lamp',
  'fish',
  'pot',
  'imp',
] as const;

export interface Look {
  name: string;
  avatar: string;
}

export const user = signal<User | null>(recall<User>(userKey));
// What the join form shows; remembered before there is any account.
export const look = signal<Look>(recall<Look>(lookKey) ?? { name: '', avatar: randomAvatar() });

function randomAvatar(): string {
  return avatars[Math.floor(Math.random() * avatars.length)]!;
}

export function setLook(change: Partial<Look>): void {
  look.value = { ...look.value, ...change };
  remember(lookKey, look.value);
}

export function setUser(next: User | null): void {
  user.value = next;
  if (next) remember(userKey, next);
  else forget(userKey);
}

export function signedIn(answer: SignedIn): User {
  setUser(answer.user);
  return answer.user;
}

client.onSignedOut = () => setUser(null);

// An account to play with: what is there, or a new guest; its name and avatar are those of the form.
export async function ensureUser(): Promise<User> {
  const name = look.value.name.trim();
  let me = client.tokens ? user.value : null;
  me ??= signedIn(await auth.guest(client, name ? { display_name: name } : {}));
  const change: ProfileChange = {};
  if (name && name !== me.display_name) change.display_name = name;
  if (look.value.avatar !== me.avatar) change.avatar = look.value.avatar;
  if (Object.keys(change).length > 0) me = await changeProfile(change);
  return me;
}

export async function changeProfile(change: ProfileChange): Promise<User> {
  const next = await users.changeMe(client, change);
  setUser(next);
  setLook({ name: next.display_name, avatar: next.avatar || look.value.avatar });
  return next;
}

export async function loadUser(): Promise<User> {
  const next = await users.me(client);
  setUser(next);
  return next;
}

export async function signIn(account: Login): Promise<User> {
  return adopt(signedIn(await auth.login(client, account)));
}

// A guest keeps what was earned; without a guest a new account is made.
export async function signUp(username: string, email: string, password: string): Promise<User> {
  const guest = client.tokens !== null && user.value?.is_guest === true;
  const account = { username, email, password };
  return adopt(
    signedIn(await (guest ? auth.convertGuest(client, account) : auth.register(client, account))),
  );
}

function adopt(me: User): User {
  setLook({ name: me.display_name, avatar: me.avatar || look.value.avatar });
  return me;
}

export async function signOut(): Promise<void> {
  try {
    await auth.logout(client);
  } finally {
    setUser(null); // this device forgets in any case
  }
}

export async function deleteAccount(): Promise<void> {
  await users.eraseMe(client);
  setUser(null);
}
