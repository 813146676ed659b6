// The store in memory: the whole of store.h without a file, for tests and throw-away servers.
//
// Threads: any. Lock ledger: one mutex protects everything; it is taken by each call for its whole
// work, and the answer is posted after it is released. Everything is lost with the object.
#pragma once

#include <memory>

#include "store/store.h"

namespace whoosh::store::memory {

[[nodiscard]] std::unique_ptr<Store> open();

}  // namespace whoosh::store::memory
