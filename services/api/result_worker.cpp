#include "services/api/result_worker.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <future>
#include <utility>

#include "base/assert.h"

namespace whoosh::api {

namespace {

constexpr std::int64_t idle_ms = 60'000;

// The store has looked at the record and will never take it.
bool is_hopeless(base::ErrorCode code) {
  return code == base::ErrorCode::malformed || code == base::ErrorCode::invalid_input;
}

}  // namespace

ResultWorker::ResultWorker(ResultWorkerConfig config, ResultWorkerPorts ports, Settled settled)
    : config_(std::move(config)), ports_(std::move(ports)), settled_(std::move(settled)) {
  ASSERT(config_.in_flight_max > 0);
  ASSERT(config_.in_flight_max <= state::Results::take_max);
  thread_ =
      std::make_unique<runtime::LoopThread>([this] { return is_started_ ? turn() : idle_ms; });
  thread_->post([this] { is_started_ = true; });  // after thread_ was set
}

ResultWorker::ResultWorker(ResultWorkerConfig config, ResultWorkerPorts ports, Settled settled,
                           runtime::Mailbox& mailbox)
    : config_(std::move(config)),
      ports_(std::move(ports)),
      settled_(std::move(settled)),
      mailbox_(&mailbox) {}

ResultWorker::~ResultWorker() {
  stop();
  ASSERT(calls_ == 0);
}

void ResultWorker::stop() {
  if (std::exchange(is_stopped_, true)) return;
  if (!thread_) {
    is_stopping_ = true;
    return;
  }
  std::promise<void> drained;
  thread_->post([this, &drained] {
    is_stopping_ = true;
    on_drained_ = [&drained] { drained.set_value(); };
    if (calls_ == 0) on_drained_();
  });
  drained.get_future().wait();
  thread_->stop();
}

ResultWorkerCounts ResultWorker::counts() const {
  return {applied_, repeated_, retried_, aside_, coins_match_, coins_level_up_};
}

void write_results(metrics::Exposition& out, const ResultWorkerCounts& counts) {
  const auto count = [&](const char* name, const char* help, std::int64_t value) {
    out.counter(name, help, {}, static_cast<double>(value));
  };
  count("whoosh_results_applied_total", "Results written.", counts.applied);
  count("whoosh_results_repeated_total", "Results that had been written before.", counts.repeated);
  count("whoosh_results_retried_total", "Attempts to write one that failed.", counts.retried);
  count("whoosh_results_aside_total", "Results that can never be written.", counts.aside);
  const auto coins = [&](const char* reason, std::int64_t value) {
    out.counter("whoosh_coins_in_total", "Coins that people got, by reason.", {{"reason", reason}},
                static_cast<double>(value));
  };
  coins("match", counts.coins_match);
  coins("level_up", counts.coins_level_up);
}

std::int64_t ResultWorker::turn() {
  if (is_stopping_) return idle_ms;
  const std::int64_t now_ms = ports_.clock.monotonic_ms();
  std::int64_t next_ms = idle_ms;
  for (auto& [id, held] : in_hand_) {
    if (held.is_under_way) continue;
    if (held.due_ms > now_ms) {
      next_ms = std::min(next_ms, held.due_ms - now_ms);
    } else {
      apply(id, held);
    }
  }
  if (is_taking_ || in_hand_.size() >= static_cast<std::size_t>(config_.in_flight_max)) {
    return next_ms;
  }
  if (take_due_ms_ > now_ms) return std::min(next_ms, take_due_ms_ - now_ms);
  take();
  return next_ms;
}

// ---- one record's way --------------------------------------------------------------------------

void ResultWorker::take() {
  is_taking_ = true;
  call_began();
  const auto free = config_.in_flight_max - static_cast<std::int32_t>(in_hand_.size());
  ports_.results.take(config_.consumer, free, config_.wait_ms,
                      {mailbox(), [this](base::Result<std::vector<state::Results::Entry>> entries) {
                         is_taking_ = false;
                         if (!is_stopping_) taken(std::move(entries));
                         call_ended();
                       }});
}

void ResultWorker::taken(base::Result<std::vector<state::Results::Entry>> entries) {
  if (!entries) {
    take_due_ms_ = ports_.clock.monotonic_ms() + pause_ms(++take_failures_);
    if (take_failures_ == 1) {
      spdlog::warn("results can't be taken from the stream: {}", entries.error().sentence());
    }
    return;
  }
  if (std::exchange(take_failures_, 0) > 0) spdlog::info("results are taken from the stream again");
  for (state::Results::Entry& entry : *entries) {
    const auto [place, is_new] = in_hand_.try_emplace(std::move(entry.id));
    if (!is_new) continue;  // it waits here for its next try
    place->second.record = std::move(entry.record);
    apply(place->first, place->second);
  }
}

void ResultWorker::apply(const Id& id, InHand& held) {
  held.is_under_way = true;
  call_began();
  ports_.apply(held.record, {mailbox(), [this, id](base::Result<store::AppliedResult> result) {
                               applied(id, std::move(result));
                               call_ended();
                             }});
}

void ResultWorker::applied(const Id& id, base::Result<store::AppliedResult> result) {
  const auto found = in_hand_.find(id);
  ASSERT(found != in_hand_.end());
  InHand& held = found->second;
  held.is_under_way = false;
  if (!result) {
    const base::Error why = result.error();
    ++held.attempts;
    const bool is_away = why.code == base::ErrorCode::unavailable;
    if (is_hopeless(why.code) || (!is_away && held.attempts >= config_.attempts_max)) {
      set_aside(id, held.record, why);
      in_hand_.erase(found);
    } else {
      ++retried_;
      const std::int64_t pause = pause_ms(held.attempts);
      held.due_ms = ports_.clock.monotonic_ms() + pause;
      spdlog::warn("the result of match {} waits {} ms: {}", held.record.id.text(), pause,
                   why.sentence());
    }
    return;
  }
  ++(result->repeated ? repeated_ : applied_);
  if (!result->repeated) {
    for (const match::PlayerAfter& player : result->settlement.players) {
      coins_match_ += player.coins_gained;
      coins_level_up_ += player.level_up_coins;
    }
  }
  settled_(held.record, std::move(*result));
  in_hand_.erase(found);
  call_began();
  ports_.results.done({id}, {mailbox(), [this](base::Result<> done) {
                               if (!done) {
                                 spdlog::info("an applied result will come again: {}",
                                              done.error().sentence());
                               }
                               call_ended();
                             }});
}

void ResultWorker::set_aside(const Id& id, const match::MatchRecord& record,
                             const base::Error& why) {
  const std::string reason(why.sentence());
  spdlog::error("the result of match {} (room {}, epoch {}, {} seats) is set aside as {}: {}",
                record.id.text(), record.room.text(), record.epoch, record.seats.size(), id,
                reason);
  call_began();
  ports_.results.set_aside(id, reason, {mailbox(), [this](base::Result<> done) {
                                          if (done) {
                                            ++aside_;
                                          } else {
                                            spdlog::info("it will come again: {}",
                                                         done.error().sentence());
                                          }
                                          call_ended();
                                        }});
}

void ResultWorker::call_ended() {
  ASSERT(calls_ > 0);
  if (--calls_ == 0 && on_drained_) on_drained_();
}

std::int64_t ResultWorker::pause_ms(std::int32_t failures) const {
  std::int64_t pause = config_.retry_ms_min;
  for (std::int32_t i = 1; i < failures && pause < config_.retry_ms_max; ++i) pause *= 2;
  return std::min(pause, config_.retry_ms_max);
}

}  // namespace whoosh::api
