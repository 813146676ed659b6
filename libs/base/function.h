// Function<R(Args...)>: a move-only std::function (C++23's std::move_only_function, which g++ 12
// lacks in C++20 mode). One allocation for its target; for cold paths.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

#include "base/assert.h"

namespace whoosh::base {

template <class Signature>
class Function;

template <class R, class... Args>
class Function<R(Args...)> {
 public:
  Function() = default;
  Function(std::nullptr_t) {}  // NOLINT: an empty function

  template <class F>
  requires(!std::is_same_v<std::decay_t<F>, Function> && std::is_invocable_r_v<R, F&, Args...>)
      Function(F&& target)  // NOLINT: a callable is a function
      : target_(std::make_unique<Target<std::decay_t<F>>>(std::forward<F>(target))) {}

  explicit operator bool() const { return target_ != nullptr; }

  R operator()(Args... args) {
    ASSERT(target_ != nullptr);
    return target_->call(std::forward<Args>(args)...);
  }

 private:
  struct Base {
    virtual ~Base() = default;
    virtual R call(Args... args) = 0;
  };
  template <class F>
  struct Target final : Base {
    explicit Target(F f) : function(std::move(f)) {}
    R call(Args... args) override { return function(std::forward<Args>(args)...); }
    F function;
  };
  std::unique_ptr<Base> target_;
};

}  // namespace whoosh::base
