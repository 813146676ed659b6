// Goal: what is published reaches the list and then the callback, once each, also across failures
// and restarts of the other side. Method: a port that the test plays, and a fast poll.
#include "state/revocation_feed.h"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace whoosh::state {
namespace {

using namespace std::chrono_literals;

// Answers what it is told to, and writes down with which cursors it was asked.
// Lock ledger: mutex_ protects all; taken in every call; nothing is called under it.
class Played final : public Revocations {
 public:
  void publish(std::vector<Revoked> revoked, Reply<> reply) override {
    {
      const std::lock_guard lock(mutex_);
      for (Revoked& one : revoked) log_.push_back(std::move(one));
    }
    reply({});
  }
  void since(std::string cursor, Reply<News> reply) override {
    base::Result<News> answer = base::ErrorCode::unavailable;
    {
      const std::lock_guard lock(mutex_);
      cursors_.push_back(cursor);
      asked_.notify_all();
      if (!away_) {
        const std::size_t from = cursor.empty() ? 0 : std::stoul(cursor);
        answer = News{{log_.begin() + static_cast<std::ptrdiff_t>(from), log_.end()},
                      std::to_string(log_.size())};
      }
    }
    reply(std::move(answer));
  }
  void be_away(bool away) {
    const std::lock_guard lock(mutex_);
    away_ = away;
  }
  // The cursors of the next `count` questions.
  std::vector<std::string> next(std::size_t count) {
    std::unique_lock lock(mutex_);
    cursors_.clear();
    asked_.wait_for(lock, 5s, [&] { return cursors_.size() >= count; });
    return cursors_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable asked_;
  std::vector<Revoked> log_;
  std::vector<std::string> cursors_;
  bool away_ = false;
};

// Lock ledger: mutex_ protects heard_; nothing is called under it.
class RevocationFeedTest : public testing::Test {
 protected:
  Revoked of(std::int64_t user, std::string family) const {
    const UnixMs now = clock.now();
    return {UserId{user}, std::move(family), false, now, now.plus_ms(until_ms)};
  }
  void publish(const Revoked& revoked) {
    port.publish({revoked}, {mailbox, [](base::Result<>) {}});
  }
  void publish(std::int64_t user, std::string family) { publish(of(user, std::move(family))); }
  void start(std::int64_t forget_ms = 60'000) {
    feed = std::make_unique<RevocationFeed>(
        port, list, clock,
        [this](std::span<const Revoked> fresh) {
          for (const Revoked& one : fresh) {
            EXPECT_TRUE(list.is_revoked(one.user, one.family, one.at)) << "the list knows first";
            const std::lock_guard lock(mutex_);
            heard_.push_back(one.family);
            changed_.notify_all();
          }
        },
        RevocationFeed::Options{2, forget_ms});
  }
  std::vector<std::string> heard(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, 5s, [&] { return heard_.size() >= count; });
    return heard_;
  }

  runtime::OsClock clock;
  runtime::QueueMailbox mailbox;
  Played port;
  RevocationList list;
  std::int64_t until_ms = 60'000;
  std::unique_ptr<RevocationFeed> feed;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> heard_;
};

using Names = std::vector<std::string>;

TEST_F(RevocationFeedTest, BeginsWithWhatIsThereAndGoesOnWithWhatIsNew) {
  publish(1, "old");
  start();
  EXPECT_EQ(heard(1), Names{"old"});
  const Revoked twice = of(2, "new");
  publish(twice);
  EXPECT_EQ(heard(2), (Names{"old", "new"}));
  publish(twice);
  publish(3, "newest");
  EXPECT_EQ(heard(3), (Names{"old", "new", "newest"}));
  EXPECT_EQ(feed->failures(), 0U);
}

TEST_F(RevocationFeedTest, AnErrorKeepsTheCursor) {
  publish(1, "a");
  start();
  EXPECT_EQ(heard(1), Names{"a"});
  port.be_away(true);
  publish(1, "b");
  for (const std::string& cursor : port.next(4)) EXPECT_EQ(cursor, "1");
  EXPECT_GE(feed->failures(), 2U);
  port.be_away(false);
  EXPECT_EQ(heard(2), (Names{"a", "b"}));
}

TEST_F(RevocationFeedTest, SilenceGrowsWhileNobodyAnswers) {
  start();
  port.next(3);
  EXPECT_LT(feed->silence_ms(), 5'000);
  port.be_away(true);
  port.next(2);
  const std::int64_t before = feed->silence_ms();
  port.next(10);
  EXPECT_GT(feed->silence_ms(), before);
}

TEST_F(RevocationFeedTest, WhatIsOverIsForgotten) {
  until_ms = 40;
  publish(1, "short");
  start(10);
  EXPECT_EQ(heard(1), Names{"short"});
  for (int i = 0; i < 500 && list.size() > 0; ++i) port.next(2);
  EXPECT_EQ(list.size(), 0U);
}

TEST_F(RevocationFeedTest, NothingIsHeardAfterStop) {
  start();
  port.next(1);
  feed->stop();
  publish(1, "late");
  feed->stop();
  EXPECT_FALSE(list.is_revoked(UserId{1}, "late", clock.now()));
}

}  // namespace
}  // namespace whoosh::state
