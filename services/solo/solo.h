// Solo: the whole of Whoosh in one process: Service A, Service B, the matchmaker, SQLite and
// in-process state, wired. One per process (tests may have several, on free ports).
//
// Threads: start() and stop() from one thread; inside run the threads of the services. Wiring only:
// no rule of the platform is decided here.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "services/solo/config.h"

namespace whoosh::solo {

class Solo {
 public:
  struct Ports {
    std::uint16_t http = 0;
    std::uint16_t edge = 0;
    std::uint16_t ops = 0;
    std::uint16_t ops_edge = 0;
  };

  // Everything serves when this returns. Errors are one sentence for the operator: a port is taken,
  // the folder can't be written, the database is older or newer than this program.
  [[nodiscard]] static base::Result<std::unique_ptr<Solo>> start(const Config& config);
  ~Solo();

  [[nodiscard]] Ports ports() const;
  // Reads the key files and the certificate again, now; they are looked at every 10 s anyway.
  // Returns at once.
  void reload();
  // Takes no more players, tells everybody 1001, finishes what is being written. Idempotent.
  void stop();

 private:
  struct Parts;
  explicit Solo(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace whoosh::solo
