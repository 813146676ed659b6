// The process's log: spdlog to stderr, as text for people or one JSON object a line for machines.
// Called once, before threads start. Nothing secret is logged anywhere: no token, no password, no
// query string.
#pragma once

#include <string>

namespace whoosh::cli {

void start_log(const std::string& level, const std::string& format);

}  // namespace whoosh::cli
