// How a mounted secret arrives: --NAME-file FILE holds the value of --NAME.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace whoosh::role {

// The text of `path` without the line's end that editors add, into `value`; path "": nothing is
// done. Error invalid_input: it can't be read, is empty, or has over 4 KiB.
[[nodiscard]] base::Result<> read_secret_file(std::string_view knob, const std::string& path,
                                              std::string& value);

}  // namespace whoosh::role
