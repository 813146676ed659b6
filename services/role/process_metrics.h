// The process's own use of the machine, under the names that Prometheus' client libraries give it:
// process_cpu_seconds_total, process_resident_memory_bytes, process_open_fds, process_max_fds,
// process_start_time_seconds. Read from /proc when it is asked; any thread, no state.
#pragma once

#include <string>

#include "metrics/exposition.h"

namespace whoosh::role {

void write_process(metrics::Exposition& out);
// Room on the file system of this folder: whoosh_data_free_bytes, whoosh_data_size_bytes.
void write_disk(metrics::Exposition& out, const std::string& folder);

}  // namespace whoosh::role
