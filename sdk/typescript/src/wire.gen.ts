// Written by tools/wiregen from libs/wire. Change those and run `make types`.

export interface AccountExport {
  exported_at: string;
  profile: User;
  ban: BanCard | null;
  second_factor: SecondFactor;
  sessions: SessionCard[];
  matches: HistoryRow[];
  matches_next: string | null;
  ledger: LedgerRow[];
  ledger_next: string | null;
  inventory: InventoryRow[];
}

export interface Ack {
  id: string;
}

export interface AdminReason {
  reason: string;
}

export interface AdminRoomPage {
  items: RoomSummary[];
  next: string | null;
}

export interface AdminUser {
  id: number;
  username: string;
  email: string | null;
  display_name: string;
  avatar: string;
  role: string | null;
  is_guest: boolean;
  elo: number;
  xp: number;
  level: number;
  total_games: number;
  wins: number;
  coins: number;
  created_at: string;
  ban: BanCard | null;
}

export interface AdminUserDetail {
  user: AdminUser;
  sessions: number;
  wallet: Wallet;
  inventory: InventoryRow[];
  matches: HistoryRow[];
  audit?: AuditRow[];
}

export interface AdminUserPage {
  items: AdminUser[];
  next: string | null;
}

export interface AuditActor {
  id: number | null;
  name: string;
}

export interface AuditPage {
  items: AuditRow[];
  next: string | null;
}

export interface AuditRow {
  id: number;
  at: string;
  actor: AuditActor;
  address: string;
  request_id: string;
  action: string;
  target: string;
  reason: string;
  details: unknown;
}

export interface BanCard {
  until: string | null;
  reason: string;
}

export interface BanUser {
  reason: string;
  until?: string;
}

export interface ChangeRole {
  role: string | null;
}

export interface Chat {
  text: string;
}

export interface ChatLine {
  from: string;
  name: string;
  text: string;
  ts: number;
}

export interface CreateRoom {
  game: string;
  visibility?: string;
  settings?: SettingsChange;
}

export interface Daily {
  coins: number;
  streak: number;
  next_at: string;
}

export interface DailyStanding {
  streak: number;
  claimable: boolean;
  coins: number;
  next_at: string;
  rewards: number[];
}

export interface Emote {
  emote: string;
}

export interface EmoteShown {
  from: string;
  emote: string;
}

export interface EndSession {
  password?: string;
}

export interface Equip {
  item_id: string | null;
  kind?: string;
}

export interface ErrorBody {
  error: string;
  code: string;
  request_id: string;
  fields?: Record<string, string>;
}

export interface ErrorMessage {
  id?: string;
  code: string;
  error: string;
  fields?: Record<string, string>;
}

export interface GameCard {
  key: string;
  name: string;
  tagline: string;
  players_min: number;
  players_max: number;
  players_default: number;
  duration_s: number;
  modes: string[];
  messages: GameMessage[];
}

export interface GameList {
  items: GameCard[];
  next: string | null;
}

export interface GameMessage {
  type: string;
  direction: string;
  summary: string;
}

export interface GameOver {
  match_id: string;
  winner_id: string | null;
  winners: string[];
  rated: boolean;
  standings: Standing[];
}

export interface GameResult {
  game_id: string;
  game: string;
  started_at: string;
  ended_at: string;
  winner_id: number | null;
  participants: ResultSeat[];
}

export interface GrantCoins {
  coins: number;
  reason: string;
}

export interface Granted {
  user_id: number;
  balance: number;
}

export interface Guest {
  display_name?: string;
}

export interface Health {
  status: string;
  checks: Record<string, string>;
}

export interface HistoryPage {
  items: HistoryRow[];
  next: string | null;
}

export interface HistoryRow {
  match_id: string;
  game: string;
  started_at: string;
  ended_at: string;
  elo_before: number;
  elo_after: number;
  xp_gained: number;
  coins_gained: number;
  placement: number;
  is_winner: boolean;
}

export type Idle = 'asked' | 'bot';

export interface InventoryList {
  items: InventoryRow[];
  next: string | null;
}

export interface InventoryRow {
  item_id: string;
  kind: string;
  equipped: boolean;
  acquired_at: string;
}

export interface JoinInfo {
  room: string;
  code: string;
  game: string;
  ws_url: string;
  ticket: string;
  node: string;
}

export interface JoinRoom {
  as?: string;
}

export interface Kick {
  target: string;
}

export interface KickVote {
  target: string;
  votes: number;
  needed: number;
  ends_at: number;
}

export type Leave = Record<string, never>;

export interface LedgerPage {
  items: LedgerRow[];
  next: string | null;
}

export interface LedgerRow {
  id: number;
  amount: number;
  balance: number;
  reason: string;
  ref: string;
  created_at: string;
}

export interface LiveMatch {
  id: string;
  started_at: string;
  elapsed_s: number;
  phase: string;
  step: string;
  over: boolean;
}

export interface Login {
  username: string;
  password: string;
  totp?: string;
}

export interface Look {
  frame: string | null;
  colour: string | null;
  title: string | null;
  reactions: string | null;
}

