// A node as operators see it. Pure; any thread.
#pragma once

#include "state/nodes.h"
#include "wire/cluster.h"

namespace whoosh::edge {

[[nodiscard]] wire::NodeReport node_report(const state::Node& node);

}  // namespace whoosh::edge
