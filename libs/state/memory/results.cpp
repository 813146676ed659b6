#include "state/memory/results.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/assert.h"

namespace whoosh::state::memory {

namespace {

constexpr std::int64_t idle_ms = 60'000;

std::optional<std::uint64_t> number_of(const std::string& id) {
  std::uint64_t number = 0;
  const char* const last = id.data() + id.size();
  const auto [end, error] = std::from_chars(id.data(), last, number);
  if (error != std::errc{} || end != last) return std::nullopt;
  return number;
}

}  // namespace

Results::Results(const runtime::Clock& clock, ResultsOptions options)
    : clock_(clock), options_(options) {
  if (options_.own_thread) {
    thread_ = std::make_unique<runtime::LoopThread>([this] { return answer_due(); });
  }
}

Results::~Results() {
  if (thread_) thread_->stop();
}

void Results::give(Answers& answers) {
  for (Answer& answer : answers) answer.reply(std::move(answer.entries));
}

// ---- calls -------------------------------------------------------------------------------------

void Results::append(match::MatchRecord record, Reply<> reply) {
  Answers answers;
  auto kept = [&] {
    const std::scoped_lock lock(mutex_);
    auto result = keep(std::move(record));
    if (result) serve_waits(clock_.monotonic_ms(), answers);
    return result;
  }();
  reply(std::move(kept));
  const bool has_given = !answers.empty();
  give(answers);
  if (has_given && thread_) thread_->post([] {});  // what was handed out sets its alarm anew
}

void Results::take(std::string /*consumer*/, std::int32_t count, std::int64_t wait_ms,
                   Reply<std::vector<Entry>> reply) {
  auto now_or_later = [&]() -> std::optional<std::vector<Entry>> {
    const std::scoped_lock lock(mutex_);
    const std::int64_t now_ms = clock_.monotonic_ms();
    take_back(now_ms);
    count = std::clamp(count, 1, take_max);
    std::vector<Entry> entries = hand_out(count, now_ms);
    if (!entries.empty() || wait_ms <= 0 || waits_.size() >= options_.waits_max) return entries;
    const WaitKey key{now_ms + std::min(wait_ms, options_.wait_ms_max), next_number_++};
    waits_.emplace(key, Wait{count, std::move(reply)});
    return std::nullopt;
  }();
  if (now_or_later) {
    reply(std::move(*now_or_later));
  } else if (thread_) {
    thread_->post([] {});  // sets its alarm anew
  }
}

void Results::done(std::vector<std::string> ids, Reply<> reply) {
  {
    const std::scoped_lock lock(mutex_);
    for (const std::string& id : ids) {
      if (const auto number = number_of(id)) end(*number);
    }
  }
  reply(base::Result<>{});
}

void Results::set_aside(std::string id, std::string reason, Reply<> reply) {
  {
    const std::scoped_lock lock(mutex_);
    const auto number = number_of(id);
    if (const auto found = number ? pending_.find(*number) : pending_.end();
        found != pending_.end()) {
      aside_.emplace_back(std::move(found->second.record), std::move(reason));
      if (aside_.size() > aside_max) aside_.pop_front();
      end(*number);
    }
  }
  reply(base::Result<>{});
}

void Results::pending(Reply<std::int64_t> reply) {
  reply(static_cast<std::int64_t>(size()));
}

std::size_t Results::size() const {
  const std::scoped_lock lock(mutex_);
  return pending_.size();
}

std::size_t Results::aside_size() const {
  const std::scoped_lock lock(mutex_);
  return aside_.size();
}

std::int64_t Results::answer_due() {
  Answers answers;
  const std::int64_t next_ms = [&] {
    const std::scoped_lock lock(mutex_);
    const std::int64_t now_ms = clock_.monotonic_ms();
    take_back(now_ms);
    serve_waits(now_ms, answers);
    std::int64_t next = idle_ms;
    if (waits_.empty()) return next;  // nobody asks for what comes again meanwhile
    next = std::min(next, waits_.begin()->first.first - now_ms);
    if (!taken_.empty()) next = std::min(next, taken_.begin()->first - now_ms);
    return next;
  }();
  give(answers);
  return next_ms;
}

// ---- under the lock ----------------------------------------------------------------------------

base::Result<> Results::keep(match::MatchRecord record) {
  const std::int64_t now_ms = clock_.monotonic_ms();
  while (!epochs_by_age_.empty() && epochs_by_age_.front().first <= now_ms) {
    const auto known = epochs_.find(epochs_by_age_.front().second);
    if (known != epochs_.end() && known->second.forget_ms <= now_ms) epochs_.erase(known);
    epochs_by_age_.pop_front();
  }
  const Played played{record.room, record.id};
  const auto known = epochs_.find(played);
  if (known != epochs_.end() && known->second.epoch > record.epoch) {
    return base::Error{base::ErrorCode::conflict, "A newer life of the room has told this match."};
  }
  if (pending_.size() >= options_.pending_max) {
    return base::Error{base::ErrorCode::unavailable, "Too many results wait for the database."};
  }
  note_epoch(played, record.epoch, now_ms);
  const Number number = next_number_++;
  pending_[number].record = std::move(record);
  ready_.insert(number);
  return {};
}

void Results::note_epoch(const Played& played, std::uint32_t epoch, std::int64_t now_ms) {
  while (epochs_by_age_.size() >= options_.epochs_max) {
    epochs_.erase(epochs_by_age_.front().second);
    epochs_by_age_.pop_front();
  }
  const std::int64_t forget_ms = now_ms + epochs_kept_ms;
  epochs_[played] = {epoch, forget_ms};
  epochs_by_age_.emplace_back(forget_ms, played);
}

std::vector<Results::Entry> Results::hand_out(std::int32_t count, std::int64_t now_ms) {
  std::vector<Entry> entries;
  while (!ready_.empty() && entries.size() < static_cast<std::size_t>(count)) {
    const Number number = *ready_.begin();
    ready_.erase(ready_.begin());
    Kept& kept = pending_.at(number);
    kept.is_ready = false;
    kept.again_ms = now_ms + retake_ms;
    taken_.emplace(kept.again_ms, number);
    entries.push_back({std::to_string(number), kept.record, ++kept.deliveries});
  }
  return entries;
}

void Results::take_back(std::int64_t now_ms) {
  while (!taken_.empty() && taken_.begin()->first <= now_ms) {
    const Number number = taken_.begin()->second;
    taken_.erase(taken_.begin());
    pending_.at(number).is_ready = true;
    ready_.insert(number);
  }
}

void Results::serve_waits(std::int64_t now_ms, Answers& answers) {
  while (!waits_.empty() && (!ready_.empty() || waits_.begin()->first.first <= now_ms)) {
    Wait& wait = waits_.begin()->second;
    answers.push_back({std::move(wait.reply), hand_out(wait.count, now_ms)});
    waits_.erase(waits_.begin());
  }
}

void Results::end(Number number) {
  const auto found = pending_.find(number);
  if (found == pending_.end()) return;
  if (found->second.is_ready) {
    ready_.erase(number);
  } else {
    taken_.erase({found->second.again_ms, number});
  }
  pending_.erase(found);
}

}  // namespace whoosh::state::memory
