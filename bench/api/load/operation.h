// Operation: one kind of request, what it asks next and whether an answer is the right one. Both
// servers of the comparison have the same routes and JSON (docs/API.md), so an operation does not
// know whom it asks.
//
// Owner: main(); one thread, that of the Driver.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/api/world.h"

namespace whoosh::bench {

// What one connection remembers between its request and the answer.
struct Slot {
  std::uint32_t index = 0;
  std::int64_t user = 0;  // whom the answer must be about
  std::int64_t key = 0;   // whatever else the operation needs
  std::string text;
};

class Operation {
 public:
  virtual ~Operation() = default;
  // The next request of this connection; "": there is nothing left to ask.
  virtual std::string next(Slot& slot) = 0;
  // "": the answer is right, else what is wrong with it.
  virtual std::string wrong(Slot& slot, int status, std::string_view body) = 0;
  // How many one-time things (refresh tokens, purchases) were used up; the next run starts behind.
  [[nodiscard]] virtual std::int64_t used() const { return 0; }
};

// An access token of each regular, by index.
using Tokens = std::vector<std::string>;

struct Shop {
  std::vector<std::string> items;  // ids of what can be bought
};
struct OpenRoom {
  std::string id;
  std::string code;
};

struct OperationSetup {
  const World& world;
  const Tokens& tokens;
  std::string host;  // of the Host header
  std::uint32_t connections = 1;
  std::int64_t first = 0;       // see Operation::used
  Shop shop;                    // purchase
  std::vector<OpenRoom> rooms;  // join
};

// login, refresh, me, user, history, wallet, purchase, join; nullptr: another name.
[[nodiscard]] std::unique_ptr<Operation> make_operation(std::string_view name,
                                                        OperationSetup setup);

// Requests of the set-up.
[[nodiscard]] std::string get_request(std::string_view host, std::string_view path,
                                      std::string_view token);
[[nodiscard]] std::string post_request(std::string_view host, std::string_view path,
                                       std::string_view token, std::string_view body,
                                       std::string_view more_headers = {});

}  // namespace whoosh::bench