export interface MatchFound {
  room: JoinInfo;
}

export interface Moved {
  ws_url: string;
  ticket: string;
}

export interface NodeList {
  items: NodeReport[];
  next: string | null;
}

export interface NodeReport {
  name: string;
  number: number;
  ws_url: string;
  version: string;
  started_at: string;
  seen_at: string;
  rooms: number;
  players: number;
  players_max: number;
  lateness_ms: number;
  draining: boolean;
  full: boolean;
}

export interface PasswordChange {
  current: string;
  new: string;
}

export interface PasswordReset {
  username: string;
  recovery_code: string;
  new: string;
  totp?: string;
}

export interface Ping {
  t?: unknown;
}

export interface Pong {
  id?: string;
  t: unknown;
  server_time: number;
}

export interface ProfileChange {
  username?: string;
  display_name?: string;
  email?: string;
  avatar?: string;
}

export interface Proof {
  password: string;
  totp?: string;
}

export interface PublicUser {
  id: number;
  username: string;
  display_name: string;
  avatar: string;
  elo: number;
  xp: number;
  level: number;
  total_games: number;
  wins: number;
  win_rate: number;
  is_guest: boolean;
  created_at: string;
  look: Look;
}

export interface Purchase {
  item_id: string;
}

export interface Purchased {
  item: StoreItem;
  balance: number;
}

export interface QueueJoin {
  queue?: string;
  game?: string;
  party?: string;
}

export interface QueueTicket {
  message: string;
  queue: string;
  user_id: string;
  ticket: string;
  expires_at: string;
}

export interface Ready {
  ready?: boolean;
}

export interface RecoveryCodes {
  codes: string[];
}

export interface RefreshToken {
  refresh: string;
}

export interface RefundItem {
  item_id: string;
  reason: string;
}

export interface Register {
  username: string;
  email: string;
  password: string;
}

export interface Rematch {
  again?: boolean;
}

export interface ResultSeat {
  user_id: number | null;
  placement: number;
  score: number;
  team?: number;
  is_winner: boolean;
}

export interface ResultTaken {
  status: string;
  match_id: string;
}

export type Role = 'player' | 'spectator' | 'screen' | 'audience';

export interface RoomCard {
  room: string;
  code: string;
  game: string;
  visibility: string;
  phase: RoomPhase;
  players: number;
  bots: number;
  seats: number;
  audience: number;
  locked: boolean;
  host: string;
  created_at: string;
}

export interface RoomList {
  items: RoomCard[];
  next: string | null;
}

export type RoomPhase = 'waiting' | 'playing' | 'results' | 'rematch' | 'closed';

export interface RoomPlayer {
  id: string;
  name: string;
  avatar: string;
  connected: boolean;
  ready: boolean;
  score: number;
  bot: boolean;
  host: boolean;
  seat: number;
  look?: SeatLook;
  idle?: Idle;
}

export interface RoomReport {
  summary: RoomSummary;
  state: RoomState;
  match?: LiveMatch;
}

export interface RoomSettings {
  family: boolean;
  filter: string;
  pace: string;
  bots: string;
  audience: boolean;
  one_room: boolean;
  max_seats: number;
  locale: string;
  locked: boolean;
}

export interface RoomState {
  players: RoomPlayer[];
  phase: RoomPhase;
  settings: RoomSettings;
  matchmade: boolean;
  audience: number;
  phase_ends_at: number | null;
  rematch: string[];
}

export interface RoomSummary {
  card: RoomCard;
  node: string;
  epoch: number;
  age_s: number;
  ticks: number;
  connected: number;
  matchmade: boolean;
}

export interface SeatLook {
  frame?: string;
  colour?: string;
  title?: string;
  reactions?: string;
}

export interface SecondFactor {
  totp: boolean;
  since: string | null;
  recovery_codes_left: number;
  required: boolean;
}

export interface SessionCard {
  id: string;
  device: string;
  address: string;
  created_at: string;
  last_used_at: string;
  expires_at: string;
  current: boolean;
}

export interface SessionList {
  items: SessionCard[];
  next: string | null;
}

export interface SettingsChange {
  family?: boolean;
  filter?: string;
  pace?: string;
  bots?: string;
  audience?: boolean;
  one_room?: boolean;
  max_seats?: number;
  locale?: string;
  locked?: boolean;
}

export interface SignedIn {
  access: string;
  refresh: string;
  user: User;
}

export interface Standing {
  id: string;
  name: string;
  score: number;
  placement: number;
  is_winner: boolean;
  elo_before: number | null;
  elo_after: number | null;
  xp_gained: number | null;
  coins_gained: number | null;
  level: number | null;
}

export type StartMatch = Record<string, never>;

export interface State {
  seq: number;
  patch: unknown;
}

export interface StoreItem {
  item_id: string;
  kind: string;
  name: string;
  description: string;
  price: number;
  image: string;
  owned: boolean;
  value?: string;
  ink?: string;
  text?: string;
  reactions?: string[];
  faces?: string[];
}

