#include "base/error.h"
#include "outputs.h"
#include "typescript.h"
#include "wire/admin.h"
#include "wire/cluster.h"
#include "wire/economy.h"
#include "wire/edge.h"
#include "wire/export.h"
#include "wire/limits.h"
#include "wire/rest.h"

namespace whoosh::wiregen {
namespace {

template <class T>
void message(Declarations& types, MessageUnion& messages, std::string_view type) {
  messages.add(type, types.type<T>());
}

void server_messages(Declarations& types, MessageUnion& messages) {
  message<wire::Welcome>(types, messages, "WELCOME");
  message<wire::RoomState>(types, messages, "ROOM");
  message<wire::Tick>(types, messages, "TICK");
  message<wire::State>(types, messages, "STATE");
  message<wire::GameOver>(types, messages, "GAME_OVER");
  message<wire::Ack>(types, messages, "ACK");
  message<wire::ErrorMessage>(types, messages, "ERROR");
  message<wire::Pong>(types, messages, "PONG");
  message<wire::ChatLine>(types, messages, "EVENT_CHAT");
  message<wire::EmoteShown>(types, messages, "EVENT_EMOTE");
  message<wire::KickVote>(types, messages, "EVENT_KICK_VOTE");
  message<wire::MatchFound>(types, messages, "MATCH_FOUND");
  message<wire::Moved>(types, messages, "MOVED");
}

void client_messages(Declarations& types, MessageUnion& messages) {
  message<wire::Ready>(types, messages, "READY");
  message<wire::StartMatch>(types, messages, "START");
  message<wire::SettingsChange>(types, messages, "SETTINGS");
  message<wire::Kick>(types, messages, "KICK");
  message<wire::Chat>(types, messages, "CHAT");
  message<wire::Emote>(types, messages, "EMOTE");
  message<wire::Rematch>(types, messages, "REMATCH");
  message<wire::Leave>(types, messages, "LEAVE");
  message<wire::Sync>(types, messages, "SYNC");
  message<wire::Ping>(types, messages, "PING");
}

template <class... T>
void declare_all(Declarations& types) {
  (types.type<T>(), ...);
}

void rest_bodies(Declarations& types) {
  using namespace wire;
  declare_all<ErrorBody, Register, Login, Guest, RefreshToken, TokenPair, User, PublicUser,
              ProfileChange, SignedIn, GameList, CreateRoom, JoinRoom, RoomCard, RoomList, JoinInfo,
              QueueJoin, QueueTicket, TicketState, HistoryRow, HistoryPage, PasswordChange, Proof,
              EndSession, SecondFactor, TotpBegun, TotpCode, RecoveryCodes, PasswordReset,
              SessionList, AccountExport, Wallet, LedgerPage, StoreList, Purchase, Purchased,
              InventoryList, Equip, DailyStanding, Daily, GameResult, ResultTaken, Health>(types);
}

void admin_bodies(Declarations& types) {
  using namespace wire;
  declare_all<AdminUserPage, AdminUserDetail, BanUser, AdminReason, GrantCoins, RefundItem,
              ChangeRole, Granted, AuditPage, AdminRoomPage, RoomReport, NodeList>(types);
}

// What an operator sees of rooms and nodes.
void cluster_reports(Declarations& types) {
  declare_all<wire::RoomSummary, wire::RoomReport, wire::NodeReport>(types);
}

// Codes of both services' errors, so that a client's comparison with a code that isn't is noticed.
std::string error_codes() {
  std::string text = "export type ErrorCode =";
#define X(name, status, sentence) text += "\n  | '" #name "'";
  WHOOSH_ERRORS(X)
#undef X
  return text + ";\n\n";
}

std::string constants() {
  std::string text = error_codes() + "export const emotes = [";
  for (const auto emote : wire::emotes) text += "'" + std::string(emote) + "', ";
  text.resize(text.size() - 2);
  text += "] as const;\n\nexport const limits = { chat_characters_max: " +
          std::to_string(wire::chat_characters_max) +
          ", frame_bytes_max: " + std::to_string(wire::text_bytes_max) + " } as const;\n\n";
  const auto code = [](wire::Close close) { return std::to_string(static_cast<int>(close)); };
  text += "export const close = {\n  left: " + code(wire::Close::left) +
          ",\n  going_away: " + code(wire::Close::going_away) +
          ",\n  policy: " + code(wire::Close::policy) +
          ",\n  try_again: " + code(wire::Close::try_again) +
          ",\n  replaced: " + code(wire::Close::replaced) +
          ",\n  token_expired: " + code(wire::Close::token_expired) +
          ",\n  kicked: " + code(wire::Close::kicked) +
          ",\n  banned: " + code(wire::Close::banned) +
          ",\n  room_closed: " + code(wire::Close::room_closed) + ",\n} as const;\n";
  return text;
}

}  // namespace

void add_platform(Files& files) {
  Declarations types;
  MessageUnion from_server("ServerMessage");
  MessageUnion from_client("ClientMessage");
  server_messages(types, from_server);
  client_messages(types, from_client);
  rest_bodies(types);
  admin_bodies(types);
  cluster_reports(types);
  types.type<wire::ViewClock>();
  files["sdk/typescript/src/wire.gen.ts"] =
      "// Written by tools/wiregen from libs/wire. Change those and run `make types`.\n\n" +
      types.text() + from_server.text() + "\n" + from_client.text() + "\n" + constants();
}

}  // namespace whoosh::wiregen
