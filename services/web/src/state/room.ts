// One room as this page sees it: the link to it, who is here, the view of the match. Screens read signals and
// call send(); they never touch a socket. Lives from join() to leave().
import { computed, signal } from '@preact/signals';

import { api, ApiError, renew, tokens } from '../net/api';
import { ServerClock } from '../net/clock';
import {
  Link,
  Refused,
  watchPage,
  type CloseReason,
  type Credential,
  type LinkState,
} from '../net/link';
import { mergePatch } from '../net/patch';
import { forget, getCookie, recall, remember, setCookie } from '../net/store';
import type {
  ChatLine,
  ClientMessage,
  EmoteShown,
  GameOver,
  JoinInfo,
  KickVote,
  Role,
  RoomState,
  ViewClock,
  Welcome,
} from '../proto/wire.gen';

const seat_day_s = 24 * 3600;
const ack_ms = 6_000;
const feed_max = 300;
const chat_max = 60;

// What survives a reload: where the room is and the token that gives the seat back.
interface Seat {
  room: string;
  code: string;
  game: string;
  ws_url: string;
  role: Role;
  resume: string;
}

const seatKey = (code: string, role: string) => `whoosh.seat.${role}.${code}`;

export function savedSeat(code: string, role: Role): Seat | null {
  const kept = recall<Seat>(seatKey(code, role));
  if (kept) return kept;
  const cookie = getCookie('whoosh_seat');
  if (!cookie) return null;
  try {
    const seat = JSON.parse(cookie) as Seat;
    return seat.code === code && seat.role === role ? seat : null;
  } catch {
    return null;
  }
}

type PayloadOf<T extends ClientMessage['type']> = Extract<ClientMessage, { type: T }>['payload'];

export interface FeedItem {
  n: number;
  type: string;
  payload: any;
}
export interface Shown extends EmoteShown {
  n: number;
}
export class SendError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export class Room {
  readonly link = signal<LinkState>('idle');
  readonly ended = signal<{ reason: CloseReason; detail?: string } | null>(null);
  readonly welcome = signal<Welcome | null>(null);
  readonly people = signal<RoomState | null>(null);
  readonly view = signal<Record<string, any>>({});
  readonly gameOver = signal<(GameOver & Record<string, any>) | null>(null);
  readonly feed = signal<FeedItem[]>([]);
  readonly chat = signal<ChatLine[]>([]);
  readonly kickVote = signal<KickVote | null>(null); // in matchmade rooms
  readonly emotes = signal<Shown[]>([]);
  readonly clock = new ServerClock();
  readonly you = computed(() => this.welcome.value?.you.id ?? '');
  readonly me = computed(
    () => this.people.value?.players.find((player) => player.id === this.you.value) ?? null,
  );
  readonly isHost = computed(() => this.me.value?.host === true);
  readonly viewClock = computed(() => (this.view.value.clock as ViewClock | undefined) ?? null);
  readonly playing = computed(() => this.people.value?.phase === 'playing');

  private readonly connection: Link;
  private readonly unwatch: () => void;
  private info: JoinInfo | null;
  private place: Seat | null = null; // of the connection that is being made
  private seq = 0;
  private syncing = false;
  private disposed = false;
  private counter = 0;
  private welcomedAt = 0;
  private waiting = new Map<
    string,
    { done: () => void; fail: (error: SendError) => void; timer: ReturnType<typeof setTimeout> }
  >();
  private listeners = new Set<(type: string, payload: any) => void>();

  constructor(
    readonly code: string,
    readonly role: Role,
    info: JoinInfo | null,
  ) {
    this.info = info;
    this.connection = new Link({
      credential: (failed) => this.credential(failed),
      onFrame: (message) => this.receive(message.type, message.payload),
      onState: (state, reason, detail) => this.changed(state, reason, detail),
      tokenExpired: async () => {
        await renew(tokens.get()?.access ?? '');
      },
      inMatch: () => this.playing.value,
    });
    this.unwatch = watchPage(this.connection);
    this.connection.start();
  }

