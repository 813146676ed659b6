// One connection to a room that keeps itself alive: the state machine
//
//   idle -> connecting -> open -> stale -> connecting -> … -> closed
//
// idle: not started. connecting: a socket is being opened. open: WELCOME may flow. stale: the socket is dead
// or silent; another try is due (or waits until the page is seen again). closed: over, `reason` says why.
//
// A phone may leave a dead socket with readyState OPEN, so silence counts, not readyState: we PING every 10 s
// while the page is visible and give up after 15 s without a frame. While the page is hidden nothing is
// tried; when it comes back everything starts at once. A program without a page is always seen.

import { close as codes } from './wire.gen.js';

export const timing = {
  connect_ms: 5_000,
  ping_ms: 10_000,
  stale_ms: 15_000,
  fresh_ms: 3_000, // a frame this young needs no new connection when the page comes back
  watch_ms: 1_000,
  jump_ms: 5_000, // the clock moved by more than this between two looks: the device slept
  backoff_ms: [300, 600, 1_200, 2_400, 5_000],
  backoff_lobby_ms: 30_000,
  jitter: 0.3,
} as const;

export type LinkState = 'idle' | 'connecting' | 'open' | 'stale' | 'closed';
export type CloseReason =
  'left' | 'replaced' | 'kicked' | 'banned' | 'room_closed' | 'policy' | 'refused';

export interface Credential {
  url: string;
  protocols: string[];
}

// Thrown by credential(): trying again can't help.
export class Refused extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

// The part of a WebSocket that is used: a browser's, Node.js's, or that of the package `ws`.
export interface SocketLike {
  onopen: ((event: any) => void) | null;
  onclose: ((event: any) => void) | null; // { code }
  onmessage: ((event: any) => void) | null; // { data }
  onerror: ((event: any) => void) | null;
  send(text: string): void;
  close(code?: number): void;
}
export type SocketMaker = new (url: string, protocols: string[]) => SocketLike;

// Whether somebody may be looking, and when he comes back.
export interface Page {
  visible(): boolean;
  watch(wake: () => void): () => void; // the result ends it
}

export interface LinkOptions {
  // Where to connect and with what; `failed` counts tries in a row that never opened.
  credential(failed: number): Promise<Credential>;
  onFrame(message: { type: string; payload: any; id?: string }): void;
  onState(state: LinkState, reason?: CloseReason, detail?: string): void;
  tokenExpired(): Promise<void>; // close 4001: get a new token before the next try
  inMatch?(): boolean; // outside a match tries may become rare
  WebSocket?: SocketMaker | undefined; // default: the global one, asked for at each connection
  page?: Page | undefined; // default: always seen
  random?(): number;
}

export class Link {
  state: LinkState = 'idle';
  private socket: SocketLike | null = null;
  private attempts = 0; // since the last open, for the back-off
  private failed = 0; // connections in a row that never opened, for credential()
  private generation = 0; // of connect(): late answers of older ones are ignored
  private lastFrame = 0;
  private lastLook = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private connectTimer: ReturnType<typeof setTimeout> | undefined;
  private watch: ReturnType<typeof setInterval> | undefined;
  private lastPing = 0;
  private unwatch: (() => void) | undefined;

  constructor(private readonly options: LinkOptions) {}

  start(): void {
    if (this.state !== 'idle' && this.state !== 'closed') return;
    this.attempts = 0;
    this.failed = 0;
    this.lastLook = Date.now();
    clearInterval(this.watch);
    this.watch = setInterval(() => this.look(), timing.watch_ms);
    this.unwatch ??= this.options.page?.watch(() => this.wake());
    void this.connect();
  }

  // Over for good (start() begins anew).
  stop(reason: CloseReason = 'left', detail?: string): void {
    clearInterval(this.watch);
    this.unwatch?.();
    this.unwatch = undefined;
    this.drop();
    this.become('closed', reason, detail);
  }

  // False: not open; the message is not queued, its sender decides what to do.
  send(type: string, payload: unknown, id?: string): boolean {
    if (this.state !== 'open' || !this.socket) return false;
    this.socket.send(JSON.stringify(id === undefined ? { type, payload } : { type, payload, id }));
    return true;
  }

  // The page is seen again, the network is back, the device woke up.
  wake(): void {
    if (this.state === 'idle' || this.state === 'closed') return;
    this.attempts = 0;
    if (this.state === 'open' && Date.now() - this.lastFrame <= timing.fresh_ms) return;
    if (
      this.state === 'connecting' &&
      this.socket &&
      Date.now() - this.lastFrame <= timing.fresh_ms
    )
      return;
    void this.connect();
  }

