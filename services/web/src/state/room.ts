// One room as this page sees it: what the SDK's session says, as signals. Screens read signals and call send();
// they never touch a socket. Lives from joinRoom() to leave().
import { computed, signal } from '@preact/signals';
import {
  enter,
  rooms,
  type ChatLine,
  type ClientMessage,
  type EmoteShown,
  type Ended,
  type GameOver,
  type JoinInfo,
  type KickVote,
  type LinkState,
  type Role,
  type RoomSession,
  type RoomState,
  type View,
  type ViewClock,
  type Welcome,
} from '@whoosh/sdk';

import { client } from './client';

const feed_max = 300;
const chat_max = 60;
const emotes_max = 12;

type PayloadOf<T extends ClientMessage['type']> = Extract<ClientMessage, { type: T }>['payload'];

export interface FeedItem {
  n: number;
  type: string;
  payload: any;
}
export interface Shown extends EmoteShown {
  n: number;
}

export class Room {
  readonly link = signal<LinkState>('idle');
  readonly ended = signal<Ended | null>(null);
  readonly welcome = signal<Welcome | null>(null);
  readonly people = signal<RoomState | null>(null);
  readonly view = signal<View>({});
  readonly gameOver = signal<(GameOver & Record<string, any>) | null>(null);
  readonly feed = signal<FeedItem[]>([]);
  readonly chat = signal<ChatLine[]>([]);
  readonly kickVote = signal<KickVote | null>(null); // in matchmade rooms
  readonly emotes = signal<Shown[]>([]);
  readonly you = computed(() => this.welcome.value?.you.id ?? '');
  readonly me = computed(
    () => this.people.value?.players.find((player) => player.id === this.you.value) ?? null,
  );
  readonly isHost = computed(() => this.me.value?.host === true);
  readonly viewClock = computed(() => (this.view.value.clock as ViewClock | undefined) ?? null);
  readonly playing = computed(() => this.people.value?.phase === 'playing');

  private counter = 0;
  private readonly listeners = new Set<(type: string, payload: any) => void>();

  constructor(readonly session: RoomSession) {
    this.link.value = session.link;
    session.on('link', (link) => {
      this.link.value = link;
    });
    session.on('ended', (ended) => {
      this.ended.value = ended;
    });
    session.on('view', (view) => {
      this.view.value = view;
    });
    session.on('message', ({ type, payload }) => this.receive(type, payload));
  }

  get code(): string {
    return this.session.code;
  }
  get role(): Role {
    return this.session.role;
  }
  get game(): string {
    return this.session.game;
  }
  get clock() {
    return this.session.clock;
  }
  get tickHz(): number {
    return this.welcome.value?.tick_hz || 1;
  }

  // Second of the match -> ms since the epoch on the server's clock (test servers run faster than 1 Hz).
  matchTime(second: number): number {
    return (this.viewClock.value?.started_at ?? 0) + (second * 1000) / this.tickHz;
  }

  // After the signals have changed.
  on(listener: (type: string, payload: any) => void): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  // Resolves on the server's ACK; rejects with a SendError on ERROR, silence, or without a connection.
  send<T extends ClientMessage['type']>(type: T, payload?: PayloadOf<T>): Promise<void> {
    return this.session.sendAny(type, payload);
  }

  // The game's own messages; its client knows their types.
  sendGame(type: string, payload: unknown = {}): Promise<void> {
    return this.session.sendAny(type, payload);
  }

  // 4000: this tab wants the seat back.
  takeOver(): void {
    this.ended.value = null;
    this.session.takeOver();
  }

  leave(): Promise<void> {
    return this.session.leave();
  }

  // This page goes elsewhere; the seat stays and can be resumed.
  dispose(): void {
    this.session.dispose();
  }

  private receive(type: string, payload: any): void {
    switch (type) {
      case 'WELCOME':
        this.welcome.value = payload;
        this.feed.value = [];
        break;
      case 'ROOM':
        if (payload.phase === 'playing' && !this.playing.value) this.gameOver.value = null;
        this.people.value = payload;
        break;
      case 'GAME_OVER':
        this.gameOver.value = payload;
        break;
      case 'EVENT_CHAT':
        this.chat.value = [...this.chat.value, payload].slice(-chat_max);
        break;
      case 'EVENT_KICK_VOTE':
        this.kickVote.value = payload;
        break;
      case 'EVENT_EMOTE':
        this.emotes.value = [...this.emotes.value, { ...payload, n: ++this.counter }].slice(
          -emotes_max,
        );
        break;
      default:
        if (type.startsWith('EVENT_')) {
          const item = { n: ++this.counter, type, payload };
          this.feed.value = [...this.feed.value, item].slice(-feed_max);
        }
    }
    for (const listener of this.listeners) listener(type, payload);
  }
}

// ---- the room of this page -------------------------------------------------------------------------------

export const room = signal<Room | null>(null);

export async function joinRoom(code: string, role: Role, info?: JoinInfo): Promise<Room> {
  room.value?.dispose();
  const next = new Room(await enter(client, code, { role, info }));
  room.value = next;
  return next;
}

export async function leaveRoom(): Promise<void> {
  const leaving = room.value;
  if (!leaving) return;
  await leaving.leave();
  room.value = null;
}

export const createRoom = (game: string, settings: Record<string, unknown> = {}) =>
  rooms.create(client, { game, visibility: 'private', settings });
