#include "services/doctor/config.h"

namespace whoosh::doctor {

Config::Config() {
  api.state.clear();
  api.keys.clear();
  api.database.clear();
  edge.data.clear();
  edge.internal_listen.clear();
}

}  // namespace whoosh::doctor