  get game(): string {
    return (
      this.welcome.value?.game ?? this.info?.game ?? savedSeat(this.code, this.role)?.game ?? ''
    );
  }
  get tickHz(): number {
    return this.welcome.value?.tick_hz || 1;
  }

  // Second of the match -> ms since the epoch on the server's clock (test servers run faster than 1 Hz).
  matchTime(second: number): number {
    return (this.viewClock.value?.started_at ?? 0) + (second * 1000) / this.tickHz;
  }

  on(listener: (type: string, payload: any) => void): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  // Resolves on the server's ACK; rejects with a SendError on ERROR, silence, or without a connection.
  send<T extends ClientMessage['type']>(type: T, payload?: PayloadOf<T>): Promise<void> {
    return this.sendGame(type, payload ?? {});
  }

  // The game's own messages; its client knows their types.
  sendGame(type: string, payload: unknown = {}): Promise<void> {
    const id = `c${++this.counter}`;
    return new Promise((done, fail) => {
      if (!this.connection.send(type, payload, id))
        return fail(new SendError('offline', 'Not connected'));
      const timer = setTimeout(
        () => this.settle(id, new SendError('timeout', 'No answer')),
        ack_ms,
      );
      this.waiting.set(id, { done, fail, timer });
      return undefined;
    });
  }

  // 4000: this tab wants the seat back.
  takeOver(): void {
    this.ended.value = null;
    this.connection.start();
  }

  async leave(): Promise<void> {
    try {
      await this.send('LEAVE');
    } catch {
      /* gone either way: the room notices the closed socket */
    }
    this.forgetSeat();
    this.dispose();
  }

  // This page goes elsewhere; the seat stays and can be resumed.
  dispose(): void {
    this.disposed = true;
    this.unwatch();
    this.connection.stop('left');
    this.failAll('offline');
  }

  private async credential(failed: number): Promise<Credential> {
    const info = this.info;
    this.info = null; // its ticket works once
    if (info) {
      this.place = {
        room: info.room,
        code: info.code,
        game: info.game,
        ws_url: info.ws_url,
        role: this.role,
        resume: '',
      };
      return { url: withoutTicks(info.ws_url), protocols: ['whoosh.v1', `ticket.${info.ticket}`] };
    }
    const seat = savedSeat(this.code, this.role);
    if (seat?.resume && failed < 2) {
      this.place = seat;
      return { url: withoutTicks(seat.ws_url), protocols: ['whoosh.v1', `resume.${seat.resume}`] };
    }
    // The token does not open the door (a refused upgrade looks like a lost one): ask why, or for a ticket.
    try {
      this.info = await api.post<JoinInfo>(`/api/rooms/${this.code}/join`, { as: this.role });
    } catch (error) {
      if (
        error instanceof ApiError &&
        error.status >= 400 &&
        error.status < 500 &&
        error.status !== 429
      ) {
        this.forgetSeat();
        throw new Refused(error.code, error.message);
      }
      throw error;
    }
    return this.credential(0);
  }

  private saveSeat(resume: string): void {
    if (!this.place) return;
    const seat = { ...this.place, resume };
    remember(seatKey(this.code, this.role), seat);
    if (this.role === 'player') setCookie('whoosh_seat', JSON.stringify(seat), seat_day_s);
  }

  private forgetSeat(): void {
    forget(seatKey(this.code, this.role));
    if (this.role === 'player') setCookie('whoosh_seat', '', 0);
  }

  private changed(state: LinkState, reason?: CloseReason, detail?: string): void {
    this.link.value = state;
    if (state === 'stale' || state === 'closed') this.failAll('offline');
    if (state !== 'closed' || !reason || this.disposed) return;
    if (reason !== 'replaced') this.forgetSeat();
    this.ended.value = detail === undefined ? { reason } : { reason, detail };
  }

