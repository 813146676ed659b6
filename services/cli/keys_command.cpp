#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "auth/tokens.h"
#include "base/encoding.h"
#include "runtime/clock.h"
#include "runtime/entropy.h"
#include "services/cli/commands.h"
#include "services/cli/knobs.h"
#include "services/role/key_files.h"

namespace whoosh::cli {
namespace {

struct Options {
  std::string data = "var";
  bool rotate = false;
  bool rotate_secret = false;
  int bits = auth::rsa_bits_default;
  std::string service;
  std::int32_t days = 90;
};

// Only the token on stdout, so that a script can keep it.
int print_service_token(const Options& options, auth::KeySet keys, base::UnixMs now) {
  const auth::TokenAuthority authority(std::make_shared<const auth::KeySet>(std::move(keys)));
  const std::string jti = base::base64url(runtime::OsEntropy().bytes(16));
  const auto token = authority.make_service({options.service, jti}, options.days, now);
  if (!token) return fail(token.error().sentence());
  fmt::print(stderr, "{} may report results until {}\n", options.service,
             base::rfc3339(now.plus_s(std::int64_t{options.days} * 24 * 3600)));
  fmt::print("{}\n", *token);
  return 0;
}

int run(const Options& options) {
  const base::UnixMs now = runtime::OsClock().now();
  if (options.rotate) {
    const auto path = role::add_key_file(options.data, now, options.bits);
    if (!path) return fail(path.error().sentence());
    fmt::print(
        "made {}; it signs within 10 s (in a cluster, after --keys-settle-s), older keys "
        "go on checking\n",
        *path);
  }
  auto keys = role::load_or_make_keys(options.data, now, options.bits);
  if (!keys) return fail(keys.error().sentence());
  if (options.rotate_secret) {
    const auto path = role::add_secret_file(options.data, now);
    if (!path) return fail(path.error().sentence());
    fmt::print(stderr, "made {}; it seals from the next start on, older ones go on opening\n",
               *path);
  }
  if (const auto sealer = role::load_or_make_sealer(options.data, now); !sealer) {
    return fail(sealer.error().sentence());
  }
  if (!options.service.empty()) return print_service_token(options, std::move(*keys), now);
  const auto paths = role::key_files(options.data);
  if (!paths) return fail(paths.error().sentence());
  for (const std::string& path : *paths) fmt::print("{}\n", path);
  fmt::print("signing kid: {}\n{}\n", keys->signing_kid(), keys->jwks_json());
  return 0;
}

}  // namespace

Command add_keys(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  CLI::App* keys =
      app.add_subcommand("keys", "Make (if there is none) and list the keys that sign tokens");
  knob(*keys, "data", options->data, "Folder of the keys");
  keys->add_flag(
      "--rotate", options->rotate,
      "Make one more: running processes take it within 10 s (SIGHUP: at once) and sign with it, "
      "those of a cluster when all must have it; remove an older file an hour later");
  keys->add_option("--bits", options->bits, "Size of a key that is made")
      ->check(CLI::IsMember({2048, 3072, 4096}))
      ->capture_default_str();
  keys->add_flag("--rotate-secret", options->rotate_secret,
                 "Make one more secret for second factors, which seals from the next start on");
  keys->add_option("--service-token", options->service,
                   "Print a token for the service of this name, with which it may report results");
  keys->add_option("--days", options->days, "How long the service token is good")
      ->check(CLI::Range(1, auth::service_days_max));
  return {keys, [options] { return run(*options); }};
}

}  // namespace whoosh::cli
