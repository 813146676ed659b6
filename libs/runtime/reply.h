// Reply<T>: where and how an asynchronous call answers: `then(result)` runs on `mailbox`'s thread,
// exactly once. Every port (store, state, the edge as seen from the API) takes one as its last
// argument. Dropping a Reply unanswered answers `unavailable`, so nobody waits for ever.
#pragma once

#include <utility>

#include "base/function.h"
#include "base/result.h"
#include "runtime/mailbox.h"

namespace whoosh::runtime {

template <class T = void>
class Reply {
 public:
  using Then = base::Function<void(base::Result<T>)>;

  Reply(Mailbox& mailbox, Then then) : mailbox_(&mailbox), then_(std::move(then)) {}
  Reply(Reply&& other) noexcept : mailbox_(other.mailbox_), then_(std::move(other.then_)) {
    other.mailbox_ = nullptr;
  }
  Reply& operator=(Reply&&) = delete;
  ~Reply() {
    if (mailbox_ != nullptr) (*this)(base::Error{base::ErrorCode::unavailable});
  }

  // Any thread; once.
  void operator()(base::Result<T> result) {
    ASSERT(mailbox_ != nullptr);
    std::exchange(mailbox_, nullptr)
        ->post([then = std::move(then_), result = std::move(result)]() mutable {
          then(std::move(result));
        });
  }

 private:
  Mailbox* mailbox_;
  Then then_;
};

}  // namespace whoosh::runtime