  private receive(type: string, payload: any): void {
    switch (type) {
      case 'WELCOME':
        this.welcomed(payload as Welcome);
        break;
      case 'ROOM':
        this.roomChanged(payload as RoomState);
        break;
      case 'STATE':
        this.patched(payload.seq, payload.patch);
        break;
      case 'GAME_OVER':
        this.gameOver.value = payload;
        break;
      case 'ACK':
        this.settle(payload.id);
        break;
      case 'ERROR':
        this.failed(payload);
        break;
      case 'PONG':
        this.clock.sample(Number(payload.t), payload.server_time, Date.now());
        break;
      case 'MOVED':
        this.moved(payload);
        break;
      case 'EVENT_CHAT':
        this.chat.value = [...this.chat.value, payload as ChatLine].slice(-chat_max);
        break;
      case 'EVENT_KICK_VOTE':
        this.kickVote.value = payload as KickVote;
        break;
      case 'EVENT_EMOTE':
        this.emotes.value = [...this.emotes.value, { ...payload, n: ++this.counter }].slice(-12);
        break;
      default:
        if (type.startsWith('EVENT_')) {
          this.feed.value = [...this.feed.value, { n: ++this.counter, type, payload }].slice(
            -feed_max,
          );
        }
    }
    for (const listener of this.listeners) listener(type, payload);
  }

  private welcomed(welcome: Welcome): void {
    this.syncing = false;
    const now = Date.now();
    // The first guess; PONGs, with a known round trip, replace it at once.
    if (this.welcomedAt === 0 || now - this.welcomedAt > 60_000) {
      this.clock.reset();
      this.clock.sample(now - 1_000, welcome.server_time - 500, now);
    }
    this.welcomedAt = now;
    this.connection.send('PING', { t: now });
    this.seq = welcome.seq;
    this.welcome.value = welcome;
    this.feed.value = [];
    this.view.value = (welcome.state ?? {}) as Record<string, any>;
    if (welcome.resume) this.saveSeat(welcome.resume);
  }

  private roomChanged(next: RoomState): void {
    const before = this.people.value?.phase;
    this.people.value = next;
    if (next.phase === 'playing' && before !== 'playing') {
      this.gameOver.value = null;
    }
    if (next.phase === 'waiting' && before !== 'waiting') this.view.value = {};
  }

  private patched(seq: number, patch: unknown): void {
    if (seq <= this.seq) return;
    if (seq !== this.seq + 1) {
      if (!this.syncing) this.syncing = this.connection.send('SYNC', {});
      return;
    }
    this.seq = seq;
    this.view.value = mergePatch(this.view.value, patch) as Record<string, any>;
  }

  private moved(to: { ws_url: string; ticket: string }): void {
    const place = this.place;
    if (!place) return;
    this.info = { room: place.room, code: place.code, game: place.game, node: '', ...to };
    this.connection.reconnect();
  }

  private failed(error: { id?: string; code: string; error: string }): void {
    if (error.id) this.settle(error.id, new SendError(error.code, error.error));
  }

  private settle(id: string, error?: SendError): void {
    const entry = this.waiting.get(id);
    if (!entry) return;
    this.waiting.delete(id);
    clearTimeout(entry.timer);
    if (error) entry.fail(error);
    else entry.done();
  }

  private failAll(code: string): void {
    for (const id of [...this.waiting.keys()])
      this.settle(id, new SendError(code, 'Not connected'));
  }
}

// We count down ourselves from ends_at.
function withoutTicks(url: string): string {
  return /[?&]tick=/.test(url) ? url : url + (url.includes('?') ? '&' : '?') + 'tick=0';
}

// ---- the room of this page -------------------------------------------------------------------------------

export const room = signal<Room | null>(null);

export async function joinRoom(code: string, role: Role, info?: JoinInfo): Promise<Room> {
  if (room.value) room.value.dispose();
  const seat = info ? null : savedSeat(code, role);
  const ticket =
    info ?? (seat ? null : await api.post<JoinInfo>(`/api/rooms/${code}/join`, { as: role }));
  const next = new Room(ticket?.code ?? code, role, ticket);
  room.value = next;
  return next;
}

export async function leaveRoom(): Promise<void> {
  const leaving = room.value;
  if (!leaving) return;
  await leaving.leave();
  room.value = null;
}

export async function createRoom(
  game: string,
  settings: Record<string, unknown> = {},
): Promise<JoinInfo> {
  return api.post<JoinInfo>('/api/rooms', { game, visibility: 'private', settings });
}
