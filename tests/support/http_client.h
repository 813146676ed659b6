// A plain HTTP/1.1 client for tests: blocking sockets on loopback, nothing hidden, so that a test
// may also send what no decent client would. One thread per connection. Every read gives up after
// timeout_ms.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace whoosh::tests {

using HttpHeaders = std::map<std::string, std::string>;

struct HttpAnswer {
  int status = 0;       // 0: no answer, the connection was closed or nothing came in time
  HttpHeaders headers;  // names in lower case
  std::string body;

  [[nodiscard]] std::string header(const std::string& lower_case_name) const {
    const auto found = headers.find(lower_case_name);
    return found == headers.end() ? std::string() : found->second;
  }
};

class RawConnection {
 public:
  explicit RawConnection(std::uint16_t port, int timeout_ms = 10'000) : timeout_ms_(timeout_ms) {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ =
        ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~RawConnection() { ::close(socket_); }
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;

  [[nodiscard]] bool connected() const { return connected_; }

  // False: the peer has closed.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  // What comes next, whatever it is; "" at the end or when nothing came in time.
  std::string read_some() {
    if (buffer_.empty() && !fill()) return {};
    return std::exchange(buffer_, {});
  }

  // The next response. `head_only`: it answers a HEAD, so no body follows.
  HttpAnswer read(bool head_only = false) {
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
      if (!fill()) return {};
    }
    HttpAnswer answer = parse_head(buffer_.substr(0, end));
    buffer_.erase(0, end + 4);
    const std::string length = answer.header("content-length");
    const std::size_t size = length.empty() ? 0 : std::strtoull(length.c_str(), nullptr, 10);
    if (head_only) return answer;
    while (buffer_.size() < size) {
      if (!fill()) return {};
    }
    answer.body = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return answer;
  }

  // True iff the peer ends the connection in time (whatever it still sends is skipped).
  bool closed_by_peer() {
    while (fill()) buffer_.clear();
    return ended_;
  }

 private:
  bool fill() {
    pollfd ready{socket_, POLLIN, 0};
    if (::poll(&ready, 1, timeout_ms_) <= 0) return false;
    char bytes[8192];
    const ssize_t got = ::recv(socket_, bytes, sizeof bytes, 0);
    if (got <= 0) {
      ended_ = true;
      return false;
    }
    buffer_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }

  static HttpAnswer parse_head(const std::string& head) {
    HttpAnswer answer;
    answer.status = head.size() > 12 ? std::atoi(head.c_str() + 9) : 0;
    std::size_t at = head.find("\r\n");
    while (at != std::string::npos) {
      const std::size_t begin = at + 2;
      at = head.find("\r\n", begin);
      const std::string line = head.substr(begin, at == std::string::npos ? at : at - begin);
      const std::size_t colon = line.find(": ");
      if (colon == std::string::npos) continue;
      std::string name = line.substr(0, colon);
      std::transform(name.begin(), name.end(), name.begin(),
                     [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      std::string& value = answer.headers[name];
      value += (value.empty() ? "" : ", ") + line.substr(colon + 2);
    }
    return answer;
  }

  int socket_ = -1;
  int timeout_ms_;
  bool connected_ = false;
  bool ended_ = false;
  std::string buffer_;
};

// One request on a connection of its own. A body is sent as JSON unless the headers say otherwise.
inline HttpAnswer http_request(std::uint16_t port, const std::string& method,
                               const std::string& target, const HttpHeaders& headers = {},
                               const std::optional<std::string>& body = std::nullopt) {
  RawConnection connection(port, 40'000);
  std::string text = method + " " + target + " HTTP/1.1\r\n";
  if (!headers.contains("Host")) text += "Host: localhost:" + std::to_string(port) + "\r\n";
  for (const auto& [name, value] : headers) text += name + ": " + value + "\r\n";
  if (body) {
    if (!headers.contains("Content-Type")) text += "Content-Type: application/json\r\n";
    text += "Content-Length: " + std::to_string(body->size()) + "\r\n";
  }
  text += "Connection: close\r\n\r\n" + body.value_or("");
  connection.send(text);
  return connection.read(method == "HEAD");
}

}  // namespace whoosh::tests
