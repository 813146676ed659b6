// Goal: a loop's mailbox keeps the order, loses nothing, and outlives its loop. Method: a real
// io_context that the test runs by hand, and threads that post.
#include "http/loop_mailbox.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace whoosh::http {
namespace {

namespace asio = boost::asio;

TEST(LoopMailbox, RunsWhatWasPostedInOrderAndNeverInsidePost) {
  asio::io_context loop{1};
  const auto mailbox = std::make_shared<LoopMailbox>(loop);
  std::string order;
  mailbox->post([&] {
    order += 'a';
    mailbox->post([&] { order += 'c'; });
  });
  mailbox->post([&] { order += 'b'; });
  EXPECT_EQ(order, "");
  loop.run();
  EXPECT_EQ(order, "abc");
}

TEST(LoopMailbox, LosesNothingThatSeveralThreadsPost) {
  constexpr int threads = 4;
  constexpr int posts = 10'000;
  asio::io_context loop{1};
  const auto mailbox = std::make_shared<LoopMailbox>(loop);
  std::vector<int> last(threads, -1);
  int ran = 0;
  auto guard = std::make_unique<asio::executor_work_guard<asio::io_context::executor_type>>(
      loop.get_executor());
  std::vector<std::thread> posters;
  for (int thread = 0; thread < threads; ++thread) {
    posters.emplace_back([&, thread] {
      for (int number = 0; number < posts; ++number) {
        mailbox->post([&, thread, number] {
          EXPECT_EQ(last[static_cast<std::size_t>(thread)] + 1, number);
          last[static_cast<std::size_t>(thread)] = number;
          if (++ran == threads * posts) guard.reset();
        });
      }
    });
  }
  loop.run();
  for (std::thread& poster : posters) poster.join();
  EXPECT_EQ(ran, threads * posts);
}

TEST(LoopMailbox, TheEndOfATurnComesAfterWhatWasReady) {
  asio::io_context loop{1};
  const auto mailbox = std::make_shared<LoopMailbox>(loop);
  std::string order;
  for (const char name : {'a', 'b', 'c'}) {
    asio::post(loop, [&, name] {
      order += name;
      mailbox->at_turn_end([&, name] { order += static_cast<char>(name - 'a' + 'A'); });
    });
  }
  loop.run();
  EXPECT_EQ(order, "abcABC");
}

TEST(LoopMailbox, DropsWhatComesAfterItsLoopAndFreesWhatWaited) {
  auto loop = std::make_unique<asio::io_context>(1);
  auto mailbox = std::make_shared<LoopMailbox>(*loop);
  const auto held = std::make_shared<int>(0);
  mailbox->post([held, mailbox] {});
  mailbox->at_turn_end([held, mailbox] {});
  mailbox->close();
  mailbox->post([held] {});
  loop.reset();
  EXPECT_EQ(held.use_count(), 1);
  const std::weak_ptr<LoopMailbox> gone = mailbox;
  mailbox.reset();
  EXPECT_TRUE(gone.expired());
}

}  // namespace
}  // namespace whoosh::http
