// Counting down to a moment on the server's clock.
import { signal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

import { t } from '../i18n';
import { play } from '../sound';
import type { Room } from '../state/room';
import { announce } from './parts';

// Ticks four times a second while somebody looks.
const beat = signal(0);
let watchers = 0;
let timer: ReturnType<typeof setInterval> | undefined;

export function useBeat(): number {
  useEffect(() => {
    if (++watchers === 1)
      timer = setInterval(() => {
        beat.value += 1;
      }, 250);
    return () => {
      if (--watchers === 0) clearInterval(timer);
    };
  }, []);
  return beat.value;
}

// Whole seconds until `at` (server time), never below 0.
export function useSecondsTo(room: Room, at: number | null | undefined): number | null {
  useBeat();
  if (at === null || at === undefined) return null;
  return Math.max(0, Math.ceil((at - room.clock.now()) / 1000));
}

export function clockText(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

interface TimerProps {
  room: Room;
  endsAt: number;
  step: string;
  big?: boolean;
}

// The bar on top of every step. Says "10 seconds" and "3 seconds" aloud, ticks softly before the end; the
// number is a button for who wants to hear it.
export function Timer({ room, endsAt, step, big = false }: TimerProps) {
  const seen = useRef({ endsAt: 0, total: 1, said: 99 });
  const seconds = useSecondsTo(room, endsAt) ?? 0;
  const left = Math.max(0, endsAt - room.clock.now());
  if (seen.current.endsAt !== endsAt) seen.current = { endsAt, total: Math.max(1, left), said: 99 };
  const share = Math.min(1, left / seen.current.total);
  useSignalEffect(() => {
    void beat.value;
    const now = Math.ceil((endsAt - room.clock.now()) / 1000);
    if (now >= seen.current.said || now < 1) return;
    seen.current.said = now;
    if (now === 10 || now === 3) announce(t('time.left', { n: now }), true);
    if (now <= 5) play('tick');
  });
  return (
    <div class={`timer${seconds <= 10 ? ' late' : ''}${big ? ' big' : ''}`}>
      <span class="timer-step">{step}</span>
      <button
        type="button"
        class="timer-left"
        aria-label={`${clockText(seconds)}, ${t('time.left', { n: seconds })}`}
        onClick={() => announce(t('time.left', { n: seconds }), true)}
      >
        {clockText(seconds)}
      </button>
      <span class="timer-bar" aria-hidden="true">
        <i style={{ transform: `scaleX(${share})` }} />
      </span>
    </div>
  );
}
