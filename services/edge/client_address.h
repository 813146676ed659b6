// Who asks for a WebSocket: the peer's address, or behind a trusted proxy the one its
// X-Forwarded-For names; the same rule as REST's (http/address.h). Pure; any thread.
#pragma once

#include "http/address.h"
#include "net/request.h"

namespace whoosh::edge {

[[nodiscard]] net::Address client_of(const net::Request& request, const http::Networks& trusted);

}  // namespace whoosh::edge
