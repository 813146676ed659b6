// The property of the economy (store/economy_model.h, store/economy_storm.h) in memory: the
// reference for the adapters with a database, which besides lose their processes and servers.
#include "store/economy_audit.h"
#include "store/economy_model.h"
#include "store/memory/memory.h"

namespace whoosh::store::property {
namespace {

TEST(MemoryProperty, EveryAnswerIsTheModels) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const std::unique_ptr<Store> store = memory::open();
    Model(Client(*store), plan_of(seed, 5'000, 12)).run();
  }
}

TEST(MemoryProperty, NothingIsLostAmongThreads) {
  Board board(plan_of(1, 20'000, 40));
  const std::unique_ptr<Store> store = memory::open();
  Storm(Client(*store), board).run(8);
  Audit(Client(*store), board).run();
}

}  // namespace
}  // namespace whoosh::store::property
