// Tiny synthesized one-shots. Off by default; needs one tap before the browser lets it sound, and again
// after a locked phone (iOS leaves the context "interrupted"): every state but "running" is resumed at the
// next tap. Everything that sounds is also visible.
import { signal } from '@preact/signals';

import { recall, remember } from '../state/client';

const key = 'whoosh.sound';
export const soundOn = signal(recall<boolean>(key) ?? false);

type Note = [
  from_hz: number,
  to_hz: number,
  start_s: number,
  length_s: number,
  wave: OscillatorType,
];
const sounds = {
  tap: [[520, 620, 0, 0.05, 'triangle']],
  sent: [
    [440, 660, 0, 0.08, 'triangle'],
    [660, 880, 0.07, 0.1, 'triangle'],
  ],
  tick: [[1100, 1100, 0, 0.03, 'square']],
  no: [[220, 150, 0, 0.18, 'sawtooth']],
  whoosh: [[180, 900, 0, 0.2, 'sawtooth']],
  news: [
    [392, 392, 0, 0.12, 'square'],
    [523, 523, 0.14, 0.12, 'square'],
    [659, 659, 0.28, 0.3, 'square'],
  ],
  stamp: [[160, 50, 0, 0.16, 'square']],
  win: [
    [523, 523, 0, 0.12, 'triangle'],
    [659, 659, 0.12, 0.12, 'triangle'],
    [784, 1046, 0.24, 0.4, 'triangle'],
  ],
  lose: [
    [392, 370, 0, 0.2, 'triangle'],
    [330, 247, 0.2, 0.45, 'triangle'],
  ],
  join: [[330, 494, 0, 0.1, 'triangle']],
} satisfies Record<string, Note[]>;

export type Sound = keyof typeof sounds;

let context: AudioContext | null = null;

function wake(): void {
  if (!soundOn.value || typeof AudioContext === 'undefined') return;
  context ??= new AudioContext();
  if (context.state !== 'running') void context.resume();
}

export function setSound(on: boolean): void {
  soundOn.value = on;
  remember(key, on);
  if (on) {
    wake();
    play('sent');
  }
}

export function play(sound: Sound): void {
  if (!soundOn.value || !context || context.state !== 'running') return;
  const now = context.currentTime;
  for (const [from, to, start, length, wave] of sounds[sound] as Note[]) {
    const tone = context.createOscillator();
    const gain = context.createGain();
    tone.type = wave;
    tone.frequency.setValueAtTime(from, now + start);
    tone.frequency.exponentialRampToValueAtTime(to, now + start + length);
    gain.gain.setValueAtTime(0.09, now + start);
    gain.gain.exponentialRampToValueAtTime(0.0001, now + start + length);
    tone.connect(gain).connect(context.destination);
    tone.start(now + start);
    tone.stop(now + start + length + 0.02);
  }
}

export function startSound(): void {
  for (const gesture of ['pointerdown', 'keydown'])
    window.addEventListener(gesture, wake, { passive: true });
}

export function vibrate(ms: number): void {
  if (soundOn.value && 'vibrate' in navigator) navigator.vibrate(ms);
}
