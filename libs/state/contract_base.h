// What the suites of state/contract.h share: asking a port and waiting for its answer.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <utility>

#include "runtime/clock.h"
#include "runtime/mailbox.h"
#include "runtime/reply.h"

namespace whoosh::state::contract {

using base::ErrorCode;

// Where an answer lands. Checks that it comes once.
template <class T>
struct Slot {
  std::optional<base::Result<T>> answer;

  [[nodiscard]] bool has() const { return answer.has_value(); }
  [[nodiscard]] bool ok() const { return answer && answer->has_value(); }
  [[nodiscard]] ErrorCode error() const {
    return answer && answer->has_error() ? answer->error().code : ErrorCode::internal;
  }
};

template <class Rig>
class Base : public ::testing::Test {
 protected:
  template <class T>
  using Slots = std::shared_ptr<Slot<T>>;

  template <class T>
  runtime::Reply<T> reply_to(const Slots<T>& slot) {
    return runtime::Reply<T>(rig_.mailbox(), [slot](base::Result<T> result) {
      EXPECT_FALSE(slot->has()) << "answered twice";
      slot->answer.emplace(std::move(result));
    });
  }
  // Asks, waits, and expects an answer.
  template <class T, class Ask>
  Slot<T> ask(Ask&& call) {
    auto slot = std::make_shared<Slot<T>>();
    call(reply_to<T>(slot));
    rig_.settle();
    EXPECT_TRUE(slot->has()) << "not answered";
    return *slot;
  }
  [[nodiscard]] base::UnixMs now() { return rig_.clock().now(); }

  Rig rig_;
};

}  // namespace whoosh::state::contract
