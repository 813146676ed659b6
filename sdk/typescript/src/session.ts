// One room over one connection that keeps itself alive: who is here, the view of the match, messages both
// ways. Lives from enter() until leave(), dispose(), or an end that the server decides (`ended`).
//
// The view is patched in order (RFC 7396); after a gap the whole view is asked for once, by SYNC, and the
// WELCOME that answers mends it. The ways in, in this order: the ticket that was given, the `resume` token of
// the seat, a new ticket by REST. A seat is remembered in the client's `seats` until it is left or lost.
//
// Types of a game's own messages: RoomSession<suspect.GameServerMessage, suspect.GameClientMessage>.

import type { Client } from './client.js';
import { ServerClock } from './clock.js';
import { ApiError, SendError } from './errors.js';
import { Link, Refused, type CloseReason, type Credential, type LinkState } from './link.js';
import { mergePatch } from './patch.js';
import * as rooms from './rooms.js';
import type { Seat } from './seats.js';
import type {
  ClientMessage,
  ErrorCode,
  ErrorMessage,
  JoinInfo,
  Moved,
  Role,
  RoomPlayer,
  RoomState,
  ServerMessage,
  State,
  Welcome,
} from './wire.gen.js';

const ack_ms = 6_000;
const clock_trusted_ms = 60_000; // for so long a WELCOME does not begin the estimate of the clock anew

interface Message {
  type: string;
  payload: unknown;
}
type PayloadOf<M extends Message, T extends string> = Extract<M, { type: T }>['payload'];

export type View = Record<string, any>;
export interface Ended {
  reason: CloseReason;
  detail?: string;
}

// What on() knows beside the messages of the server.
interface Changes {
  link: LinkState;
  ended: Ended;
  view: View; // after WELCOME and every STATE
  message: { type: string; payload: any }; // every message
}
type Heard<M extends Message, T extends string> = T extends keyof Changes
  ? Changes[T]
  : PayloadOf<M, T>;

export interface RoomOptions {
  code: string;
  role?: Role; // default: player
  info?: JoinInfo | undefined; // a fresh ticket, when there is one
  ticks?: boolean; // TICK every second; `view.clock.ends_at` is the better clock
}

export class RoomSession<In extends Message = never, Out extends Message = never> {
  readonly code: string;
  readonly role: Role;
  readonly clock = new ServerClock();
  link: LinkState = 'idle';
  ended: Ended | null = null;
  welcome: Welcome | null = null;
  people: RoomState | null = null; // who is here
  view: View = {}; // {} while the room waits

  private readonly connection: Link;
  private info: JoinInfo | undefined; // a ticket that was not used yet
  private place: Seat | null = null; // of the connection that is being made
  private seq = 0;
  private syncing = false;
  private disposed = false;
  private counter = 0;
  private welcomedAt = 0;
  private readonly listeners = new Map<string, Set<(payload: any) => void>>();
  private readonly waiting = new Map<
    string,
    { done: () => void; fail: (error: SendError) => void; timer: ReturnType<typeof setTimeout> }
  >();

  constructor(
    private readonly client: Client,
    private readonly options: RoomOptions,
  ) {
    this.code = options.info?.code ?? options.code;
    this.role = options.role ?? 'player';
    this.info = options.info;
    this.connection = new Link({
      credential: (failed) => this.credential(failed),
      onFrame: (message) => this.receive(message.type, message.payload),
      onState: (state, reason, detail) => this.changed(state, reason, detail),
      tokenExpired: async () => {
        await client.renew();
      },
      inMatch: () => this.people?.phase === 'playing',
      page: client.options.page,
      WebSocket: client.options.WebSocket,
    });
  }

  start(): this {
    this.connection.start();
    return this;
  }

  get you(): string {
    return this.welcome?.you.id ?? '';
  }
  get me(): RoomPlayer | null {
    return this.people?.players.find((player) => player.id === this.you) ?? null;
  }
  get isHost(): boolean {
    return this.me?.host === true;
  }
  get game(): string {
    const known = this.welcome?.game ?? this.info?.game ?? this.place?.game;
    return known ?? this.client.seats.get(this.code, this.role)?.game ?? '';
  }

  // Calls back until the result is called. A type of the server's or the game's messages, or one of Changes.
  on<T extends (ServerMessage | In)['type'] | keyof Changes>(
    type: T,
    call: (payload: Heard<ServerMessage | In, T>) => void,
  ): () => void {
    const known = this.listeners.get(type) ?? new Set();
    this.listeners.set(type, known.add(call));
    return () => {
      known.delete(call);
    };
  }

  // Resolves on the server's ACK; rejects with a SendError on ERROR, silence, or without a connection.
  send<T extends (ClientMessage | Out)['type']>(
    type: T,
    payload?: PayloadOf<ClientMessage | Out, T>,
  ): Promise<void> {
    return this.sendAny(type, payload);
  }

