#include "services/edge/code_desk.h"

#include "state/code_guesses.h"

namespace whoosh::edge {

using base::Error;
using base::ErrorCode;

struct CodeDesk::Search {
  runtime::Mailbox& loop;
  std::string code;
  state::CodeGuesses guesses;
  runtime::Reply<state::RoomEntry> reply;
};

void CodeDesk::find(runtime::Mailbox& loop, std::string code, const net::Address& from,
                    runtime::Reply<state::RoomEntry> reply) {
  if (!counts_) {
    directory_.find_code(std::move(code), std::move(reply));
    return;
  }
  Found search(
      new Search{loop, std::move(code), state::CodeGuesses(from.network()), std::move(reply)});
  std::string key = search->guesses.minute_key;
  limits_.take(
      std::move(key), state::CodeGuesses::a_minute, clock_.now(),
      {loop, [this, search = std::move(search)](base::Result<std::int32_t> wait_s) mutable {
         if (!wait_s || *wait_s > 0) return refuse(*search, wait_s);
         take_hour(std::move(search));
       }});
}

void CodeDesk::take_hour(Found search) {
  runtime::Mailbox& loop = search->loop;
  std::string key = search->guesses.hour_key;
  limits_.take(
      std::move(key), state::CodeGuesses::an_hour, clock_.now(),
      {loop, [this, search = std::move(search)](base::Result<std::int32_t> wait_s) mutable {
         if (!wait_s || *wait_s > 0) {
           limits_.give(search->guesses.minute_key, state::CodeGuesses::a_minute, clock_.now());
           return refuse(*search, wait_s);
         }
         look_up(std::move(search));
       }});
}

void CodeDesk::look_up(Found search) {
  runtime::Mailbox& loop = search->loop;
  std::string code = search->code;
  directory_.find_code(
      std::move(code),
      {loop, [this, search = std::move(search)](base::Result<state::RoomEntry> entry) mutable {
         if (entry || entry.error().code != ErrorCode::room_not_found) {
           const base::UnixMs now = clock_.now();
           limits_.give(search->guesses.minute_key, state::CodeGuesses::a_minute, now);
           limits_.give(search->guesses.hour_key, state::CodeGuesses::an_hour, now);
         }
         search->reply(std::move(entry));
       }});
}

void CodeDesk::refuse(Search& search, const base::Result<std::int32_t>& wait_s) {
  if (!wait_s) {
    search.reply(wait_s.error());
    return;
  }
  Error error{ErrorCode::rate_limited};
  error.retry_after_s = *wait_s;
  search.reply(std::move(error));
}

}  // namespace whoosh::edge
