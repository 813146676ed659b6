// Signing in: a new session and its two tokens, however somebody got here. Any thread.
#pragma once

#include <string>

#include "services/api/app.h"

namespace whoosh::api {

// A new session of this account, as the answer of every way to sign in.
[[nodiscard]] Answer sign_in(App& app, RequestContext& context, const store::Account& account,
                             int status);
// An access token of this session.
[[nodiscard]] base::Result<std::string> access_token(App& app, const store::Account& account,
                                                     const std::string& family);

}  // namespace whoosh::api
