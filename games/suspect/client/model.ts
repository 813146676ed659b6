// Suspect as a client sees it: the public view and, for players, the private one, in one object. A merge
// patch drops members that became null, so "missing" and "null" mean the same here.
import type { Room } from '@web/state/room';
import type { SeatLook } from '@whoosh/sdk';
import { addTexts, t } from '@web/i18n';

import linesFile from '../content/lines.en.jsonl?raw';
import texts from './en.json';
import type {
  EvidenceEvent,
  GameClientMessage,
  PressAnswerView,
  PublicBacklog,
  PublicView,
  SayEvent,
  SeatBacklog,
  SeatView,
  WhisperEvent,
} from '@whoosh/sdk/games/suspect';

addTexts(texts);

export type View = PublicView & SeatView & Partial<PublicBacklog & SeatBacklog>;

export interface Person {
  id: string;
  index: number;
  seat: number;
  name: string;
  avatar: string;
  bot: boolean;
  idle: boolean; // … for a human who is here
  away: boolean;
  look?: SeatLook | undefined;
}

export const answer_max = 60;
export const say_max = 120;
export const whisper_max = 80;

type PayloadOf<T extends GameClientMessage['type']> = Extract<
  GameClientMessage,
  { type: T }
>['payload'];

export function tell<T extends GameClientMessage['type']>(
  room: Room,
  type: T,
  payload: PayloadOf<T>,
): Promise<void> {
  return room.sendGame(type, payload);
}

export const viewOf = (room: Room): View => room.view.value as unknown as View;

// Everybody in the order of the match; `index` is the place in the view's lists by seat.
export function peopleOf(room: Room, view: View): Person[] {
  const players = room.people.value?.players ?? [];
  return view.order.map((id, index) => {
    const player = players.find((one) => one.id === id);
    return {
      id,
      index,
      seat: player?.seat ?? index,
      name: player?.name ?? id,
      avatar: player?.avatar ?? '',
      bot: player?.bot ?? false,
      idle: player?.idle === 'bot',
      away: player !== undefined && !player.connected && !player.bot,
      look: player?.look,
    };
  });
}

export const nameOf = (people: Person[], id: string | null | undefined): string =>
  people.find((person) => person.id === id)?.name ?? t('suspect.nobody');

export function listNames(
  people: Person[],
  ids: string[],
  how: 'conjunction' | 'disjunction' = 'conjunction',
): string {
  return new Intl.ListFormat('en', { type: how }).format(ids.map((id) => nameOf(people, id)));
}

// Whom I suspect now.
export function mySuspicion(room: Room, view: View): string | null {
  if (view.phase === 'VOTING') return view.my_vote ?? null;
  return view.confmeter?.[room.you.value] ?? view.my_vote ?? null;
}

export function suspectedBy(people: Person[], view: View, id: string): Person[] {
  return people.filter((person) => view.confmeter?.[person.id] === id);
}

export interface Line {
  from: string;
  text: string;
  at: number;
  whisper: boolean;
}

// The tail that the last full view brought, and what was said since.
export function talkOf(room: Room, view: View): Line[] {
  const tail = (lines: (SayEvent | WhisperEvent)[] | undefined, whisper: boolean) =>
    (lines ?? []).map((line) => ({ ...line, whisper }));
  const since = room.feed.value
    .filter((item) => item.type === 'EVENT_SAY' || item.type === 'EVENT_WHISPER')
    .map((item) => ({ ...(item.payload as SayEvent), whisper: item.type === 'EVENT_WHISPER' }));
  const before = [...tail(view.talk, false), ...tail(view.whispers, true)].sort(
    (a, b) => a.at - b.at,
  );
  return [...before, ...since];
}

export function evidenceText(
  people: Person[],
  item: Pick<EvidenceEvent, 'kind' | 'targets'>,
): string {
  return item.kind === 'clear'
    ? t('suspect.card.clear', { name: nameOf(people, item.targets[0]) })
    : t('suspect.card.one_of', { names: listNames(people, item.targets, 'disjunction') });
}

export interface Said {
  question: string;
  text: string | null;
  press: boolean;
}

// Everything that one person has answered so far.
export function saidBy(view: View, person: Person): Said[] {
  const rounds = (view.answers ?? []).map((round) => ({
    question: round.question,
    text: round.texts[person.index] ?? null,
    press: false,
  }));
  const pressed = (view.press_answers ?? [])
    .filter((answer: PressAnswerView) => answer.target === person.id)
    .map((answer) => ({ question: answer.question, text: answer.text ?? null, press: true }));
  return [...rounds, ...pressed];
}

// When this step ends (server time); the reveal lasts as long as the room shows results.
export function endsAt(room: Room, view: View): number | null {
  if (view.step === 'REVEAL') return room.people.value?.phase_ends_at ?? null;
  return room.viewClock.value?.ends_at ?? null;
}

export function stepTitle(view: View): string {
  return t(`suspect.step.${view.step}`, { round: view.round });
}

interface CannedLine {
  id: string;
  text: string;
}
export const cannedLines: CannedLine[] = linesFile
  .split('\n')
  .filter(Boolean)
  .map((line) => JSON.parse(line) as CannedLine);
