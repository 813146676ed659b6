// Accounts as REST shows them. Pure.
#pragma once

#include "store/store.h"
#include "wire/rest.h"

namespace whoosh::api {

[[nodiscard]] wire::User own_profile(const store::Account& account);
[[nodiscard]] wire::PublicUser public_profile(const store::Account& account);
// What others call him in a room.
[[nodiscard]] const std::string& shown_name(const store::Account& account);

}  // namespace whoosh::api
