#include "services/edge/result_spool.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <utility>

#include "match/record_text.h"

namespace whoosh::edge {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;

constexpr std::size_t number_digits = 20;

// A descriptor that closes itself.
class File {
 public:
  File(const std::string& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  [[nodiscard]] bool is_open() const { return fd_ >= 0; }
  [[nodiscard]] bool write_all(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t written = ::write(fd_, text.data(), text.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
  }
  [[nodiscard]] bool sync() const { return ::fsync(fd_) == 0; }

 private:
  int fd_;
};

// The whole of it or nothing, also when the machine stops in the middle.
bool write_durably(const std::string& folder, const std::string& name, std::string_view text) {
  const std::string path = folder + "/" + name;
  const std::string part = path + ".part";
  {
    const File file(part, O_WRONLY | O_CREAT | O_TRUNC);
    if (!file.is_open() || !file.write_all(text) || !file.sync()) return false;
  }
  if (std::rename(part.c_str(), path.c_str()) != 0) return false;
  const File entry(folder, O_RDONLY | O_DIRECTORY);
  return entry.is_open() && entry.sync();
}

}  // namespace

ResultSpool::ResultSpool(ResultSpoolOptions options, state::Results& results,
                         const runtime::Clock& clock)
    : options_(std::move(options)),
      results_(results),
      clock_(clock),
      thread_([this] { return turn(); }) {
  thread_.post([this] { find_files(); });
}

void ResultSpool::put(match::MatchRecord record) {
  thread_.post([this, record = std::move(record)]() mutable { take(std::move(record)); });
}

void ResultSpool::stop(std::int64_t wait_ms) {
  if (std::exchange(stopped_, true)) return;
  constexpr std::int64_t step_ms = 20;
  for (std::int64_t waited = 0; waited < wait_ms; waited += step_ms) {
    std::promise<bool> idle;
    thread_.post([&] { idle.set_value(in_flight_.empty()); });
    if (idle.get_future().get()) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(step_ms));
  }
  std::promise<void> kept;
  thread_.post([&] {
    stopping_ = true;
    for (const auto& [number, record] : in_flight_) keep(record);
    in_flight_.clear();
    kept.set_value();
  });
  kept.get_future().wait();
  thread_.stop();
}

// ---- on the own thread
// -----------------------------------------------------------------------------------

std::int64_t ResultSpool::turn() {
  constexpr std::int64_t nothing_due_ms = 60'000;
  if (!found_ || stopping_ || sending_ || files_.empty()) return nothing_due_ms;
  const std::int64_t now_ms = clock_.monotonic_ms();
  if (now_ms < due_ms_) return due_ms_ - now_ms;
  send_oldest();
  return sending_ ? nothing_due_ms : 0;  // it was set aside: on to the next
}

void ResultSpool::find_files() {
  std::error_code error;
  for (fs::directory_iterator at(options_.folder, error), end; !error && at != end;
       at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (name.size() > number_digits && name.ends_with(".json")) files_.push_back(name);
  }
  if (error && error != std::errc::no_such_file_or_directory)
    spdlog::error("the spool {} can't be read: {}", options_.folder, error.message());
  std::sort(files_.begin(), files_.end());
  if (!files_.empty()) {
    const std::string& last = files_.back();
    std::from_chars(last.data(), last.data() + number_digits, next_number_);
    ++next_number_;
    spdlog::info("{} results of an earlier start wait in {}", files_.size(), options_.folder);
  }
  waiting_ = files_.size();
  found_ = true;
}

void ResultSpool::take(match::MatchRecord record) {
  if (!files_.empty() || in_flight_.size() >= options_.in_flight_max || stopping_)
    keep(record);
  else
    send(std::move(record));
}

void ResultSpool::send(match::MatchRecord record) {
  const Number number = next_number_++;
  in_flight_.emplace(number, record);
  results_.append(std::move(record), runtime::Reply<>(thread_, [this, number](base::Result<> done) {
                    sent(number, done);
                  }));
}

void ResultSpool::sent(Number number, const base::Result<>& done) {
  const auto found = in_flight_.find(number);
  if (found == in_flight_.end()) return;  // kept by stop()
  const match::MatchRecord record = std::move(found->second);
  in_flight_.erase(found);
  if (done) return;
  if (done.error().code == ErrorCode::conflict) {
    spdlog::warn("the result of match {} is refused: a later life of its room has played",
                 record.id.text());
    return;
  }
  spdlog::warn("the result of match {} waits on disk: {}", record.id.text(),
               done.error().sentence());
  if (files_.empty()) pause();
  keep(record);
}

void ResultSpool::send_oldest() {
  const std::string name = files_.front();
  std::ifstream file(path_of(name));
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file) return set_aside(name, "it can't be read");
  auto record = match::read_record(text);
  if (!record) return set_aside(name, "it " + std::string(record.error().sentence()));
  sending_ = true;
  results_.append(std::move(*record),
                  runtime::Reply<>(thread_, [this](base::Result<> done) { oldest_sent(done); }));
}

void ResultSpool::oldest_sent(const base::Result<>& done) {
  sending_ = false;
  if (!done && done.error().code != ErrorCode::conflict) {
    pause();
    return;
  }
  if (!done) spdlog::warn("the result {} is refused: a later life has played", files_.front());
  pause_ms_ = 0;
  due_ms_ = 0;
  std::error_code error;
  fs::remove(path_of(files_.front()), error);
  if (error) spdlog::error("{} can't be removed: {}", files_.front(), error.message());
  drop_oldest();
  if (files_.empty()) spdlog::info("no result waits on disk any more");
}

void ResultSpool::pause() {
  pause_ms_ = std::clamp(2 * pause_ms_, options_.retry_ms_min, options_.retry_ms_max);
  due_ms_ = clock_.monotonic_ms() + pause_ms_;
}

void ResultSpool::keep(const match::MatchRecord& record) {
  const auto lose = [&](std::string_view why) {
    ++lost_;
    spdlog::error("the result of match {} is lost: {}", record.id.text(), why);
  };
  if (files_.size() >= options_.files_max) return lose("the spool is full");
  std::error_code error;
  fs::create_directories(options_.folder, error);
  if (error) return lose(error.message());
  std::string name = fmt::format("{:020}-{}.json", next_number_++, record.id.text());
  if (!write_durably(options_.folder, name, match::record_text(record) + "\n"))
    return lose("it can't be written to the spool");
  files_.push_back(std::move(name));
  waiting_ = files_.size();
}

std::string ResultSpool::path_of(const std::string& name) const {
  return options_.folder + "/" + name;
}

void ResultSpool::set_aside(const std::string& name, std::string_view why) {
  spdlog::error("the spooled result {} is set aside as {}.bad: {}", name, name, why);
  std::error_code error;
  fs::rename(path_of(name), path_of(name) + ".bad", error);
  if (error) spdlog::error("{} can't be renamed: {}", name, error.message());
  drop_oldest();
}

void ResultSpool::drop_oldest() {
  files_.pop_front();
  waiting_ = files_.size();
}

}  // namespace whoosh::edge
