#include "services/api/sign_in.h"

#include <algorithm>

#include "auth/refresh.h"
#include "base/encoding.h"
#include "services/api/device.h"
#include "services/api/profile.h"

namespace whoosh::api {

base::Result<std::string> access_token(App& app, const store::Account& account,
                                       const std::string& family) {
  auth::Identity identity;
  identity.user = account.id;
  identity.username = account.username;
  identity.display_name = account.display_name;
  identity.role = account.role;
  identity.session = family;
  identity.is_guest = account.is_guest;
  identity.jti = base::base64url(app.ports.entropy.bytes(16));
  return app.ports.tokens.make_access(identity, app.now());
}

Answer sign_in(App& app, RequestContext& context, const store::Account& account, int status) {
  const auth::Secret secret = auth::make_secret(app.ports.entropy.bytes(auth::secret_bytes));
  store::NewSession session;
  session.family = base::base64url(app.ports.entropy.bytes(16));
  session.user = account.id;
  session.refresh_hash = secret.hash;
  session.created_at = app.now();
  session.expires_at = app.now().plus_ms(
      account.is_guest ? auth::guest_refresh_lifetime_ms
                       : std::min(auth::refresh_lifetime_ms, app.config.session_lifetime_ms));
  session.device = device_of(context.request.headers.get("User-Agent"));
  session.address = context.client.text;
  const std::string family = session.family;
  const auto created = co_await http::ask<>(context, [&](auto reply) {
    app.ports.store.create_session(std::move(session), std::move(reply));
  });
  if (!created) co_return created.error();
  auto access = access_token(app, account, family);
  if (!access) co_return access.error();
  context.user = base::user_id_text(account.id);
  co_return http::json(status,
                       wire::SignedIn{std::move(*access), secret.token, own_profile(account)});
}

}  // namespace whoosh::api
