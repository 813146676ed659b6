#include "bench/api/load/setup.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <thread>

#include "auth/keys.h"
#include "auth/tokens.h"
#include "base/json.h"
#include "bench/api/load/http_connection.h"
#include "runtime/clock.h"

namespace whoosh::bench {
namespace {

constexpr int answer_timeout_ms = 10'000;

// Asks once and waits for the answer's body.
std::string ask(const sockaddr_in& server, std::string request, int wanted) {
  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  Progress progress = Progress::failed;
  std::string body;
  int status = 0;
  {
    HttpConnection connection(server, epoll, 0);
    progress = connection.send(std::move(request));
    epoll_event event{};
    while (progress == Progress::waiting && ::epoll_wait(epoll, &event, 1, answer_timeout_ms) > 0) {
      progress = connection.on_ready();
    }
    if (progress == Progress::answered) {
      status = connection.status();
      body = connection.body();
    }
  }
  ::close(epoll);
  if (status == wanted) return body;
  throw std::runtime_error(fmt::format("the set-up got status {} instead of {}: {}", status, wanted,
                                       body.substr(0, 200)));
}

}  // namespace

void write_tokens(const World& world, const std::string& key, const std::string& path) {
  const std::string keys[] = {key};
  auto loaded = auth::KeySet::load(keys);
  if (!loaded) {
    const base::Error error = loaded.error();
    throw std::runtime_error(std::string(error.sentence()));
  }
  const auth::TokenAuthority authority(std::make_shared<const auth::KeySet>(std::move(*loaded)));
  runtime::OsClock clock;
  Tokens tokens(static_cast<std::size_t>(world.regulars()));
  const auto sign = [&](std::size_t from, std::size_t step) {  // half a millisecond each
    for (std::size_t index = from; index < tokens.size(); index += step) {
      const std::int64_t id = world.regular(static_cast<std::int64_t>(index));
      auth::Identity identity;
      identity.user = base::UserId{id};
      identity.username = world.username(id);
      identity.display_name = identity.username;
      identity.session = world.session(id);
      identity.jti = fmt::format("bench-{:016x}", mixed(5, static_cast<std::uint64_t>(id)));
      tokens[index] = authority.make_access(identity, clock.now()).value();
    }
  };
  const std::size_t threads = std::max(1u, std::thread::hardware_concurrency());
  std::vector<std::thread> signers;
  for (std::size_t at = 0; at < threads; ++at) signers.emplace_back(sign, at, threads);
  for (std::thread& signer : signers) signer.join();
  std::ofstream file(path);
  for (const std::string& token : tokens) file << token << '\n';
  file.flush();
  if (!file) throw std::runtime_error("can't write " + path);
}

Tokens read_tokens(const World& world, const std::string& path) {
  std::ifstream file(path);
  Tokens tokens;
  for (std::string line; std::getline(file, line);) tokens.push_back(std::move(line));
  if (std::ssize(tokens) != world.regulars()) {
    throw std::runtime_error(
        fmt::format("{} holds {} tokens, {} are needed", path, tokens.size(), world.regulars()));
  }
  return tokens;
}

sockaddr_in address_of(const std::string& server) {
  const auto colon = server.rfind(':');
  sockaddr_in address{};
  address.sin_family = AF_INET;
  const int port = colon == std::string::npos ? 0 : std::atoi(server.c_str() + colon + 1);
  if (port < 1 || port > 65535 ||
      ::inet_pton(AF_INET, server.substr(0, colon).c_str(), &address.sin_addr) != 1) {
    throw std::runtime_error("--server takes an address and a port: 127.0.0.1:8000");
  }
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

Shop read_shop(const sockaddr_in& server, const std::string& host, const std::string& token) {
  const std::string body = ask(server, get_request(host, "/api/store", token), 200);
  base::JsonParser parser(1 << 20);
  const auto answer = parser.parse(body);
  const auto items = answer ? answer->get("items") : std::nullopt;
  Shop shop;
  if (items) {
    items->for_each_element([&](const base::JsonValue& item) {
      const auto price = item.get("price");
      const auto id = item.get("item_id");
      const auto name = id ? id->as_string() : std::nullopt;
      if (name && price && price->as_integer().value_or(0) > 0) shop.items.emplace_back(*name);
    });
  }
  if (shop.items.empty()) throw std::runtime_error("the shop has nothing to buy: " + body);
  return shop;
}

std::vector<OpenRoom> make_rooms(const sockaddr_in& server, const std::string& host,
                                 const Tokens& tokens, std::size_t count) {
  std::vector<OpenRoom> rooms;
  base::JsonParser parser(1 << 16);
  for (std::size_t at = 0; at < count; ++at) {
    const std::string body = ask(
        server,
        post_request(host, "/api/rooms", tokens[at % tokens.size()], R"({"game":"suspect"})"), 201);
    const auto answer = parser.parse(body);
    const auto room = answer ? answer->get("room") : std::nullopt;
    const auto code = answer ? answer->get("code") : std::nullopt;
    if (!room || !code || !room->as_string() || !code->as_string()) {
      throw std::runtime_error("a new room has no id and code: " + body);
    }
    rooms.push_back({std::string(*room->as_string()), std::string(*code->as_string())});
  }
  return rooms;
}

}  // namespace whoosh::bench