  // The same for whoever knows the message's type better than this file.
  sendAny(type: string, payload: unknown = {}): Promise<void> {
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

  // After `replaced`: this client wants the seat back.
  takeOver(): void {
    this.ended = null;
    this.connection.start();
  }

  // Gives the seat up.
  async leave(): Promise<void> {
    try {
      await this.sendAny('LEAVE');
    } catch {
      /* gone either way: the room notices the closed socket */
    }
    this.client.seats.delete(this.code, this.role);
    this.dispose();
  }

  // The connection ends; the seat stays and can be resumed.
  dispose(): void {
    this.disposed = true;
    this.failAll('offline');
    this.connection.stop();
  }

  private async credential(failed: number): Promise<Credential> {
    const info = this.info;
    this.info = undefined; // a ticket works once
    if (info) {
      const { room, code, game, ws_url } = info;
      this.place = { room, code, game, ws_url, role: this.role, resume: '' };
      return this.door(ws_url, `ticket.${info.ticket}`);
    }
    const seat = this.client.seats.get(this.code, this.role);
    if (seat?.resume && failed < 2) {
      this.place = seat;
      return this.door(seat.ws_url, `resume.${seat.resume}`);
    }
    // The token does not open the door (a refused upgrade looks like a lost one): ask why, or for a ticket.
    try {
      this.info = await rooms.join(this.client, this.code, this.role);
    } catch (error) {
      if (!(error instanceof ApiError) || !error.isFinal) throw error;
      this.client.seats.delete(this.code, this.role);
      throw new Refused(error.code, error.message);
    }
    return this.credential(0);
  }

  private door(url: string, credential: string): Credential {
    const tick = this.options.ticks || /[?&]tick=/.test(url) ? '' : 'tick=0';
    const joint = !tick ? '' : url.includes('?') ? '&' : '?';
    return { url: url + joint + tick, protocols: ['whoosh.v1', credential] };
  }

  private changed(state: LinkState, reason?: CloseReason, detail?: string): void {
    this.link = state;
    if (state === 'stale' || state === 'closed') this.failAll('offline');
    this.tell('link', state);
    if (state !== 'closed' || !reason || this.disposed) return;
    if (reason !== 'replaced') this.client.seats.delete(this.code, this.role);
    this.ended = detail === undefined ? { reason } : { reason, detail };
    this.tell('ended', this.ended);
  }

  private receive(type: string, payload: any): void {
    switch (type) {
      case 'WELCOME':
        this.welcomed(payload);
        break;
      case 'ROOM':
        this.roomChanged(payload);
        break;
      case 'STATE':
        this.patched(payload);
        break;
      case 'ACK':
        this.settle(payload.id);
        break;
      case 'ERROR':
        this.refused(payload);
        break;
      case 'PONG':
        this.clock.sample(Number(payload.t), payload.server_time, Date.now());
        break;
      case 'MOVED':
        this.moved(payload);
        break;
    }
    this.tell(type, payload);
    this.tell('message', { type, payload });
  }

  private tell(type: string, payload: unknown): void {
    for (const call of [...(this.listeners.get(type) ?? [])]) call(payload);
  }

  private look(view: View): void {
    this.view = view;
    this.tell('view', view);
  }

  private welcomed(welcome: Welcome): void {
    this.syncing = false;
    const now = Date.now();
    // The first guess; PONGs, with a known round trip, replace it at once.
    if (this.welcomedAt === 0 || now - this.welcomedAt > clock_trusted_ms) {
      this.clock.reset();
      this.clock.sample(now - 1_000, welcome.server_time - 500, now);
    }
    this.welcomedAt = now;
    this.connection.send('PING', { t: now });
    this.seq = welcome.seq;
    this.welcome = welcome;
    if (welcome.resume && this.place)
      this.client.seats.set({ ...this.place, resume: welcome.resume });
    this.look((welcome.state ?? {}) as View);
  }

  private roomChanged(next: RoomState): void {
    const before = this.people?.phase;
    this.people = next;
    if (next.phase === 'waiting' && before !== 'waiting') this.look({});
  }

  private patched({ seq, patch }: State): void {
    if (seq <= this.seq) return;
    if (seq !== this.seq + 1) {
      if (!this.syncing) this.syncing = this.connection.send('SYNC', {});
      return;
    }
    this.seq = seq;
    this.look(mergePatch(this.view, patch) as View);
  }

  private moved(to: Moved): void {
    const place = this.place;
    if (!place) return;
    this.info = { room: place.room, code: place.code, game: place.game, node: '', ...to };
    this.connection.reconnect();
  }

  private refused(error: ErrorMessage): void {
    if (error.id) this.settle(error.id, new SendError(error.code as ErrorCode, error.error));
  }

  private settle(id: string, error?: SendError): void {
    const entry = this.waiting.get(id);
    if (!entry) return;
    this.waiting.delete(id);
    clearTimeout(entry.timer);
    if (error) entry.fail(error);
    else entry.done();
  }

  private failAll(code: 'offline'): void {
    for (const id of [...this.waiting.keys()])
      this.settle(id, new SendError(code, 'Not connected'));
  }
}

// Into a room. Without a remembered seat the ticket is asked for here, so that a wrong code is thrown here, as
// an ApiError. The connection is made later than now: listen first, miss nothing.
export async function enter<In extends Message = never, Out extends Message = never>(
  client: Client,
  code: string,
  options: Omit<RoomOptions, 'code'> = {},
): Promise<RoomSession<In, Out>> {
  const role = options.role ?? 'player';
  const info =
    options.info ??
    (client.seats.get(code, role) ? undefined : await rooms.join(client, code, role));
  return new RoomSession<In, Out>(client, { ...options, code, info }).start();
}
