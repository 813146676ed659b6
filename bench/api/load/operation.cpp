#include "bench/api/load/operation.h"

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/json.h"

namespace whoosh::bench {
namespace {

constexpr std::size_t body_bytes_max = 256 * 1024;
constexpr std::int64_t history_rows = 20;

std::optional<base::JsonValue> parse(std::string_view body) {
  static base::JsonParser parser(body_bytes_max);
  const auto parsed = parser.parse(body);
  return parsed ? std::optional(*parsed) : std::nullopt;
}

std::optional<std::int64_t> integer_at(const base::JsonValue& object, std::string_view key) {
  const auto member = object.get(key);
  return member ? member->as_integer() : std::nullopt;
}

std::string text_at(const base::JsonValue& object, std::string_view key) {
  const auto member = object.get(key);
  return std::string(member ? member->as_string().value_or("") : "");
}

// The user whom an access token is about. Its signature is the server's business.
std::int64_t user_of_token(const std::string& token) {
  const auto begin = token.find('.') + 1;
  const auto payload = base::base64url_decode(token.substr(begin, token.find('.', begin) - begin));
  const auto claims = payload ? parse(*payload) : std::nullopt;
  const auto id = claims ? base::parse_user_id(text_at(*claims, "sub")) : std::nullopt;
  return id ? id->value : 0;
}

std::string no_such(int wanted, int status, std::string_view body) {
  return fmt::format("status {} instead of {}: {}", status, wanted, body.substr(0, 200));
}

// A cheap sequence that visits all of `count` in an order without pattern.
std::int64_t scattered(std::uint64_t turn, std::int64_t count) {
  return static_cast<std::int64_t>(mixed(99, turn) % static_cast<std::uint64_t>(count));
}

class Base : public Operation {
 public:
  explicit Base(OperationSetup setup) : setup_(std::move(setup)) {}

 protected:
  [[nodiscard]] const World& world() const { return setup_.world; }
  // Chooses a regular for this connection; its token.
  const std::string& choose_regular(Slot& slot) {
    slot.key = scattered(++turn_, world().regulars());
    slot.user = world().regular(slot.key);
    return setup_.tokens[static_cast<std::size_t>(slot.key)];
  }
  [[nodiscard]] std::string wrong_profile(const Slot& slot, int status,
                                          std::string_view body) const {
    if (status != 200) return no_such(200, status, body);
    const auto profile = parse(body);
    if (!profile || integer_at(*profile, "id") != slot.user ||
        text_at(*profile, "username") != world().username(slot.user)) {
      return fmt::format("not the profile of {}: {}", slot.user, body);
    }
    return {};
  }

  OperationSetup setup_;
  std::uint64_t turn_ = 0;
};

class Me final : public Base {
 public:
  using Base::Base;
  std::string next(Slot& slot) override {
    return get_request(setup_.host, "/api/users/me", choose_regular(slot));
  }
  std::string wrong(Slot& slot, int status, std::string_view body) override {
    return wrong_profile(slot, status, body);
  }
};

// Anybody's public profile, so that all of the table is read.
class User final : public Base {
 public:
  using Base::Base;
  std::string next(Slot& slot) override {
    const std::string& token = choose_regular(slot);
    slot.user = 1 + scattered(turn_ ^ 0xabcdef, world().people());
    return get_request(setup_.host, fmt::format("/api/users/{}", slot.user), token);
  }
  std::string wrong(Slot& slot, int status, std::string_view body) override {
    return wrong_profile(slot, status, body);
  }
};

// What the person has: seeded coins and earned ones, without what purchases of other runs took.
class Wallet final : public Base {
 public:
  using Base::Base;
  std::string next(Slot& slot) override {
    return get_request(setup_.host, "/api/economy/wallet", choose_regular(slot));
  }
  std::string wrong(Slot& slot, int status, std::string_view body) override {
    if (status != 200) return no_such(200, status, body);
    const auto wallet = parse(body);
    const auto coins = wallet ? integer_at(*wallet, "coins") : std::nullopt;
    if (!coins || *coins <= 0 || *coins > 2 * regular_coins ||
        text_at(*wallet, "updated_at").empty()) {
      return fmt::format("not the wallet of {}: {}", slot.user, body.substr(0, 200));
    }
    return {};
  }
};

class HistoryPage final : public Base {
 public:
  using Base::Base;
  std::string next(Slot& slot) override {
    const std::string path = fmt::format("/api/game/history?limit={}", history_rows);
    return get_request(setup_.host, path, choose_regular(slot));
  }
  std::string wrong(Slot& slot, int status, std::string_view body) override {
    if (status != 200) return no_such(200, status, body);
    const auto page = parse(body);
    const auto items = page ? page->get("items") : std::nullopt;
    if (!items) return fmt::format("no page: {}", body.substr(0, 200));
    std::string newest;
    items->for_each_element([&](const base::JsonValue& row) {
      if (newest.empty()) newest = text_at(row, "match_id");
    });
    const auto rows = std::min(history_rows, world().matches_of(slot.key));
    if (newest != world().match_id(world().newest_match_of(slot.key)).text() ||
        static_cast<std::int64_t>(items->size()) != rows) {
      return fmt::format("not the history of {}: {}", slot.user, body.substr(0, 200));
    }
    return {};
  }
};

class Login final : public Base {
 public:
  using Base::Base;
  std::string next(Slot& slot) override {
    slot.user = 1 + scattered(++turn_, world().people());
    const std::string body = fmt::format(R"({{"username":"{}","password":"{}"}})",
                                         world().username(slot.user), password_of_all);
    return post_request(setup_.host, "/api/auth/login", {}, body);
  }
  std::string wrong(Slot& slot, int status, std::string_view body) override {
    if (status != 200) return no_such(200, status, body);
    const auto answer = parse(body);
    const auto user = answer ? answer->get("user") : std::nullopt;
    if (!user || integer_at(*user, "id") != slot.user || text_at(*answer, "refresh").empty() ||
        user_of_token(text_at(*answer, "access")) != slot.user) {
      return fmt::format("not a sign-in of {}: {}", slot.user, body.substr(0, 200));
    }
    return {};
  }
};

// Each connection goes round among people of its own, so that nobody's token is used twice and no
// session grows long. The first token of each is the seeded one.
class Refresh final : public Base {
 public:
  explicit Refresh(OperationSetup setup)
      : Base(std::move(setup)),
        size_(std::max<std::int64_t>(
            std::min<std::int64_t>(regulars_max, (world().people() - setup_.first) / 8) /
                setup_.connections,
            0)),
        turns_(setup_.connections),
        tokens_(static_cast<std::size_t>(size_ * setup_.connections)) {}

