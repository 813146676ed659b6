// HttpConnection: one client connection: a request goes out, its answer comes in, the connection
// stays. Never blocks. Understands what both servers send: HTTP/1.1 with Content-Length; anything
// else counts as a failure. A server that closes after its answer is connected to anew with the
// next request.
//
// Owner: the Driver, which also owns the epoll descriptor; one thread.
#pragma once

#include <netinet/in.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace whoosh::bench {

enum class Progress : std::uint8_t {
  waiting,
  answered,
  failed  // refused, reset, cut short, or not understood
};

class HttpConnection {
 public:
  HttpConnection(const sockaddr_in& server, int epoll, std::uint32_t index)
      : server_(server), epoll_(epoll), index_(index) {}
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;
  ~HttpConnection() { close(); }

  // REQUIRES: nothing is under way. `request` is a whole one.
  [[nodiscard]] Progress send(std::string request);
  [[nodiscard]] Progress on_ready();

  // Of the last answer; until the next send().
  [[nodiscard]] int status() const { return status_; }
  [[nodiscard]] std::string_view body() const;
  [[nodiscard]] std::int64_t connects() const { return connects_; }
  void close();

 private:
  [[nodiscard]] bool open();
  [[nodiscard]] bool write_rest();
  [[nodiscard]] Progress parse();
  [[nodiscard]] Progress fail();

  const sockaddr_in server_;
  const int epoll_;
  const std::uint32_t index_;
  int socket_ = -1;
  std::string out_;
  std::size_t written_ = 0;
  std::string in_;
  std::size_t body_at_ = 0;  // 0: the head is not complete
  std::size_t body_bytes_ = 0;
  bool closes_ = false;
  int status_ = 0;
  std::int64_t connects_ = 0;
};

}  // namespace whoosh::bench
