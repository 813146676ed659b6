// Whether this process may have an io_uring as UringEngine wants it, and if not, why. Any thread.
#pragma once

#include <sys/socket.h>

#include "base/result.h"

namespace whoosh::net {

// Of every ring: one thread, deferred task work.
[[nodiscard]] unsigned uring_setup_flags();

// Of every send: tried once, within the submission; whole or told how far it got.
inline constexpr int uring_send_flags = MSG_NOSIGNAL | MSG_DONTWAIT | MSG_WAITALL;

// "io_uring_setup: Operation not permitted; forbidden by …"
[[nodiscard]] base::Error uring_refusal(const char* call, int error);

// Makes a ring, uses it and ends it, on a thread of its own: the end of a ring interrupts system
// calls of the thread that made it.
[[nodiscard]] base::Result<void> try_a_ring();

}  // namespace whoosh::net
