#include "services/edge/log_files.h"

#include <spdlog/spdlog.h>

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

namespace whoosh::edge {
namespace {

constexpr std::size_t queue_max = 64;
constexpr std::size_t files_max = 1'000;

struct LogFile {
  std::string folder;
  base::RoomId room;
  std::string text;
};

std::size_t files_in(const std::string& folder) {
  std::error_code error;
  std::size_t count = 0;
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error))
    ++count;
  return count;
}

void write(const LogFile& file) {
  std::error_code error;
  std::filesystem::create_directories(file.folder, error);
  if (files_in(file.folder) >= files_max) {
    spdlog::error("the log of room {} is not kept: {} has {} already", file.room.text(),
                  file.folder, files_max);
    return;
  }
  const std::string path = file.folder + "/" + file.room.text() + ".jsonl";
  std::ofstream out(path, std::ios::binary);
  out << file.text;
  out.close();
  if (!out)
    spdlog::error("can't write the match log {}", path);
  else
    spdlog::error("the log of room {} is in {}", file.room.text(), path);
}

// Lock ledger: mutex_ protects files_ and stop_; taken by keep_match_log and the writer; nothing is
// called under it.
class Writer {
 public:
  Writer() : thread_([this] { run(); }) {}
  ~Writer() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }

  bool add(LogFile file) {
    {
      const std::lock_guard lock(mutex_);
      if (files_.size() >= queue_max) return false;
      files_.push_back(std::move(file));
    }
    wake_.notify_one();
    return true;
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, [this] { return stop_ || !files_.empty(); });
      if (files_.empty()) return;
      const LogFile file = std::move(files_.front());
      files_.pop_front();
      lock.unlock();
      write(file);
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<LogFile> files_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace

void keep_match_log(const std::string& folder, base::RoomId room, std::string_view log) {
  if (folder.empty()) return;
  static Writer writer;  // started by the first broken room
  if (!writer.add({folder, room, std::string(log)})) {
    spdlog::error("the log of room {} is lost: {} others wait for the disk", room.text(),
                  queue_max);
  }
}

}  // namespace whoosh::edge
