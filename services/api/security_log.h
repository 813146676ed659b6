// The security log: which answered requests somebody who watches over the service wants to see, and
// one line for each, beside the access log. It is told by the pipeline of every answer, so a route
// can neither forget it nor write a secret into it: an AccessLine has no header, query or body.
// docs/SECURITY.md lists the events. Any thread, no state.
//
//   security event=sign_in_failed code=bad_credentials method=POST path=/api/auth/login status=401
//            client=192.0.2.7 user=- request=…                                     (one line)
#pragma once

#include <string>

#include "http/pipeline.h"

namespace whoosh::api {

// "sign_in", "rate_limited", …; "": nothing of that kind.
[[nodiscard]] std::string security_event(const http::AccessLine& line);

// Refusals as warnings, the rest as information.
void log_security(const http::AccessLine& line);

}  // namespace whoosh::api
