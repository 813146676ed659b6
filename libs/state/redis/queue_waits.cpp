// Long polls of tickets: the part of queue.h that is about waiting.
#include <algorithm>
#include <utility>

#include "state/redis/queue.h"
#include "state/redis/queue_scripts.h"

namespace whoosh::state::redis {

namespace {
constexpr const char* poll_count = "1000";
}

void Queue::wait(std::string id, UserId user, std::int64_t wait_ms, Reply<Ticket> reply) {
  if (wait_ms <= 0) return find(std::move(id), user, std::move(reply));
  Wait wait{0,           user,  clock_.monotonic_ms() + std::min(wait_ms, options_.wait_ms_max),
            {INT64_MAX}, false, std::move(reply)};
  client_.post([this, id = std::move(id), wait = std::move(wait)]() mutable {
    if (waits_count_ >= options_.waits_max) return find(id, wait.user, std::move(wait.reply));
    begin_wait(id, std::move(wait));
  });
}

// It waits before it looks: nothing that happens in between is missed.
void Queue::begin_wait(const std::string& id, Wait wait) {
  Waits& waits = waits_[id];
  if (waits.size() >= options_.waits_per_ticket_max) look(id, waits.front().number);
  const std::uint64_t number = wait.number = next_wait_++;
  const UserId user = wait.user;
  waits_[id].push_back(std::move(wait));
  ++waits_count_;
  client_.call(run(find_ticket_script, {id, std::to_string(user.value)}),
               [this, id, number](base::Result<Value> result) {
                 result = checked(std::move(result));
                 auto ticket = result ? read_seen(*result) : std::nullopt;
                 if (ticket && ticket->status == TicketStatus::searching) {
                   for (Wait& one : waits_[id]) {
                     if (one.number == number) one.expires_at = ticket->expires_at;
                   }
                   return;
                 }
                 auto ended = end_wait(id, number);
                 if (!ended) return;  // it was answered meanwhile
                 if (!result) return ended->reply(result.error());
                 if (!ticket) {
                   return ended->reply(base::Error{base::ErrorCode::ticket_not_found});
                 }
                 ended->reply(std::move(*ticket));
               });
}

// Answers with the ticket as it is now.
void Queue::look(const std::string& id, std::uint64_t number) {
  auto wait = end_wait(id, number);
  if (wait) find(id, wait->user, std::move(wait->reply));
}

std::optional<Queue::Wait> Queue::end_wait(const std::string& id, std::uint64_t number) {
  const auto waits = waits_.find(id);
  if (waits == waits_.end()) return std::nullopt;
  const auto found = std::find_if(waits->second.begin(), waits->second.end(),
                                  [&](const Wait& wait) { return wait.number == number; });
  if (found == waits->second.end()) return std::nullopt;
  std::optional<Wait> wait(std::move(*found));
  Waits rest;
  for (Wait& one : waits->second) {
    if (one.number != number) rest.push_back(std::move(one));
  }
  if (rest.empty()) {
    waits_.erase(waits);
  } else {
    waits->second.swap(rest);
  }
  --waits_count_;
  return wait;
}

// ---- the reader for all ------------------------------------------------------------------------

void Queue::tick() {
  const std::int64_t now_ms = clock_.monotonic_ms();
  const UnixMs now = clock_.now();
  std::vector<std::pair<std::string, std::uint64_t>> over;
  for (const auto& [id, waits] : waits_) {
    for (const Wait& wait : waits) {
      if (wait.due_ms <= now_ms || wait.expires_at <= now) over.emplace_back(id, wait.number);
    }
  }
  for (const auto& [id, number] : over) look(id, number);
  const std::int64_t steady_now_ms = Client::steady_now_ms();
  if (waits_.empty() || is_polling_ || steady_now_ms < poll_due_ms_) return;
  poll_due_ms_ = steady_now_ms + options_.poll_ms;
  poll();
}

void Queue::poll() {
  is_polling_ = true;
  const std::string key = client_.key("{queue}:ended");
  client_.call(
      {{"XRANGE", key, "(" + last_ended_, "+", "COUNT", poll_count}, key, true, nullptr, 0},
      [this](base::Result<Value> result) {
        is_polling_ = false;
        result = checked(std::move(result));
        if (result) polled(*result);  // else: the next poll, or the end of the wait
        ++polls_;
      });
}

void Queue::polled(const Value& entries) {
  for (const Value& entry : entries.items) {
    if (entry.at(0).text.empty()) continue;
    last_ended_ = entry.at(0).text;
    const auto waits = waits_.find(entry.at(1).at(1).text);
    if (waits == waits_.end()) continue;
    std::vector<std::uint64_t> numbers;
    for (const Wait& wait : waits->second) numbers.push_back(wait.number);
    const std::string id = waits->first;
    for (const std::uint64_t number : numbers) look(id, number);
  }
}

}  // namespace whoosh::state::redis
