// The SDK of Whoosh. Routes come as functions in namespaces that take the client first, so that a bundler
// keeps only what is used: `auth.login(client, …)`, `rooms.create(client, …)`.

export { Client, patience, type Call, type ClientOptions, type Slice } from './client.js';
export { ApiError, SendError, type LocalCode } from './errors.js';
export { memoryStorage, recall, remember, type Storage } from './storage.js';
export { storedSeats, type Seat, type Seats } from './seats.js';
export { browserPage, browserSeats, browserStorage } from './browser.js';

export * as admin from './admin.js';
export * as auth from './auth.js';
export * as economy from './economy.js';
export * as factors from './factors.js';
export * as matches from './matches.js';
export * as queue from './queue.js';
export * as rooms from './rooms.js';
export * as service from './service.js';
export * as users from './users.js';

export { enter, RoomSession, type Ended, type RoomOptions, type View } from './session.js';
export {
  Link,
  Refused,
  timing,
  type CloseReason,
  type Credential,
  type LinkOptions,
  type LinkState,
  type Page,
  type SocketLike,
  type SocketMaker,
} from './link.js';
export { ServerClock } from './clock.js';
export { mergePatch } from './patch.js';
export * from './wire.gen.js';