export interface StoreList {
  items: StoreItem[];
  next: string | null;
}

export type Sync = Record<string, never>;

export interface Tick {
  phase: string;
  step: string;
  elapsed: number;
  remaining: number;
  seq: number;
  ts: number;
}

export interface TicketState {
  status: string;
  position?: number;
  estimate_s?: number;
  room?: JoinInfo;
}

export interface TokenPair {
  access: string;
  refresh: string;
}

export interface TotpBegun {
  secret: string;
  uri: string;
}

export interface TotpCode {
  totp: string;
}

export interface User {
  id: number;
  username: string;
  email: string | null;
  display_name: string;
  avatar: string;
  elo: number;
  xp: number;
  level: number;
  total_games: number;
  wins: number;
  win_rate: number;
  coins: number;
  is_guest: boolean;
  created_at: string;
  look: Look;
  role?: string;
}

export interface ViewClock {
  phase: string;
  step: string;
  started_at: number;
  ends_at: number;
}

export interface Wallet {
  coins: number;
  updated_at: string;
}

export interface Welcome {
  protocol: number;
  you: You;
  room?: string;
  code?: string;
  game?: string;
  role: Role;
  server_time: number;
  tick_hz: number;
  resume?: string;
  seq: number;
  state: unknown;
}

export interface You {
  id: string;
  name: string;
  seat?: number;
  role: Role;
}

export type ServerMessage =
  | { type: 'WELCOME'; payload: Welcome }
  | { type: 'ROOM'; payload: RoomState }
  | { type: 'TICK'; payload: Tick }
  | { type: 'STATE'; payload: State }
  | { type: 'GAME_OVER'; payload: GameOver }
  | { type: 'ACK'; payload: Ack }
  | { type: 'ERROR'; payload: ErrorMessage }
  | { type: 'PONG'; payload: Pong }
  | { type: 'EVENT_CHAT'; payload: ChatLine }
  | { type: 'EVENT_EMOTE'; payload: EmoteShown }
  | { type: 'EVENT_KICK_VOTE'; payload: KickVote }
  | { type: 'MATCH_FOUND'; payload: MatchFound }
  | { type: 'MOVED'; payload: Moved };

export type ClientMessage =
  | { type: 'READY'; payload: Ready }
  | { type: 'START'; payload: StartMatch }
  | { type: 'SETTINGS'; payload: SettingsChange }
  | { type: 'KICK'; payload: Kick }
  | { type: 'CHAT'; payload: Chat }
  | { type: 'EMOTE'; payload: Emote }
  | { type: 'REMATCH'; payload: Rematch }
  | { type: 'LEAVE'; payload: Leave }
  | { type: 'SYNC'; payload: Sync }
  | { type: 'PING'; payload: Ping };

export type ErrorCode =
  | 'malformed'
  | 'malformed_json'
  | 'idempotency_key_missing'
  | 'unauthorized'
  | 'bad_token'
  | 'token_expired'
  | 'bad_credentials'
  | 'bad_refresh'
  | 'refresh_reused'
  | 'totp_required'
  | 'bad_ticket'
  | 'bad_resume'
  | 'forbidden'
  | 'foreign_origin'
  | 'banned'
  | 'wrong_password'
  | 'bad_totp'
  | 'bad_recovery_code'
  | 'second_factor_needed'
  | 'not_found'
  | 'user_not_found'
  | 'room_not_found'
  | 'ticket_not_found'
  | 'game_not_found'
  | 'item_not_found'
  | 'session_not_found'
  | 'node_not_found'
  | 'method_not_allowed'
  | 'conflict'
  | 'username_taken'
  | 'email_taken'
  | 'not_a_guest'
  | 'room_full'
  | 'room_locked'
  | 'room_started'
  | 'already_queued'
  | 'item_owned'
  | 'item_not_owned'
  | 'already_claimed'
  | 'not_banned'
  | 'totp_on'
  | 'totp_off'
  | 'too_large'
  | 'unsupported_media_type'
  | 'invalid_input'
  | 'read_only_field'
  | 'insufficient_funds'
  | 'idempotency_key_reused'
  | 'upgrade_required'
  | 'rate_limited'
  | 'internal'
  | 'unavailable'
  | 'draining'
  | 'bad_message'
  | 'unknown_type'
  | 'bad_payload'
  | 'too_long'
  | 'phase'
  | 'rate'
  | 'filter'
  | 'target'
  | 'duplicate'
  | 'too_close'
  | 'locked'
  | 'not_host'
  | 'not_enough_players'
  | 'not_a_player';

export const emotes = ['laugh', 'clap', 'wow', 'heart', 'think', 'cry', 'fire', 'party', 'angry', 'eyes', 'wave', 'thumb'] as const;

export const limits = { chat_characters_max: 200, frame_bytes_max: 4096 } as const;

export const close = {
  left: 1000,
  going_away: 1001,
  policy: 1008,
  try_again: 1013,
  replaced: 4000,
  token_expired: 4001,
  kicked: 4002,
  banned: 4003,
  room_closed: 4004,
} as const;
