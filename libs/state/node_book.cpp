#include "state/node_book.h"

#include <algorithm>

namespace whoosh::state {

NodeBook::NodeBook(Nodes& nodes, const runtime::Clock& clock, std::int64_t poll_ms)
    : nodes_port_(nodes),
      clock_(clock),
      poll_ms_(poll_ms),
      nodes_(std::make_shared<const std::vector<Node>>()),
      thread_([this] { return turn(); }) {}

NodeBook::List NodeBook::living() const {
  const std::lock_guard lock(mutex_);
  return nodes_;
}

std::optional<Node> NodeBook::by_name(std::string_view name) const {
  for (const Node& node : *living()) {
    if (node.name == name) return node;
  }
  return std::nullopt;
}

std::optional<Node> NodeBook::by_number(std::uint16_t number) const {
  for (const Node& node : *living()) {
    if (node.number == number) return node;
  }
  return std::nullopt;
}

std::optional<std::int64_t> NodeBook::age_ms() const {
  const std::lock_guard lock(mutex_);
  if (!seen_ms_) return std::nullopt;
  return clock_.monotonic_ms() - *seen_ms_;
}

std::int64_t NodeBook::turn() {
  const std::int64_t now_ms = clock_.monotonic_ms();
  if (now_ms < next_ms_ || asking_) return std::max<std::int64_t>(1, next_ms_ - now_ms);
  next_ms_ = now_ms + poll_ms_;
  asking_ = true;
  nodes_port_.living({thread_, [this](base::Result<std::vector<Node>> nodes) {
                        asking_ = false;
                        read(std::move(nodes));
                      }});
  return poll_ms_;
}

void NodeBook::read(base::Result<std::vector<Node>> nodes) {
  if (!nodes) return;
  std::sort(nodes->begin(), nodes->end(),
            [](const Node& a, const Node& b) { return a.name < b.name; });
  auto list = std::make_shared<const std::vector<Node>>(std::move(*nodes));
  const std::lock_guard lock(mutex_);
  nodes_ = std::move(list);
  seen_ms_ = clock_.monotonic_ms();
}

}  // namespace whoosh::state