  // MOVED, or a fresh credential is at hand: connect anew now.
  reconnect(): void {
    if (this.state === 'idle' || this.state === 'closed') return;
    this.attempts = 0;
    void this.connect();
  }

  private visible(): boolean {
    return this.options.page?.visible() ?? true;
  }

  private become(state: LinkState, reason?: CloseReason, detail?: string): void {
    this.state = state;
    this.options.onState(state, reason, detail);
  }

  private drop(): void {
    clearTimeout(this.retry);
    clearTimeout(this.connectTimer);
    this.generation += 1;
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onopen = socket.onclose = socket.onmessage = null;
    socket.onerror = nothing; // `ws` throws what nobody hears, and closing an unopened one is an error to it
    socket.close();
  }

  private async connect(): Promise<void> {
    this.drop();
    const mine = this.generation;
    this.lastFrame = Date.now();
    this.become('connecting');
    this.connectTimer = setTimeout(() => this.lost(false), timing.connect_ms);
    let credential: Credential;
    try {
      credential = await this.options.credential(this.failed);
    } catch (error) {
      if (mine !== this.generation) return;
      if (error instanceof Refused) this.stop('refused', error.message);
      else this.lost(false);
      return;
    }
    if (mine !== this.generation) return;
    const Socket = this.options.WebSocket ?? (globalThis.WebSocket as SocketMaker | undefined);
    if (!Socket) return this.stop('refused', 'There is no WebSocket here: pass one to the client');
    const socket = new Socket(credential.url, credential.protocols);
    this.socket = socket;
    socket.onerror = nothing; // a close follows
    let opened = false;
    socket.onopen = () => {
      opened = true;
      clearTimeout(this.connectTimer);
      this.attempts = 0;
      this.failed = 0;
      this.lastFrame = this.lastPing = Date.now();
      this.become('open');
    };
    socket.onmessage = (event) => this.frame(event.data);
    socket.onclose = (event) => this.closed(event.code, opened);
  }

  private frame(data: unknown): void {
    this.lastFrame = Date.now();
    if (typeof data !== 'string') return;
    const message = JSON.parse(data);
    this.options.onFrame({ type: message.type, payload: message.payload ?? {}, id: message.id });
  }

  private closed(code: number, opened: boolean): void {
    this.socket = null;
    switch (code) {
      case codes.left:
        return this.stop('left');
      case codes.replaced:
        return this.stop('replaced');
      case codes.kicked:
        return this.stop('kicked');
      case codes.banned:
        return this.stop('banned');
      case codes.room_closed:
        return this.stop('room_closed');
      case codes.policy:
        return this.stop('policy');
      case codes.token_expired: {
        const mine = this.generation;
        this.become('stale');
        this.options.tokenExpired().then(
          () => {
            if (mine === this.generation) void this.connect();
          },
          () => {
            if (mine === this.generation) this.lost(true);
          },
        );
        return;
      }
      default:
        return this.lost(opened);
    }
  }

  // The connection (or the try) is gone; the next try is due after the back-off, or when the page is seen.
  private lost(opened: boolean): void {
    this.drop();
    if (!opened) this.failed += 1;
    this.become('stale');
    if (!this.visible()) return;
    this.retry = setTimeout(() => {
      if (this.visible()) void this.connect();
    }, this.backoff());
    this.attempts += 1;
  }

  private backoff(): number {
    const steps = timing.backoff_ms;
    const calm =
      this.options.inMatch && !this.options.inMatch() && this.attempts > steps.length + 5;
    const base = calm ? timing.backoff_lobby_ms : steps[Math.min(this.attempts, steps.length - 1)]!;
    const random = this.options.random ? this.options.random() : Math.random();
    return base * (1 + timing.jitter * (2 * random - 1));
  }

  private look(): void {
    const now = Date.now();
    const jumped = Math.abs(now - this.lastLook - timing.watch_ms) > timing.jump_ms;
    this.lastLook = now;
    if (!this.visible()) return;
    if (jumped) return this.wake();
    if (this.state !== 'open') return;
    if (now - this.lastFrame >= timing.stale_ms) return this.lost(true);
    if (now - this.lastPing >= timing.ping_ms) {
      this.lastPing = now;
      this.send('PING', { t: now });
    }
  }
}

function nothing(): void {}
