// Who the client talks to: the part of client.h that follows sentinels and cluster nodes.
#include <algorithm>

#include "state/redis/client.h"

namespace whoosh::state::redis {

namespace {
constexpr std::int64_t doubt_pause_ms = 100;  // between two questions when in doubt
}

LinkRole Client::data_role() const {
  return {options_.user, options_.password, options_.database,
          options_.topology == Topology::sentinel};
}

LinkRole Client::sentinel_role() const {
  if (options_.topology == Topology::cluster) return {options_.user, options_.password, 0, false};
  return {options_.sentinel_user, options_.sentinel_password, 0, false};
}

Link& Client::link_to(const Endpoint& endpoint) {
  std::unique_ptr<Link>& link = links_[endpoint];
  if (!link) {
    const LinkContext context{*io_, options_, rng_};
    link = std::make_unique<Link>(context, endpoint, data_role());
  }
  return *link;
}

// One that nobody waits on; nullptr: there are too many.
Link* Client::blocking_link_to(const Endpoint& endpoint) {
  for (const std::unique_ptr<Link>& link : blocking_) {
    if (link->endpoint() == endpoint && link->is_idle()) return link.get();
  }
  if (blocking_.size() >= blocking_links_max) {
    std::erase_if(blocking_, [](const auto& link) { return link->is_idle(); });
    if (blocking_.size() >= blocking_links_max) return nullptr;
  }
  const LinkContext context{*io_, options_, rng_};
  return blocking_.emplace_back(std::make_unique<Link>(context, endpoint, data_role())).get();
}

Link* Client::route(const Attempt& attempt) {
  const Endpoint* to = nullptr;
  if (attempt.is_asking) {
    to = &attempt.to;
  } else if (options_.topology == Topology::cluster) {
    if (!attempt.request.key.empty()) {
      to = slots_.node_of(slot_of(attempt.request.key));
    } else if (!slots_.nodes().empty()) {
      to = &slots_.nodes()[rng_.below(static_cast<std::uint32_t>(slots_.nodes().size()))];
    }
  } else if (master_) {
    to = &*master_;
  }
  if (to == nullptr) return nullptr;
  return attempt.request.block_ms > 0 ? blocking_link_to(*to) : &link_to(*to);
}

// Nobody can be asked: calls that wait for the topology wait in vain.
bool Client::is_hopeless() const {
  if (options_.topology == Topology::single) return true;
  return guide_failures_ >= static_cast<int>(options_.endpoints.size());
}

void Client::check_links(std::int64_t now_ms) {
  for (const auto& [endpoint, link] : links_) {
    link->check(now_ms);
    const bool is_away = link->state() == Link::State::away;
    if (is_away) {
      tell(endpoint.text(), "Redis at " + endpoint.text() + " is away: " + link->trouble());
    } else if (link->state() == Link::State::ready && told_.contains(endpoint.text())) {
      tell(endpoint.text(), "Redis at " + endpoint.text() + " is back");
    }
  }
  for (const auto& link : blocking_) link->check(now_ms);
  std::erase_if(blocking_, [](const auto& link) {
    return link->state() == Link::State::away && link->is_idle();
  });
  for (const auto& [endpoint, link] : guides_) link->check(now_ms);
}

// Asks when in doubt, and sentinels now and then: a master may be replaced without our connection
// to it breaking (a partition).
void Client::find_out(std::int64_t now_ms) {
  if (options_.topology == Topology::single || is_asking_guide_ || now_ms < ask_due_ms_) return;
  if (options_.topology == Topology::cluster) {
    if (!is_doubtful_) return;
    ask_slots();
  } else {
    ask_sentinel();
  }
}

// ---- cluster -----------------------------------------------------------------------------------

// The configured nodes and those learned since, in turn.
void Client::ask_slots() {
  std::vector<Endpoint> known = options_.endpoints;
  for (const Endpoint& node : slots_.nodes()) {
    if (std::find(known.begin(), known.end(), node) == known.end()) known.push_back(node);
  }
  const Endpoint node = known[guide_++ % known.size()];
  Link& link = link_to(node);
  is_asking_guide_ = true;
  is_doubtful_ = false;  // what is learned from now on may raise new doubts
  link.send(encode(std::vector<std::string>{"CLUSTER", "SLOTS"}), 1, options_.command_timeout_ms,
            [this, node](const Outcome& outcome) { slots_came(node, outcome); });
}

void Client::slots_came(const Endpoint& from, const Outcome& outcome) {
  is_asking_guide_ = false;
  const std::int64_t now_ms = steady_now_ms();
  ask_due_ms_ = now_ms + doubt_pause_ms;
  const bool is_known = outcome.kind == Outcome::Kind::answered && slots_.read(outcome.value, from);
  if (!is_known) {
    is_doubtful_ = true;
    ++guide_failures_;
    return;
  }
  guide_failures_ = 0;
  // Nodes that have left, or have lost all their slots.
  for (auto link = links_.begin(); link != links_.end();) {
    const auto& nodes = slots_.nodes();
    const bool is_needed = !link->second->is_idle() ||
                           std::find(nodes.begin(), nodes.end(), link->first) != nodes.end();
    link = is_needed ? std::next(link) : links_.erase(link);
  }
}

// ---- sentinel ----------------------------------------------------------------------------------

void Client::ask_sentinel() {
  const std::size_t index = guide_ % options_.endpoints.size();
  const Endpoint& sentinel = options_.endpoints[index];
  std::unique_ptr<Link>& link = guides_[sentinel];
  if (!link) {
    const LinkContext context{*io_, options_, rng_};
    link = std::make_unique<Link>(context, sentinel, sentinel_role());
  }
  is_asking_guide_ = true;
  is_doubtful_ = false;
  const std::vector<std::string> question{"SENTINEL", "get-master-addr-by-name",
                                          options_.master_name};
  link->send(encode(question), 1, options_.command_timeout_ms,
             [this, index](const Outcome& outcome) { sentinel_came(index, outcome); });
}

void Client::sentinel_came(std::size_t index, const Outcome& outcome) {
  is_asking_guide_ = false;
  const std::int64_t now_ms = steady_now_ms();
  const bool is_answer = outcome.kind == Outcome::Kind::answered;
  const auto port = is_answer ? outcome.value.at(1).number() : std::nullopt;
  if (!port || *port < 1 || *port > 65'535) {
    if (is_answer) {
      tell("sentinel", "The sentinel at " + options_.endpoints[index].text() +
                           " knows no master called " + options_.master_name);
    }
    ++guide_;  // the next one
    ++guide_failures_;
    is_doubtful_ = true;
    ask_due_ms_ = now_ms + doubt_pause_ms;
    return;
  }
  guide_failures_ = 0;
  use_master({outcome.value.at(0).text, static_cast<std::uint16_t>(*port)});
  const Link& link = link_to(*master_);
  const bool is_good = link.state() == Link::State::ready && !is_doubtful_;
  ask_due_ms_ = now_ms + (is_good ? options_.topology_check_ms : doubt_pause_ms);
}

void Client::use_master(const Endpoint& master) {
  if (master_ == master) return;
  tell("master", "The master of " + options_.master_name + " is " + master.text());
  const std::optional<Endpoint> former = std::exchange(master_, master);
  if (!former) return;
  // What is under way there is lost, as far as we can know: it may be cut off from its replicas.
  if (const auto link = links_.find(*former); link != links_.end()) links_.erase(link);
  std::erase_if(blocking_, [&](const auto& link) { return link->endpoint() == *former; });
}

}  // namespace whoosh::state::redis
