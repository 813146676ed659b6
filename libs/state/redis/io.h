// Io and Socket: the IO thread's loop and its connections, plain or over TLS, as callbacks. The one
// place of this module that knows Boost.Asio. Owner: Client; sockets are shared by whoever uses
// them and their own operations under way.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/function.h"
#include "base/result.h"
#include "runtime/mailbox.h"
#include "state/redis/options.h"

namespace whoosh::state::redis {

// The IO thread's only. After close() no callback is called any more.
class Socket {
 public:
  using Done = base::Function<void(std::string wrong)>;  // "": it went well
  using Arrived = base::Function<void(std::string_view bytes)>;

  virtual ~Socket() = default;
  // Resolves, connects, and shakes hands. server_name: what the certificate must be for; "": not
  // checked.
  virtual void connect(const Endpoint& to, std::string server_name, Done done) = 0;
  // One at a time.
  virtual void write(std::string bytes, Done done) = 0;
  // Calls `arrived` with each piece until the connection ends, then `ended` once.
  virtual void read(Arrived arrived, Done ended) = 0;
  virtual void close() = 0;
};

class Io final : public runtime::Mailbox {
 public:
  // With what TLS needs, if the options say so. invalid_input: a file that can't be read (its name
  // is in the sentence).
  [[nodiscard]] static base::Result<std::unique_ptr<Io>> open(const Options& options);
  ~Io() override;

  // Any thread.
  void post(runtime::Task task) override;
  void stop();
  // Before run(): `work` is called again and again.
  void every(std::int64_t ms, std::function<void()> work);
  // On the calling thread, until stop().
  void run();
  // After run() has returned: what was posted since, but no timer.
  void run_rest();
  [[nodiscard]] std::shared_ptr<Socket> socket();

 private:
  struct Impl;
  explicit Io(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace whoosh::state::redis
