// The one list of error codes of both services: what a client sees as `code`, with the HTTP status
// that carries it and the default sentence for a person. docs/API.md is checked against this list.
//
// Thread-safe: constants and values only.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace whoosh::base {

// code, HTTP status, sentence
#define WHOOSH_ERRORS(X)                                                                   \
  X(malformed, 400, "The request could not be understood.")                                \
  X(malformed_json, 400, "The body is not valid JSON.")                                    \
  X(idempotency_key_missing, 400, "The Idempotency-Key header is missing.")                \
  X(unauthorized, 401, "Sign in first: the access token is missing.")                      \
  X(bad_token, 401, "The access token is not valid. Sign in again.")                       \
  X(token_expired, 401, "The access token has expired. Refresh it.")                       \
  X(bad_credentials, 401, "The name or the password is wrong.")                            \
  X(bad_refresh, 401, "The refresh token is not valid. Sign in again.")                    \
  X(refresh_reused, 401, "This refresh token was used before. Sign in again.")             \
  X(totp_required, 401, "This account wants a code of its authenticator app, too.")        \
  X(bad_ticket, 401, "The seat ticket is used, expired or not for this room. Join again.") \
  X(bad_resume, 401, "The resume token is not valid for this room. Join again.")           \
  X(forbidden, 403, "You are not allowed to do this.")                                     \
  X(foreign_origin, 403, "This page's address is not on the list of allowed origins.")     \
  X(banned, 403, "This account is banned.")                                                \
  X(wrong_password, 403, "The present password is wrong.")                                 \
  X(bad_totp, 403, "The code is wrong, too old, or was used before.")                      \
  X(bad_recovery_code, 403, "The name or the recovery code is wrong.")                     \
  X(second_factor_needed, 403, "Operators need a second factor: set one up first.")        \
  X(not_found, 404, "There is nothing at this address.")                                   \
  X(user_not_found, 404, "There is no such user.")                                         \
  X(room_not_found, 404, "There is no such room.")                                         \
  X(ticket_not_found, 404, "There is no such ticket.")                                     \
  X(game_not_found, 404, "There is no such game.")                                         \
  X(item_not_found, 404, "There is no such item.")                                         \
  X(session_not_found, 404, "There is no such session.")                                   \
  X(node_not_found, 404, "There is no such node.")                                         \
  X(method_not_allowed, 405, "This address does not take this method.")                    \
  X(conflict, 409, "This collides with the present state.")                                \
  X(username_taken, 409, "This username is taken.")                                        \
  X(email_taken, 409, "This e-mail address is taken.")                                     \
  X(not_a_guest, 409, "This account is no guest account.")                                 \
  X(room_full, 409, "The room is full.")                                                   \
  X(room_locked, 409, "The room is locked.")                                               \
  X(room_started, 409, "The match has started already.")                                   \
  X(already_queued, 409, "You are in another queue already.")                              \
  X(item_owned, 409, "You own this item already.")                                         \
  X(item_not_owned, 409, "You don't own this item.")                                       \
  X(already_claimed, 409, "Today's reward was claimed already.")                           \
  X(not_banned, 409, "This account is not banned.")                                        \
  X(totp_on, 409, "The second factor is on already.")                                      \
  X(totp_off, 409, "The second factor is not on.")                                         \
  X(too_large, 413, "The request is too large.")                                           \
  X(unsupported_media_type, 415, "Send the body as application/json.")                     \
  X(invalid_input, 422, "Some fields are not acceptable.")                                 \
  X(read_only_field, 422, "Some fields can't be changed by hand.")                         \
  X(insufficient_funds, 422, "There are too few coins in the wallet.")                     \
  X(idempotency_key_reused, 422, "This Idempotency-Key came with another request before.") \
  X(upgrade_required, 426, "This address speaks WebSocket, version 13.")                   \
  X(rate_limited, 429, "Too many requests. Wait a little.")                                \
  X(internal, 500, "Something went wrong on our side.")                                    \
  X(unavailable, 503, "A part that this needs is away. Try again shortly.")                \
  X(draining, 503, "This server is about to stop. Try again.")                             \
  /* WebSocket `ERROR` only; the status is what the like REST answer would have been. */   \
  X(bad_message, 400, "The message is not {\"type\":\"...\",\"payload\":{...}}.")          \
  X(unknown_type, 400, "There is no such message type here.")                              \
  X(bad_payload, 422, "The payload lacks a field, or one has the wrong type.")             \
  X(too_long, 413, "The message or a text in it is too long.")                             \
  X(phase, 409, "This is not possible at this moment.")                                    \
  X(rate, 429, "Too fast. Wait a little.")                                                 \
  X(filter, 422, "This text is not allowed.")                                              \
  X(target, 422, "This target is not possible.")                                           \
  X(duplicate, 409, "This was done already.")                                              \
  X(too_close, 422, "This is too close to the truth.")                                     \
  X(locked, 409, "Your choice is locked.")                                                 \
  X(not_host, 403, "Only the host can do this.")                                           \
  X(not_enough_players, 409, "There are too few players to start.")                        \
  X(not_a_player, 403, "Only players can do this.")

enum class ErrorCode : std::uint8_t {
#define X(name, status, sentence) name,
  WHOOSH_ERRORS(X)
#undef X
};

[[nodiscard]] std::string_view error_name(ErrorCode code);      // "room_full"
[[nodiscard]] int error_status(ErrorCode code);                 // 409
[[nodiscard]] std::string_view error_sentence(ErrorCode code);  // "The room is full."

struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;                        // empty: error_sentence(code)
  std::map<std::string, std::string> fields;  // input errors: field name -> why
  std::int32_t retry_after_s = 0;             // rate_limited, unavailable, draining

  Error() = default;
  Error(ErrorCode code_in) : code(code_in) {}  // NOLINT: an error code is an error
  Error(ErrorCode code_in, std::string message_in)
      : code(code_in), message(std::move(message_in)) {}

  [[nodiscard]] std::string_view sentence() const {
    return message.empty() ? error_sentence(code) : std::string_view(message);
  }
};

}  // namespace whoosh::base
