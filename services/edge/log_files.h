// Logs of matches that a broken rule ended, for `room/replay.h`: <folder>/<room id>.jsonl. Written
// by a thread of their own, so that no loop waits for a disk; at most queue_max wait and files_max
// are kept until somebody removes them: what comes beyond is dropped with a line in the log. Any
// thread.
#pragma once

#include <string>
#include <string_view>

#include "base/ids.h"

namespace whoosh::edge {

// Empty folder: nothing is kept.
void keep_match_log(const std::string& folder, base::RoomId room, std::string_view log);

}  // namespace whoosh::edge
