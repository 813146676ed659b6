// A match's record as a text: one line of JSON, the same in the stream to the database and in the
// files of a node whose state is away. Pure; any thread.
//
// What is written has a version `v`. Read is every version up to `record_version`:
//   1  {"v":1,"id","room","epoch","game","started_at","ended_at","played_s","matchmade","is_void",
//      "seats":[…]}
//   none  what nodes wrote to files before version 1: no `v`, "match" for "id", "started_at_ms" and
//      "ended_at_ms"
// Unknown members are ignored: a release may add some (optional ones) without a new version; a new
// version is for what an older release must not take for the whole truth.
//
// Read means: the form is right. Whether such a match can be stored is the store's to say.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "match/settle.h"

namespace whoosh::match {

inline constexpr std::int32_t record_version = 1;
// 64 seats have about 20 KiB; longer texts are refused.
inline constexpr std::size_t record_bytes_max = 256 * 1024;

// Without a newline.
[[nodiscard]] std::string record_text(const MatchRecord& record);

// Error: invalid_input; its message says what is wrong, for a log: "is of version 2, 1 is the
// newest that is known here", "seats[0].placement is missing".
[[nodiscard]] base::Result<MatchRecord> read_record(std::string_view text);

}  // namespace whoosh::match
