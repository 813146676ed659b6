// Goal: live state in Redis keeps the contract of state. Method: the contract suites against a real
// server; time that matters between processes is the test's, as for state/memory.
#include "state/contract.h"

#include "state/redis/test_rig.h"

namespace whoosh::state::redis {
namespace {

TestServer& server() {
  static TestServer one;
  return one;
}

class SingleRig : public Rig {
 public:
  SingleRig() : Rig((server().ask({"FLUSHALL"}), server().url())) {}
};

}  // namespace
}  // namespace whoosh::state::redis

namespace whoosh::state::contract {
using Single = ::testing::Types<redis::SingleRig>;
INSTANTIATE_TYPED_TEST_SUITE_P(Redis, DirectoryContract, Single);
INSTANTIATE_TYPED_TEST_SUITE_P(Redis, QueueContract, Single);
INSTANTIATE_TYPED_TEST_SUITE_P(Redis, LimitsContract, Single);
INSTANTIATE_TYPED_TEST_SUITE_P(Redis, ResultsContract, Single);
INSTANTIATE_TYPED_TEST_SUITE_P(Redis, NodesContract, Single);
INSTANTIATE_TYPED_TEST_SUITE_P(Redis, LeasesContract, Single);
INSTANTIATE_TYPED_TEST_SUITE_P(Redis, LobbiesContract, Single);
INSTANTIATE_TYPED_TEST_SUITE_P(Redis, RevocationsContract, Single);
}  // namespace whoosh::state::contract
