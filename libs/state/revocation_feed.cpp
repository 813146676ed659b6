#include "state/revocation_feed.h"

#include <algorithm>

namespace whoosh::state {

RevocationFeed::RevocationFeed(Revocations& revocations, RevocationList& list,
                               const runtime::Clock& clock, Fresh fresh, Options options)
    : revocations_(revocations),
      list_(list),
      clock_(clock),
      fresh_(std::move(fresh)),
      options_(options),
      ask_ms_(clock.monotonic_ms()),
      forget_ms_(ask_ms_ + options.forget_ms),
      heard_ms_(ask_ms_),
      thread_([this] { return turn(); }) {}

std::int64_t RevocationFeed::turn() {
  const std::int64_t now_ms = clock_.monotonic_ms();
  if (now_ms >= forget_ms_) {
    list_.forget(clock_.now());
    forget_ms_ = now_ms + options_.forget_ms;
  }
  if (asking_) return options_.poll_ms;  // the answer wakes the thread
  if (now_ms >= ask_ms_) {
    ask();
    return options_.poll_ms;
  }
  return std::min(ask_ms_ - now_ms, options_.poll_ms);
}

void RevocationFeed::ask() {
  asking_ = true;
  revocations_.since(
      cursor_, {thread_, [this](base::Result<Revocations::News> news) { heard(std::move(news)); }});
}

void RevocationFeed::heard(base::Result<Revocations::News> news) {
  asking_ = false;
  const std::int64_t now_ms = clock_.monotonic_ms();
  ask_ms_ = now_ms + options_.poll_ms;
  if (!news) {
    ++failures_;
    return;
  }
  heard_ms_ = now_ms;
  cursor_ = std::move(news->cursor);
  const std::vector<Revoked> fresh = list_.add(news->revoked);
  if (!fresh.empty()) fresh_(fresh);
}

}  // namespace whoosh::state
