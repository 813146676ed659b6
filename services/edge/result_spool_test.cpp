// Goal: a result reaches state once state is there, in order, whatever happens in between: an
// outage, a restart, a full disk, garbage in the folder. Method: a pretended state that fails as a
// test says, and real files.
#include "services/edge/result_spool.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

#include "match/record_text.h"

namespace whoosh::edge {
namespace {

namespace fs = std::filesystem;

match::MatchRecord record_of(std::uint64_t number) {
  match::MatchRecord record;
  record.id = base::MatchId::make(number, number);
  record.room = base::RoomId{number};
  record.epoch = 4'000'000'000;
  record.game = "suspect";
  record.started_at = {1'700'000'000'000};
  record.ended_at = {1'700'000'300'123};
  record.played_s = 300;
  record.matchmade = true;
  for (int seat = 0; seat < 3; ++seat) {
    match::SeatRecord row;
    row.user = base::UserId{seat == 2 ? 0 : 100 + seat};
    row.public_id = "p\"" + std::to_string(seat);
    row.name = "Zoë 🎉";
    row.placement = seat + 1;
    row.score = -5 * seat;
    row.team = seat % 2;
    row.is_winner = seat == 0;
    row.feat = seat == 1;
    row.activity_percent = 33;
    row.abandoned = seat == 1;
    row.played_s = seat == 1 ? 20 : -1;
    row.newcomer_seat = seat == 2;
    record.seats.push_back(row);
  }
  return record;
}

// Answers at once, from the caller's thread.
class FlakyResults final : public state::Results {
 public:
  void append(match::MatchRecord record, runtime::Reply<> reply) override {
    const std::lock_guard lock(mutex_);
    if (silent_) return held_.push_back(std::move(reply));
    if (failure_) return reply(*failure_);
    got_.push_back(record);
    reply({});
  }
  void take(std::string, std::int32_t, std::int64_t,
            runtime::Reply<std::vector<Entry>> reply) override {
    reply(base::ErrorCode::unavailable);
  }
  void done(std::vector<std::string>, runtime::Reply<> reply) override { reply({}); }
  void set_aside(std::string, std::string, runtime::Reply<> reply) override { reply({}); }
  void pending(runtime::Reply<std::int64_t> reply) override { reply(std::int64_t{0}); }

  void fail(std::optional<base::ErrorCode> failure) {
    const std::lock_guard lock(mutex_);
    failure_ = failure;
  }
  void fall_silent(bool silent) {
    const std::lock_guard lock(mutex_);
    silent_ = silent;
  }
  void forget_held() {
    std::vector<runtime::Reply<>> held;
    const std::lock_guard lock(mutex_);
    held.swap(held_);
  }
  std::vector<std::uint64_t> rooms() {
    const std::lock_guard lock(mutex_);
    std::vector<std::uint64_t> out;
    for (const match::MatchRecord& record : got_) out.push_back(record.room.value);
    return out;
  }