  std::string next(Slot& slot) override {
    if (size_ == 0) return {};
    slot.key = slot.index * size_ + turns_[slot.index]++ % size_;
    slot.user = 1 + setup_.first + slot.key;
    std::string& token = tokens_[static_cast<std::size_t>(slot.key)];
    if (token.empty()) token = base::base64url(world().refresh_secret(slot.user));
    return post_request(setup_.host, "/api/auth/token/refresh", {},
                        fmt::format(R"({{"refresh":"{}"}})", token));
  }
  std::string wrong(Slot& slot, int status, std::string_view body) override {
    if (status != 200) return no_such(200, status, body);
    const auto answer = parse(body);
    std::string access = answer ? text_at(*answer, "access") : "";
    std::string fresh = answer ? text_at(*answer, "refresh") : "";
    if (fresh.empty() || user_of_token(access) != slot.user) {
      return fmt::format("no tokens of {}: {}", slot.user, body.substr(0, 200));
    }
    tokens_[static_cast<std::size_t>(slot.key)] = std::move(fresh);
    return {};
  }
  [[nodiscard]] std::int64_t used() const override { return size_ * setup_.connections; }

 private:
  std::int64_t size_;  // people of each connection
  std::vector<std::int64_t> turns_;
  std::vector<std::string> tokens_;
};

// Every regular buys every item once.
class Purchase final : public Base {
 public:
  using Base::Base;
  std::string next(Slot& slot) override {
    const std::int64_t number = setup_.first + used_;
    const std::int64_t item = number / world().regulars();
    if (item >= static_cast<std::int64_t>(setup_.shop.items.size())) return {};
    ++used_;
    slot.key = number % world().regulars();
    slot.user = world().regular(slot.key);
    slot.text = setup_.shop.items[static_cast<std::size_t>(item)];
    return post_request(setup_.host, "/api/store/purchase",
                        setup_.tokens[static_cast<std::size_t>(slot.key)],
                        fmt::format(R"({{"item_id":"{}"}})", slot.text),
                        fmt::format("Idempotency-Key: bench-{}\r\n", number));
  }
  std::string wrong(Slot& slot, int status, std::string_view body) override {
    if (status != 201) return no_such(201, status, body);
    const auto answer = parse(body);
    if (!answer || body.find(slot.text) == body.npos || !integer_at(*answer, "balance")) {
      return fmt::format("not a purchase of {}: {}", slot.text, body.substr(0, 200));
    }
    return {};
  }
  [[nodiscard]] std::int64_t used() const override { return used_; }

 private:
  std::int64_t used_ = 0;
};

class Join final : public Base {
 public:
  using Base::Base;
  std::string next(Slot& slot) override {
    if (setup_.rooms.empty()) return {};
    const std::string& token = choose_regular(slot);
    const OpenRoom& room = setup_.rooms[turn_ % setup_.rooms.size()];
    slot.text = room.id;
    return post_request(setup_.host, fmt::format("/api/rooms/{}/join", room.code), token, "{}");
  }
  std::string wrong(Slot& slot, int status, std::string_view body) override {
    if (status != 200) return no_such(200, status, body);
    const auto answer = parse(body);
    const std::string ticket = answer ? text_at(*answer, "ticket") : "";
    if (ticket.empty() || text_at(*answer, "room") != slot.text ||
        user_of_token(ticket) != slot.user) {
      return fmt::format("not an invitation of {}: {}", slot.user, body.substr(0, 200));
    }
    return {};
  }
};

}  // namespace

std::unique_ptr<Operation> make_operation(std::string_view name, OperationSetup setup) {
  if (name == "me") return std::make_unique<Me>(std::move(setup));
  if (name == "user") return std::make_unique<User>(std::move(setup));
  if (name == "wallet") return std::make_unique<Wallet>(std::move(setup));
  if (name == "history") return std::make_unique<HistoryPage>(std::move(setup));
  if (name == "login") return std::make_unique<Login>(std::move(setup));
  if (name == "refresh") return std::make_unique<Refresh>(std::move(setup));
  if (name == "purchase") return std::make_unique<Purchase>(std::move(setup));
  if (name == "join") return std::make_unique<Join>(std::move(setup));
  return nullptr;
}

std::string get_request(std::string_view host, std::string_view path, std::string_view token) {
  return fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\r\n", path, host,
                     token);
}

std::string post_request(std::string_view host, std::string_view path, std::string_view token,
                         std::string_view body, std::string_view more_headers) {
  const std::string authorization =
      token.empty() ? "" : fmt::format("Authorization: Bearer {}\r\n", token);
  return fmt::format(
      "POST {} HTTP/1.1\r\nHost: {}\r\n{}{}Content-Type: application/json\r\n"
      "Content-Length: {}\r\n\r\n{}",
      path, host, authorization, more_headers, body.size(), body);
}

}  // namespace whoosh::bench
