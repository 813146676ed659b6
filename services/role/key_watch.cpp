#include "services/role/key_watch.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace whoosh::role {
namespace {

constexpr std::int64_t never_ms = -1;

std::string words_of(const auth::KeySet& keys) {
  std::string out;
  for (const auth::KeySet::Listed& key : keys.list()) {
    if (!out.empty()) out += ", ";
    out += key.kid;
    if (key.kid == keys.signing_kid()) out += " (signs)";
  }
  return out;
}

}  // namespace

KeyReader::KeyReader(KeySource source, const runtime::Clock& clock)
    : source_(std::move(source)), clock_(clock) {}

base::Result<std::shared_ptr<const auth::KeySet>> KeyReader::read(bool always) {
  auto paths = source_.files();
  if (!paths) {
    is_current_ = false;
    return paths.error();
  }
  if (paths->size() > auth::keys_max) paths->resize(auth::keys_max);  // the oldest have expired
  std::vector<FileStamp> stamps;  // before the files are read: a change meanwhile is seen next time
  for (const std::string& path : *paths) stamps.push_back(FileStamp::of(path));
  const bool same = is_current_ && stamps == stamps_;
  if (same && !always && signer() == signing_) return std::shared_ptr<const auth::KeySet>();
  is_current_ = false;
  auto loaded = auth::KeySet::load(*paths);
  if (!loaded) return loaded.error();
  if (source_.needs_private && !loaded->can_sign()) {
    return base::Error{base::ErrorCode::invalid_input,
                       "--keys has public keys only, but this role signs: it needs a private "
                       "one."};
  }
  get_to_know(loaded->list(), stamps);
  stamps_ = std::move(stamps);
  signing_ = signer();
  if (!signing_.empty()) loaded->sign_with(signing_);
  is_current_ = true;
  return std::make_shared<const auth::KeySet>(std::move(*loaded));
}

void KeyReader::get_to_know(const std::vector<auth::KeySet::Listed>& keys,
                            const std::vector<FileStamp>& stamps) {
  const std::int64_t now_ms = clock_.monotonic_ms();
  std::map<std::string, std::int64_t> known;
  for (std::size_t at = 0; at < keys.size(); ++at) {
    std::int64_t since_ms = now_ms;
    if (is_first_) {
      const std::int64_t written_ms = stamps[at].written_ns / 1'000'000;
      since_ms -= std::max<std::int64_t>(0, clock_.now().value - written_ms);
    }
    const auto before = known_since_ms_.find(keys[at].kid);
    if (before != known_since_ms_.end()) since_ms = before->second;
    known.emplace(keys[at].kid, since_ms);
  }
  known_since_ms_ = std::move(known);
  keys_ = keys;
  is_first_ = false;
}

std::string KeyReader::signer() const {
  std::string last;
  for (const auth::KeySet::Listed& key : keys_) {
    if (!key.is_private) continue;
    const std::int64_t known_ms = clock_.monotonic_ms() - known_since_ms_.at(key.kid);
    if (known_ms >= source_.settle_ms) return key.kid;
    last = key.kid;
  }
  return last;
}

std::int64_t KeyReader::settles_in_ms() const {
  std::int64_t soonest_ms = never_ms;
  for (const auth::KeySet::Listed& key : keys_) {
    if (key.kid == signing_) break;  // no later one is preferred to it
    if (!key.is_private) continue;
    const std::int64_t known_ms = clock_.monotonic_ms() - known_since_ms_.at(key.kid);
    const std::int64_t in_ms = std::max<std::int64_t>(0, source_.settle_ms - known_ms);
    soonest_ms = soonest_ms == never_ms ? in_ms : std::min(soonest_ms, in_ms);
  }
  return soonest_ms;
}

KeyWatch::KeyWatch(std::unique_ptr<KeyReader> reader, auth::TokenAuthority& authority,
                   std::int64_t period_ms)
    : period_ms_(period_ms),
      reader_(std::move(reader)),
      authority_(authority),
      thread_([this] { return turn(); }) {}

void KeyWatch::reload() {
  thread_.post([this] { look(true); });
}

std::int64_t KeyWatch::turn() {
  look(false);
  if (is_stale_) return period_ms_;
  const std::int64_t settles_in_ms = reader_->settles_in_ms();
  return settles_in_ms < 0 ? period_ms_ : std::clamp<std::int64_t>(settles_in_ms, 1, period_ms_);
}

void KeyWatch::look(bool always) {
  const auto keys = reader_->read(always);
  is_stale_ = !keys;
  if (!keys) {
    const std::string complaint(keys.error().sentence());
    if (std::exchange(complaint_, complaint) == complaint) return;
    spdlog::error("the keys can't be read again, the former ones stay in use: {}", complaint);
    return;
  }
  complaint_.clear();
  if (*keys == nullptr) return;
  authority_.replace_keys(*keys);
  ++reloads_;
  spdlog::info("keys: {}", words_of(**keys));
}

void KeyWatch::collect(metrics::Exposition& out) const {
  const auto keys = authority_.keys();
  out.gauge("whoosh_keys", "Keys that check tokens.", {}, static_cast<double>(keys->list().size()));
  if (keys->can_sign()) {
    out.gauge("whoosh_keys_signing_info", "1 for the key that signs.",
              {{"kid", std::string(keys->signing_kid())}}, 1);
  }
  out.gauge("whoosh_keys_stale",
            "1: the key files can't be read, the keys of the last time that they could are in use.",
            {}, is_stale_ ? 1 : 0);
  out.counter("whoosh_keys_reloads_total", "Times that the keys were replaced.", {},
              static_cast<double>(reloads_.load()));
}

}  // namespace whoosh::role