 private:
  std::mutex mutex_;
  std::optional<base::ErrorCode> failure_;
  bool silent_ = false;
  std::vector<runtime::Reply<>> held_;
  std::vector<match::MatchRecord> got_;
};

class ResultSpoolTest : public ::testing::Test {
 protected:
  ResultSpoolTest() {
    std::string name = (fs::temp_directory_path() / "whoosh_spool_XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    root_ = name;
    options_.folder = root_ + "/results";
    options_.retry_ms_min = 5;
    options_.retry_ms_max = 20;
  }
  ~ResultSpoolTest() override { fs::remove_all(root_); }

  std::unique_ptr<ResultSpool> start() {
    return std::make_unique<ResultSpool>(options_, results_, clock_);
  }
  template <class Condition>
  static bool eventually(Condition condition) {
    for (int i = 0; i < 2'000; ++i) {
      if (condition()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return false;
  }
  [[nodiscard]] std::vector<std::string> files(const std::string& extension) const {
    std::vector<std::string> out;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(options_.folder, none)) {
      if (entry.path().extension() == extension) out.push_back(entry.path().filename().string());
    }
    return out;
  }

  std::string root_;
  ResultSpoolOptions options_;
  FlakyResults results_;
  runtime::OsClock clock_;
};

using Rooms = std::vector<std::uint64_t>;

TEST_F(ResultSpoolTest, NothingTouchesTheDiskWhileStateIsThere) {
  const auto spool = start();
  for (std::uint64_t n = 1; n <= 5; ++n) spool->put(record_of(n));
  EXPECT_TRUE(eventually([&] { return results_.rooms() == (Rooms{1, 2, 3, 4, 5}); }));
  EXPECT_FALSE(fs::exists(options_.folder));
}

TEST_F(ResultSpoolTest, AnOutageIsSatOutInOrder) {
  results_.fail(base::ErrorCode::unavailable);
  const auto spool = start();
  for (std::uint64_t n = 1; n <= 20; ++n) spool->put(record_of(n));
  EXPECT_TRUE(eventually([&] { return spool->waiting() == 20; }));
  results_.fail(std::nullopt);
  spool->put(record_of(21));
  Rooms all;
  for (std::uint64_t n = 1; n <= 21; ++n) all.push_back(n);
  EXPECT_TRUE(eventually([&] { return results_.rooms().size() == 21; }));
  EXPECT_EQ(results_.rooms(), all);
  EXPECT_TRUE(eventually([&] { return spool->waiting() == 0; }));
  EXPECT_TRUE(files(".json").empty());
  EXPECT_EQ(spool->lost(), 0U);
}

TEST_F(ResultSpoolTest, ARestartTakesUpWhatWasLeft) {
  results_.fail(base::ErrorCode::unavailable);
  for (std::uint64_t n : {1, 2}) {
    const auto spool = start();
    spool->put(record_of(n));
    ASSERT_TRUE(eventually([&] { return spool->waiting() == n; }));
  }
  results_.fail(std::nullopt);
  const auto spool = start();
  spool->put(record_of(3));
  EXPECT_TRUE(eventually([&] { return results_.rooms() == (Rooms{1, 2, 3}); }));
}

TEST_F(ResultSpoolTest, WhatHasNoAnswerAtTheEndGoesToDisk) {
  results_.fall_silent(true);
  {
    const auto spool = start();
    spool->put(record_of(1));
    spool->put(record_of(2));
    spool->stop(50);
    results_.forget_held();
  }
  EXPECT_EQ(files(".json").size(), 2U);
  results_.fall_silent(false);
  const auto spool = start();
  EXPECT_TRUE(eventually([&] { return results_.rooms() == (Rooms{1, 2}); }));
}

TEST_F(ResultSpoolTest, AFullSpoolLosesLoudly) {
  options_.files_max = 3;
  results_.fail(base::ErrorCode::unavailable);
  const auto spool = start();
  for (std::uint64_t n = 1; n <= 5; ++n) spool->put(record_of(n));
  EXPECT_TRUE(eventually([&] { return spool->lost() == 2; }));
  EXPECT_EQ(spool->waiting(), 3U);
}

TEST_F(ResultSpoolTest, AnOlderLifesResultIsNotSentForEver) {
  results_.fail(base::ErrorCode::unavailable);
  const auto spool = start();
  spool->put(record_of(1));
  ASSERT_TRUE(eventually([&] { return spool->waiting() == 1; }));
  results_.fail(base::ErrorCode::conflict);
  EXPECT_TRUE(eventually([&] { return spool->waiting() == 0; }));
  EXPECT_EQ(spool->lost(), 0U);
}

TEST_F(ResultSpoolTest, GarbageIsSetAsideAndHalfFilesAreLeft) {
  fs::create_directories(options_.folder);
  const auto write = [&](const std::string& name, const std::string& text) {
    std::ofstream(options_.folder + "/" + name) << text;
  };
  write("00000000000000000001-x.json", "garbage");
  write("00000000000000000002-x.json.part", match::record_text(record_of(2)));
  write("00000000000000000003-x.json", match::record_text(record_of(3)));
  write("notes.txt", "of a person");
  const auto spool = start();
  EXPECT_TRUE(eventually([&] { return results_.rooms() == (Rooms{3}); }));
  EXPECT_TRUE(eventually([&] { return spool->waiting() == 0; }));
  EXPECT_EQ(files(".bad").size(), 1U);
  EXPECT_EQ(files(".txt").size(), 1U);
}

}  // namespace
}  // namespace whoosh::edge
