// The store in memory holds the contract of store.h.
#include "store/memory/memory.h"

#include "store/contract_suite.h"

namespace whoosh::store::contract {
namespace {

class MemoryWorld final : public World {
 public:
  Store& store() override { return *store_; }

 private:
  std::unique_ptr<Store> store_ = memory::open();
};

std::unique_ptr<World> make_world() {
  return std::make_unique<MemoryWorld>();
}

INSTANTIATE_TEST_SUITE_P(Memory, StoreContract, testing::Values(make_world));
INSTANTIATE_TEST_SUITE_P(Memory, StoreMatches, testing::Values(make_world));
INSTANTIATE_TEST_SUITE_P(Memory, StoreEconomy, testing::Values(make_world));
INSTANTIATE_TEST_SUITE_P(Memory, StoreFactors, testing::Values(make_world));
INSTANTIATE_TEST_SUITE_P(Memory, StoreModeration, testing::Values(make_world));
INSTANTIATE_TEST_SUITE_P(Memory, StoreSearch, testing::Values(make_world));

}  // namespace
}  // namespace whoosh::store::contract
