// Written by tools/wiregen from games/suspect/messages.h. Change that and run `make types`.

export interface AnswerInput {
  q: unknown;
  text: string;
}

export interface AnswersView {
  round: number;
  question: string;
  texts: (string | null)[];
}

export type CardKind = 'one_of' | 'clear' | 'blank';

export interface CardReveal {
  holder: string;
  kind: CardKind;
  targets: string[];
  truthful: boolean;
  published: boolean;
}

export interface CardView {
  kind: CardKind;
  targets: string[];
  published: boolean;
}

export interface CaseView {
  title: string;
  stolen: string;
  briefing: string;
}

export interface EscapeInput {
  scene: string;
}

export interface EscapeReveal {
  scene: SceneView;
  correct: boolean;
}

export interface EscapeView {
  scene: string | null;
  locked: boolean;
}

export interface EvidenceEvent {
  by: string;
  kind: EvidenceKind;
  targets: string[];
  verified: boolean;
}

export interface EvidenceInput {
  kind?: EvidenceKind;
  targets?: string[];
}

export type EvidenceKind = 'one_of' | 'clear';

export interface GameOverMembers {
  confmeter: Record<string, string | null>;
  accused: string | null;
  culprits: string[];
  town_wins: boolean;
  slipped_away: boolean;
}

export interface InspectEvent {
  target: string;
  culprit: boolean;
}

export interface InspectInput {
  target: string;
}

export type LockInput = Record<string, never>;

export interface NewsEvent {
  message: string;
  phase: Phase;
  names: string[];
}

export interface NewsView {
  message: string;
  names: string[];
}

export type Phase = 'INTERROGATION' | 'VOTING' | 'FINISHED';

export interface PressAnswerView {
  target: string;
  question: string;
  text: string | null;
}

export interface PressEvent {
  by: string;
  target: string;
  question: string;
}

export interface PressInput {
  target: string;
}

export interface PressMeView {
  question: string;
  ends_s: number;
}

export interface PressView {
  by: string;
  target: string;
  question: string;
  ends_s: number;
}

export interface PublicBacklog {
  talk: SayEvent[];
}

export interface PublicView {
  phase: Phase;
  step: Step;
  round: number;
  order: string[];
  case: CaseView;
  scenes: SceneView[];
  question: QuestionView | null;
  answered: boolean[];
  answers: AnswersView[];
  evidence: EvidenceEvent[];
  confmeter: Record<string, string | null>;
  locks: number;
  press: PressView | null;
  press_answers: PressAnswerView[];
  news: NewsView | null;
  reveal: RevealView | null;
}

export interface QuestionView {
  round: number;
  type: string;
  text: string;
}

export interface RevealEvent {
  accused: string | null;
  culprits: string[];
  town_wins: boolean;
  slipped_away: boolean;
}

export interface RevealView {
  accused: string | null;
  culprits: string[];
  inspector: string | null;
  scene: SceneView;
  escape: EscapeReveal | null;
  town_wins: boolean;
  slipped_away: boolean;
  is_void: boolean;
  cards: CardReveal[];
  votes: Record<string, string | null>;
  points: Record<string, number>;
  mvp: string | null;
  right_since: Record<string, number | null>;
}

export type Role = 'WITNESS' | 'INSPECTOR' | 'CULPRIT';

export type RoleSeenInput = Record<string, never>;

export interface SayEvent {
  from: string;
  text: string;
  at: number;
}

export interface SayInput {
  text?: string;
  line?: string;
}

export interface SceneView {
  id: string;
  name: string;
}

export interface SeatBacklog {
  whispers: WhisperEvent[];
}

export interface SeatView {
  role: Role;
  scene: SceneView | null;
  fellows: string[];
  card: CardView | null;
  my_answers: (string | null)[];
  my_vote: string | null;
  locked: boolean;
  inspected: InspectEvent | null;
  can_inspect: boolean;
  can_press: boolean;
  says_left: number;
  escape: EscapeView | null;
  press_me: PressMeView | null;
  points: number;
}

export type Step = 'BRIEFING' | 'ANSWER' | 'CROSSFIRE' | 'VOTE' | 'REVEAL';

export interface SuspectInput {
  target: string | null;
}

export interface TickMembers {
  confmeter: Record<string, string | null>;
}

export interface WhisperEvent {
  from: string;
  text: string;
  at: number;
}

export interface WhisperInput {
  text: string;
}

export type GameServerMessage =
  | { type: 'EVENT_NEWS'; payload: NewsEvent }
  | { type: 'EVENT_SAY'; payload: SayEvent }
  | { type: 'EVENT_WHISPER'; payload: WhisperEvent }
  | { type: 'EVENT_EVIDENCE'; payload: EvidenceEvent }
  | { type: 'EVENT_PRESS'; payload: PressEvent }
  | { type: 'EVENT_INSPECT'; payload: InspectEvent }
  | { type: 'EVENT_REVEAL'; payload: RevealEvent };

export type GameClientMessage =
  | { type: 'ROLE_SEEN'; payload: RoleSeenInput }
  | { type: 'SUSPECT'; payload: SuspectInput }
  | { type: 'VOTE'; payload: SuspectInput }
  | { type: 'ANSWER'; payload: AnswerInput }
  | { type: 'SAY'; payload: SayInput }
  | { type: 'WHISPER'; payload: WhisperInput }
  | { type: 'EVIDENCE'; payload: EvidenceInput }
  | { type: 'PRESS'; payload: PressInput }
  | { type: 'INSPECT'; payload: InspectInput }
  | { type: 'ESCAPE'; payload: EscapeInput }
  | { type: 'LOCK'; payload: LockInput };
