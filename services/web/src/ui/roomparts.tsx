// Parts of every screen inside a room.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

import { has, t } from '../i18n';
import { emotes, limits, type RoomPlayer } from '@whoosh/sdk';
import { go } from '../state/router';
import { dressOf } from '../state/looks';
import { leaveRoom, type Room } from '../state/room';
import { play, setSound, soundOn } from '../sound';
import { announce, Button, errorText, oops, toast, useAction } from './parts';
import { PlayerBadge, PlayerName } from './player';

export const emoteFace: Record<string, string> = {
  laugh: '😂',
  clap: '👏',
  wow: '😮',
  heart: '❤️',
  think: '🤔',
  cry: '😭',
  fire: '🔥',
  party: '🎉',
  angry: '😡',
  eyes: '👀',
  wave: '👋',
  thumb: '👍',
};

// Nothing while all is well; after a moment without a connection, what is being done about it.
export function LinkBanner({ room }: { room: Room }) {
  const state = room.link.value;
  const away = state === 'stale' || (state === 'connecting' && room.welcome.value !== null);
  const shown = useSignal(false);
  useEffect(() => {
    if (!away) {
      shown.value = false;
      return undefined;
    }
    const timer = setTimeout(() => {
      shown.value = true;
      announce(t('link.away'));
    }, 700);
    return () => clearTimeout(timer);
  }, [away]);
  if (!shown.value) return null;
  return (
    <p class="link-banner">
      <i class="spin" aria-hidden="true" />
      {t('link.away')}
    </p>
  );
}

// Errors that answer no particular message, and sounds of the room.
export function RoomErrors({ room }: { room: Room }) {
  useEffect(
    () =>
      room.on((type, payload) => {
        if (type === 'ERROR' && !payload.id)
          toast(errorText({ code: payload.code, message: payload.error }), true);
        if (type === 'EVENT_CHAT') play('tap');
      }),
    [room],
  );
  return null;
}

// What the worn pack adds: emote -> how it looks.
function packOf(player: RoomPlayer | null | undefined): Record<string, string> {
  const pack = dressOf(player?.look?.reactions);
  return Object.fromEntries((pack?.reactions ?? []).map((emote, i) => [emote, pack!.faces![i]!]));
}

// Emotes float up over everything and go.
export function Emotes({ room }: { room: Room }) {
  const shown = room.emotes.value;
  const players = room.people.value?.players ?? [];
  return (
    <div class="emotes" aria-hidden="true">
      {shown.map((item) => {
        const player = players.find((one) => one.id === item.from);
        return (
          <span key={item.n} class="emote" style={{ '--x': `${8 + ((item.n * 37) % 80)}%` }}>
            <b>{emoteFace[item.emote] ?? packOf(player)[item.emote] ?? '✨'}</b>
            {player && <small>{player.name}</small>}
          </span>
        );
      })}
    </div>
  );
}

// One a second is what a room takes; faster taps are an excited player's, not an error.
const emote_gap_ms = 1_100;

export function EmoteBar({ room }: { room: Room }) {
  const last = useRef(0);
  const send = (emote: string) => {
    if (Date.now() - last.current < emote_gap_ms) return;
    last.current = Date.now();
    room.send('EMOTE', { emote }).catch(oops);
  };
  return (
    <div class="emote-bar" role="group" aria-label={t('emotes')}>
      {[
        ...Object.entries(packOf(room.me.value)),
        ...emotes.map((one) => [one, emoteFace[one]]),
      ].map(([emote = '', face]) => (
        <button
          key={emote}
          type="button"
          aria-label={has(`emote.${emote}`) ? t(`emote.${emote}`) : emote}
          onClick={() => send(emote)}
        >
          {face}
        </button>
      ))}
    </div>
  );
}

export function SoundButton() {
  const on = soundOn.value;
  return (
    <Button kind="quiet" aria-pressed={on} aria-label={t('sound')} onClick={() => setSound(!on)}>
      <svg viewBox="0 0 24 24" width="26" height="26" aria-hidden="true">
        <path d="M2 9h5l6-5v16l-6-5H2z" fill="currentColor" />
        <path
          d={on ? 'M16 8.5q3 3.5 0 7M18.5 5q6 7 0 14' : 'M16 9l6 6M22 9l-6 6'}
          fill="none"
          stroke="currentColor"
          stroke-width="2.6"
        />
      </svg>
    </Button>
  );
}

export function LeaveButton({
  label,
  kind = 'quiet',
}: {
  label?: string;
  kind?: 'quiet' | 'danger';
}) {
  const action = useAction();
  return (
    <Button
      kind={kind}
      busy={action.busy}
      onClick={() =>
        action.run(async () => {
          await leaveRoom();
          go('/');
        })
      }
    >
      {label ?? t('leave')}
    </Button>
  );
}

// A line of text with a button; keeps the text when sending failed.
export function LineForm({
  label,
  max = limits.chat_characters_max,
  onSend,
  disabled,
  button,
}: {
  label: string;
  max?: number;
  onSend: (text: string) => Promise<unknown>;
  disabled?: boolean;
  button?: string;
}) {
  const text = useSignal('');
  const action = useAction();
  const submit = async (event: Event) => {
    event.preventDefault();
    const line = text.value.trim();
    if (line && (await action.run(() => onSend(line)))) text.value = '';
  };
  return (
    <form class="line-form" onSubmit={submit}>
      <input
        value={text.value}
        maxLength={max}
        aria-label={label}
        placeholder={label}
        disabled={disabled}
        enterkeyhint="send"
        autocomplete="off"
        onInput={(event) => {
          text.value = event.currentTarget.value;
        }}
      />
      <Button
        kind="main"
        type="submit"
        busy={action.busy}
        disabled={disabled || !text.value.trim()}
      >
        {button ?? t('send')}
      </Button>
    </form>
  );
}

export function Chat({ room }: { room: Room }) {
  const lines = room.chat.value;
  return (
    <section class="chat" aria-label={t('chat')}>
      <ol class="chat-lines" aria-live="polite">
        {lines.slice(-6).map((line) => (
          <li key={`${line.ts}${line.from}`}>
            <b>{line.name}</b> {line.text}
          </li>
        ))}
      </ol>
      <LineForm label={t('chat.say')} onSend={(text) => room.send('CHAT', { text })} />
    </section>
  );
}

// What a player's card says beside the name.
export function playerNote(player: RoomPlayer): string {
  if (player.bot) return t('seat.bot');
  if (!player.connected) return t('seat.away');
  return player.ready ? t('seat.ready') : '';
}

export function SeatCard({
  player,
  you,
  children,
}: {
  player: RoomPlayer;
  you: boolean;
  children?: preact.ComponentChildren;
}) {
  const note = playerNote(player);
  return (
    <li class={`seat${player.connected || player.bot ? '' : ' away'}${you ? ' you' : ''}`}>
      <PlayerBadge player={player} size={52} dim={!player.connected && !player.bot} />
      <span class="seat-name">
        <PlayerName name={player.name} look={player.look} />
        <small>
          {[player.host ? t('seat.host') : '', you ? t('seat.you') : '', note]
            .filter(Boolean)
            .join(' · ')}
        </small>
      </span>
      {player.ready && !player.bot && (
        <span class="seat-ready" aria-hidden="true">
          ✓
        </span>
      )}
      {children}
    </li>
  );
}
