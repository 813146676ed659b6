#include "services/role/version.h"

namespace whoosh::role {

std::string_view version() {
  return WHOOSH_VERSION;  // set by services/CMakeLists.txt
}

}  // namespace whoosh::role
