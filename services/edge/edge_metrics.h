// The metrics of one loop and one shard, by name (docs/METRICS.md). Called on the scraping thread.
#pragma once

#include <string>

#include "metrics/exposition.h"
#include "net/counters.h"
#include "shard/counters.h"

namespace whoosh::edge {

void write_shard(metrics::Exposition& out, const std::string& shard,
                 const shard::Counters& counters);
void write_loop(metrics::Exposition& out, const std::string& shard, const net::Counters& counters);

}  // namespace whoosh::edge
