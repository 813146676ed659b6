#include "base/error.h"

#include <array>

namespace whoosh::base {
namespace {

struct Row {
  std::string_view name;
  int status;
  std::string_view sentence;
};

constexpr auto rows = std::to_array<Row>({
#define X(name, status, sentence) {#name, status, sentence},
    WHOOSH_ERRORS(X)
#undef X
});

const Row& row(ErrorCode code) {
  return rows.at(static_cast<std::size_t>(code));
}

}  // namespace

std::string_view error_name(ErrorCode code) {
  return row(code).name;
}
int error_status(ErrorCode code) {
  return row(code).status;
}
std::string_view error_sentence(ErrorCode code) {
  return row(code).sentence;
}

}  // namespace whoosh::base
