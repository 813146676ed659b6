// One edge, at its own addresses: does it answer, does it know our secret and our key, what time
// has it. The requests name a room that nobody has, so that a good credential is followed by
// "room_not_found", and nothing is entered anywhere.
#include <fmt/format.h>

#include "auth/cluster_key.h"
#include "auth/tokens.h"
#include "runtime/clock.h"
#include "runtime/entropy.h"
#include "services/doctor/checks.h"
#include "services/doctor/probe.h"
#include "services/role/key_files.h"

namespace whoosh::doctor {
namespace {

constexpr const char* clocks_or_secret =
    "Give every process the same --cluster-secret-file, and start it again; with clocks 30 s apart "
    "it looks the same.";

// The last one there could be: whoever has it is neither banned nor signed out.
constexpr base::UserId nobodys_id{(std::int64_t{1} << 53) - 1};

std::string host_text(const std::string& host) {
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

Ask with_limits(const Config& config, Ask ask) {
  ask.timeout_ms = config.timeout_ms;
  ask.ca_file = config.ca_file;
  return ask;
}

// A signed call that only reads. False: nobody is there, and asking on is of no use.
bool check_internal(const Config& config, const state::Node& node, Notes& notes) {
  const std::string address =
      fmt::format("{}:{}", host_text(node.internal_host), node.internal_port);
  const auto url = parse_url(fmt::format("http://{}/internal/load", address));
  const auto key = auth::ClusterKey::from_secret(config.api.cluster_secret);
  if (!url) {
    notes.fail("node-internal", node.name, fmt::format("{} is no address.", address),
               "Give that edge --internal-host: the address by which the others reach it.");
    return false;
  }
  Ask call = with_limits(config, {});
  call.method = "POST";
  call.body = "{}";
  call.headers["Content-Type"] = "application/json";
  if (key) {
    call.headers[std::string(auth::pass_header)] = key->make_pass(
        auth::call_text(call.method, url->path, call.body), runtime::OsClock().now());
  }
  const auto told = ask(*url, call);
  if (!told) {
    notes.fail("node-internal", node.name,
               fmt::format("{} does not answer: {}", address, told.error().sentence()),
               fmt::format("Give it an address that the other machines reach: --internal-listen "
                           "0.0.0.0 --internal-host ADDRESS on {}, and let port {} through.",
                           node.name, node.internal_port));
    return false;
  }
  if (const auto ahead = ahead_s(*told))
    notes.add(judge_clock("node-clock", node.name, *ahead * 1000));
  if (!key) {
    notes.skip("node-secret", "there is no cluster secret to compare.",
               "Give --cluster-secret-file.");
  } else if (told->status == 200) {
    notes.ok("node-secret", node.name, "it knows the cluster's secret.");
  } else {
    notes.fail(
        "node-secret", node.name,
        fmt::format("{} answers {} {} to a call signed with --cluster-secret.", address,
                    told->status, told->code()),
        told->status == 401 ? clocks_or_secret : "Is that port this edge's --internal-port?");
  }
  return true;
}

base::RoomId nobodys_room() {
  return base::RoomId::make(state::node_numbers_max, base::ShardNo{0}, runtime::OsEntropy().u64());
}

// To the very edge, past what is in front of it; TLS there is for another name.
base::Result<Told> knock(const state::Node& node, const std::string& query, Ask request) {
  request.checks_certificate = false;
  Url url{false, node.internal_host, node.edge_port, "/ws" + query};
  auto told = ask(url, request);
  if (told && told->status == 400 && told->body.find("TLS only") != std::string::npos) {
    url.tls = true;
    told = ask(url, request);
  }
  return told;
}

void check_token(const Config& config, const state::Node& node, const auth::TokenAuthority& tokens,
                 Notes& notes) {
  auth::Identity nobody;
  nobody.user = nobodys_id;
  nobody.username = "whoosh-doctor";
  const auto token = tokens.make_access(nobody, runtime::OsClock().now());
  if (!token) {
    notes.skip("node-keys", "the keys given can't sign.", "Give --keys as api has it.");
    return;
  }
  Ask request = with_limits(config, upgrade(""));
  request.headers["Authorization"] = "Bearer " + *token;
  const auto told = knock(node, "?game_id=" + nobodys_room().text(), std::move(request));
  const std::string kid(tokens.keys()->signing_kid());
  if (!told) {
    notes.fail("node-edge", node.name,
               fmt::format("its WebSocket port {}:{} does not answer: {}", node.internal_host,
                           node.edge_port, told.error().sentence()),
               "Edges forward players to each other there: --listen must take the other machines.");
  } else if (told->code() == "bad_token" || told->code() == "token_expired") {
    notes.fail("node-keys", node.name,
               fmt::format("it refuses a token of our key, kid {}: {}.", kid, told->code()),
               "Give it the public half of every key that api has (--keys, a folder or files) and "
               "send it SIGHUP; whoosh keys --data DIR lists the kids. Clocks far apart look the "
               "same.");
  } else if (told->code() == "room_not_found") {
    notes.ok("node-keys", node.name, fmt::format("it takes tokens of kid {}.", kid));
  } else {
    notes.warn("node-keys", node.name,
               fmt::format("it answers {} {} to a token of ours.", told->status, told->code()),
               "Ask again when it has room, and see its log.");
  }
}

void check_ticket(const Config& config, const state::Node& node, const auth::TokenAuthority& tokens,
                  Notes& notes) {
  auth::SeatTicket ticket;
  ticket.jti = nobodys_room().text();
  ticket.user = nobodys_id;
  ticket.name = "whoosh-doctor";
  ticket.room = nobodys_room();
  ticket.role = "player";
  const auto text = tokens.make_seat(ticket, runtime::OsClock().now());
  if (!text) return;  // told as the keys'
  Ask request = with_limits(config, upgrade(""));
  request.headers["Sec-WebSocket-Protocol"] = "whoosh.v1, ticket." + *text;
  const auto told = knock(node, "", std::move(request));
  if (!told) return;  // told as node-edge
  if (told->code() == "bad_ticket")
    notes.fail("node-tickets", node.name, "it refuses a seat ticket made with --cluster-secret.",
               clocks_or_secret);
  else if (told->code() == "room_not_found")
    notes.ok("node-tickets", node.name, "it takes our seat tickets.");
}

}  // namespace

Findings check_node(const Config& config, const state::Node& node) {
  Notes notes;
  if (check_internal(config, node, notes)) {
    const auto paths = role::given_key_files(config.api.keys);
    auto keys = paths ? auth::KeySet::load(*paths) : base::Result<auth::KeySet>(paths.error());
    const auto secret = auth::ClusterKey::from_secret(config.api.cluster_secret);
    if (keys && secret) {
      const auth::TokenAuthority tokens(std::make_shared<auth::KeySet>(std::move(*keys)), {},
                                        *secret);
      check_token(config, node, tokens, notes);
      check_ticket(config, node, tokens, notes);
    } else {
      notes.skip("node-keys", "there are no keys, or no secret, to compare.",
                 "Give --keys as api has it, and --cluster-secret-file.");
    }
  }
  const auto pages = parse_url(config.pages());
  const std::string origin = pages ? pages->origin() : "";
  if (!node.ws_url.empty()) {
    notes.add(check_door(config, {node.name, node.ws_url, origin, "advertise-ws-url"}));
  } else if (config.api.edge_url.empty() &&
             pages) {  // then api names the pages' host with its port
    const Url url{pages->tls, pages->host, node.edge_port, "/ws"};
    notes.add(
        check_door(config, {node.name, url.text(url.tls ? "wss" : "ws"), origin, "edge-url"}));
  }
  return notes.take();
}

}  // namespace whoosh::doctor
