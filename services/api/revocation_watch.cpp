#include "services/api/revocation_watch.h"

#include <spdlog/spdlog.h>

#include <chrono>
#include <thread>

namespace whoosh::api {
namespace {

constexpr std::int64_t first_answer_ms_max = 2'000;
constexpr std::int64_t forget_every_ms = 60'000;

state::Revoked revoked_of(const store::Revocation& row) {
  return {row.user, row.family, row.reason == store::RevocationReason::banned, row.at, row.until};
}

}  // namespace

RevocationWatch::RevocationWatch(const Ports& ports, std::int64_t poll_ms)
    : ports_(ports), poll_ms_(poll_ms) {}

RevocationWatch::~RevocationWatch() {
  stop();
}

void RevocationWatch::start() {
  thread_ = std::make_shared<runtime::LoopThread>([this] { return turn(); });
  thread_->post([this] { started_ = true; });
  constexpr std::int64_t step_ms = 2;
  for (std::int64_t waited = 0; !ready_ && waited < first_answer_ms_max; waited += step_ms) {
    std::this_thread::sleep_for(std::chrono::milliseconds(step_ms));
  }
}

void RevocationWatch::stop() {
  if (thread_) thread_->stop();
}

void RevocationWatch::hear(const std::vector<store::Revocation>& revocations) {
  std::vector<state::Revoked> rows;
  rows.reserve(revocations.size());
  for (const store::Revocation& row : revocations) rows.push_back(revoked_of(row));
  std::vector<state::Revoked> fresh = ports_.revoked.add(rows);
  if (!fresh.empty() && ports_.on_revoked) ports_.on_revoked(std::move(fresh));
}

std::int64_t RevocationWatch::turn() {
  if (!started_) return poll_ms_;
  const std::int64_t now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                                  std::chrono::steady_clock::now().time_since_epoch())
                                  .count();
  if (now_ms >= next_forget_ms_) {
    next_forget_ms_ = now_ms + forget_every_ms;
    ports_.revoked.forget(ports_.clock.now());
  }
  if (asking_) return poll_ms_;
  if (now_ms >= next_poll_ms_) {
    next_poll_ms_ = now_ms + poll_ms_;
    poll();
  }
  return next_poll_ms_ - now_ms;
}

void RevocationWatch::poll() {
  asking_ = true;
  const base::UnixMs now = ports_.clock.now();
  std::optional<base::UnixMs> since;
  if (polled_at_) since = polled_at_->plus_ms(-revocation_overlap_ms);
  using Rows = std::vector<store::Revocation>;
  ports_.store.revocations(
      now, since,
      runtime::Reply<Rows>(*thread_, [this, now, alive = thread_](base::Result<Rows> rows) {
        asking_ = false;
        if (!rows) {
          if (!std::exchange(failing_, true)) {
            spdlog::warn("revoked sessions could not be read: {}", rows.error().sentence());
          }
          return;
        }
        failing_ = false;
        polled_at_ = now;
        hear(*rows);
        ready_ = true;
      }));
}

}  // namespace whoosh::api
