// The contract of live state, as tests: every adapter passes them. A test of an adapter defines a
// fixture class with what `Rig` names below and instantiates the suites:
//
//   INSTANTIATE_TYPED_TEST_SUITE_P(Memory, DirectoryContract, MemoryRig);   ... QueueContract,
//   LimitsContract, ResultsContract, NodesContract, LeasesContract, LobbiesContract,
//   RevocationsContract
//
//   struct MemoryRig {
//     state::Directory& directory();   // and queue(), limits(), results(), nodes(), leases(),
//                                      // lobbies(), revocations()
//     runtime::Mailbox& mailbox();
//     runtime::ManualClock& clock();   // what the adapter takes for the time
//     void settle();                   // runs until every answer that is due has been given
//     std::int64_t retake_ms();        // of results()
//     void pass_ms(std::int64_t ms);   // so much time passes, for results(), too
//   };
#pragma once

#include "state/contract_directory.h"
#include "state/contract_limits.h"
#include "state/contract_nodes.h"
#include "state/contract_queue.h"
#include "state/contract_results.h"
