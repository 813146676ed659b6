// bytes_per_player: what one seated player costs Service B, room share included. Real rooms of
// eight play Suspect over real sockets; the server's resident memory is read before, after the
// upgrade, and in the running match, in which everybody has answered and said whom he suspects.
//
//   bytes_per_player [--rooms N] [--seconds S] [--log-bytes N] [--io auto|epoll|io_uring]
//                    [--directory-in-memory 1] [--check 1]
//
// With --check: exit code 1 when a player in a running match costs more than
// services/edge/memory_budget.h allows. 77: this process may not have so many descriptors.
#include <fmt/format.h>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <future>
#include <thread>

#include "bench/bytes_per_player/crowd.h"
#include "runtime/loop_thread.h"
#include "services/edge/edge_server.h"
#include "services/edge/memory_budget.h"
#include "state/memory/directory.h"
#include "state/memory/rate_limits.h"

namespace whoosh::bench {
namespace {

constexpr std::int64_t seats = 8;

struct Plan {
  std::int64_t rooms = 1000;
  std::int64_t seconds = 60;
  std::int64_t log_bytes = shard::log_bytes_max;
  std::int64_t check = 0;
  net::Io io = net::Io::Auto;
  std::int64_t in_memory = 0;  // 1: the room directory is in this process, as in whoosh solo
};

net::Io io_of(const char* name) {
  if (const auto io = net::parse_io(name)) return *io;
  fmt::print(stderr, "--io {}: it is auto, epoll or io_uring\n", name);
  std::exit(2);
}

Plan plan_of(int argc, char** argv) {
  Plan plan;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::int64_t value = std::atoll(argv[i + 1]);
    if (std::strcmp(argv[i], "--rooms") == 0)
      plan.rooms = value;
    else if (std::strcmp(argv[i], "--seconds") == 0)
      plan.seconds = value;
    else if (std::strcmp(argv[i], "--log-bytes") == 0)
      plan.log_bytes = value;
    else if (std::strcmp(argv[i], "--io") == 0)
      plan.io = io_of(argv[i + 1]);
    else if (std::strcmp(argv[i], "--directory-in-memory") == 0)
      plan.in_memory = value;
    else if (std::strcmp(argv[i], "--check") == 0)
      plan.check = value;
  }
  return plan;
}

std::int64_t resident_bytes() {
  malloc_trim(0);
  std::ifstream statm("/proc/self/statm");
  std::int64_t pages = 0;
  std::int64_t resident = 0;
  statm >> pages >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

// The directory of a cluster: it is another process (Redis), so what it keeps is not counted here.
class DirectoryElsewhere final : public state::Directory {
 public:
  void claim_room(state::RoomEntry entry, runtime::Reply<state::RoomEntry> reply) override {
    entry.code = "AAAA";
    reply(std::move(entry));
  }
  void find_room(base::RoomId, runtime::Reply<state::RoomEntry> reply) override {
    reply(base::ErrorCode::room_not_found);
  }
  void find_code(std::string, runtime::Reply<state::RoomEntry> reply) override {
    reply(base::ErrorCode::room_not_found);
  }
  void release_room(base::RoomId, std::uint32_t, runtime::Reply<> reply) override {
    reply(base::Result<>());
  }
  void release_node(std::string, std::uint16_t, runtime::Reply<std::int64_t> reply) override {
    reply(std::int64_t{0});
  }
  void rooms(std::string, std::optional<std::string>, std::int32_t,
             runtime::Reply<Page> reply) override {
    reply(Page{});
  }
  void public_rooms(std::string, std::optional<std::string>, std::int32_t,
                    runtime::Reply<Page> reply) override {
    reply(Page{});
  }
};

// No room is made over the socket here.
class NoGateway final : public api::EdgeGateway {
 public:
  void create_room(api::NewRoom, runtime::Reply<state::RoomEntry> reply) override {
    reply(base::ErrorCode::unavailable);
  }
  void room_card(state::RoomEntry, runtime::Reply<wire::RoomCard> reply) override {
    reply(base::ErrorCode::room_not_found);
  }
  void may_join(state::RoomEntry, base::UserId, wire::Role,
                runtime::Reply<wire::Role> reply) override {
    reply(base::ErrorCode::room_not_found);
  }
  void notify(base::UserId, std::string) override {}
  [[nodiscard]] std::string ws_url(const state::RoomEntry&, std::string_view) const override {
    return {};
  }
  void rooms(api::RoomsAsked, runtime::Reply<api::RoomsPage> reply) override {
    reply(api::RoomsPage{});
  }
  void room_report(state::RoomEntry, runtime::Reply<wire::RoomReport> reply) override {
    reply(base::ErrorCode::room_not_found);
  }
  void close_room(state::RoomEntry, std::string, runtime::Reply<> reply) override {
    reply(base::ErrorCode::room_not_found);
  }
  void nodes(runtime::Reply<std::vector<wire::NodeReport>> reply) override {
    reply(std::vector<wire::NodeReport>{});
  }
  void drain_node(std::string, bool, runtime::Reply<> reply) override {
    reply(base::ErrorCode::node_not_found);
  }
};

base::Result<state::RoomEntry> make_room(edge::EdgeServer& server, runtime::Mailbox& mailbox,
                                         base::UserId host) {
  auto answer = std::make_shared<std::promise<base::Result<state::RoomEntry>>>();
  api::NewRoom room;
  room.game = "suspect";
  room.creator = host;
  server.create_room(room, runtime::Reply<state::RoomEntry>(
                               mailbox, [answer](base::Result<state::RoomEntry> entry) {
                                 answer->set_value(std::move(entry));
                               }));
  return answer->get_future().get();
}

// The limit is raised as far as this process may; the crowd inherits it.
bool has_descriptors(std::int64_t players) {
  constexpr std::int64_t others = 512;
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<std::int64_t>(limit.rlim_cur) >= players + others;
}

void report(const char* when, std::int64_t bytes, std::int64_t players) {
  fmt::print("{:<34} {:>12} bytes, {:>6} a player\n", when, bytes, bytes / players);
  std::fflush(stdout);
}

// The exit code.
int verdict(const Plan& plan, std::int64_t bytes) {
  constexpr auto budget = static_cast<std::int64_t>(edge::budget::resident_bytes_max);
  if (plan.check == 0 || bytes <= budget * plan.rooms * seats) return 0;
  fmt::print(stderr, "{} bytes a player are allowed\n", budget);
  return 1;
}

int run(const Plan& plan) {
  if (!has_descriptors(plan.rooms * seats)) {
    fmt::print(stderr, "too few descriptors for {} players (ulimit -Hn)\n", plan.rooms * seats);
    return 77;
  }
  auto crowd = Crowd::start();
  if (!crowd) return 1;
  runtime::OsClock clock;
  runtime::OsEntropy entropy;
  const auto pem = auth::make_key_pem();
  const std::string pems[] = {*pem};
  auth::TokenAuthority authority(
      std::make_shared<const auth::KeySet>(std::move(*auth::KeySet::from_pem(pems))));
  DirectoryElsewhere elsewhere;
  state::memory::Directory in_memory(entropy);
  state::Directory& directory =
      plan.in_memory ? static_cast<state::Directory&>(in_memory) : elsewhere;
  runtime::LoopThread mailbox;
  edge::EdgeConfig config;
  config.listen = "127.0.0.1";
  config.port = 0;
  config.rate_limits = false;
  config.net.io = plan.io;
  config.shard.log_bytes = static_cast<std::uint32_t>(plan.log_bytes);
  state::memory::RateLimits limits;
  const state::RevocationList revocations;
  const std::int64_t without = resident_bytes();
  edge::EdgeServer server(config, {authority, directory, limits, revocations, clock},
                          [](match::MatchRecord) {});
  NoGateway gateway;
  if (const auto started = server.start(gateway); !started) {
    fmt::print(stderr, "{}\n", started.error().sentence());
    return 1;
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  const std::int64_t players = plan.rooms * seats;
  const std::int64_t before = resident_bytes();
  report("the server, idle", before - without, players);
  for (std::int64_t i = 0; i < plan.rooms; ++i) {
    const base::UserId host{i * seats + 1};
    const auto room = make_room(server, mailbox, host);
    if (!room) return 1;
    for (std::int64_t seat = 0; seat < seats; ++seat) {
      auth::SeatTicket ticket;
      ticket.user = base::UserId{host.value + seat};
      ticket.jti = base::user_id_text(ticket.user);
      ticket.name = fmt::format("player {}", ticket.user.value);
      ticket.room = room->room;
      ticket.role = "player";
      const auto text = authority.make_seat(ticket, clock.now());
      if (!text) return 1;
      const base::UserId other{host.value + (seat + 1) % seats};
      crowd->add(server.port(), room->room.text(), *text, base::user_id_text(other), seat == 0);
    }
  }
  report("rooms made", resident_bytes() - before, players);
  const std::int64_t in_room = crowd->connect_all();
  if (in_room != players) {
    fmt::print(stderr, "only {} of {} were let in\n", in_room, players);
    return 1;
  }
  std::this_thread::sleep_for(std::chrono::seconds(1));
  report("all seated, waiting", resident_bytes() - before, players);
  crowd->begin();
  std::this_thread::sleep_for(std::chrono::seconds(plan.seconds));
  const std::int64_t playing = resident_bytes() - before;
  report(fmt::format("playing for {} s", plan.seconds).c_str(), playing, players);
  server.stop();
  return verdict(plan, playing);
}

}  // namespace
}  // namespace whoosh::bench

int main(int argc, char** argv) {
  return whoosh::bench::run(whoosh::bench::plan_of(argc, argv));
}
