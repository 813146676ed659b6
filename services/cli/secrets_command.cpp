// whoosh secrets: a folder with everything secret that one deployment needs; makes what is missing
// and keeps what is there, so it may run before every start. All of it is its owner's alone (0600).
//
//   keys/*.pem *.secret   what signs tokens and seals second factors
//   cluster-secret        what the processes know each other by
//   database-password     for PostgreSQL; `database` is --database with it, for --database-file
//   state-password        for Redis; `state` is --state with it, for --state-file
#include <fmt/format.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

#include "auth/keys.h"
#include "runtime/clock.h"
#include "services/cli/commands.h"
#include "services/cli/knobs.h"
#include "services/role/key_files.h"

namespace whoosh::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string data = "var/secrets";
  std::string database = "postgres://whoosh@postgres/whoosh";
  std::string state = "redis://redis:6379";
};

base::Error trouble(const std::string& path, std::string_view what) {
  return {base::ErrorCode::unavailable, fmt::format("{} {}", path, what)};
}

// The word in that file, which is made when it is missing.
base::Result<std::string> load_or_make_word(const std::string& path) {
  std::error_code error;
  if (!fs::exists(path, error)) {
    if (const auto made = auth::make_secret_file(path); !made) return made.error();
  }
  std::ifstream file(path, std::ios::binary);
  std::string word((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  while (!word.empty() && (word.back() == '\n' || word.back() == '\r')) word.pop_back();
  if (!file || word.empty()) return trouble(path, "can't be read");
  return word;
}

// "scheme://[user@]host/…" with the password. invalid_input: no URL, or it has one already.
base::Result<std::string> with_password(std::string_view knob, const std::string& url,
                                        const std::string& password) {
  const auto wrong = [&](std::string_view why) {
    return base::Error{base::ErrorCode::invalid_input, fmt::format("--{} {}", knob, why)};
  };
  const auto scheme = url.find("://");
  if (scheme == std::string::npos) return wrong("takes a URL such as scheme://user@host/name");
  const auto begin = scheme + 3;
  const auto authority = url.substr(begin, url.find_first_of("/?", begin) - begin);
  const auto at = authority.find('@');
  const std::string user = at == std::string::npos ? "" : authority.substr(0, at);
  if (user.find(':') != std::string::npos) return wrong("has a password already");
  const auto rest = at == std::string::npos ? begin : begin + at + 1;
  return fmt::format("{}{}:{}@{}", url.substr(0, begin), user, password, url.substr(rest));
}

// Written beside and renamed: a reader sees the old text or the new one.
base::Result<> write_file(const std::string& path, const std::string& text) {
  const std::string beside = path + ".new";
  {
    std::ofstream file(beside, std::ios::binary | std::ios::trunc);
    file << text << '\n';
    file.close();
    if (!file) return trouble(beside, "can't be written");
  }
  std::error_code error;
  fs::rename(beside, path, error);
  if (error) return trouble(path, error.message());
  return {};
}

base::Result<> make(const Options& options) {
  const base::UnixMs now = runtime::OsClock().now();
  if (const auto folder = role::make_data_folder(options.data); !folder) return folder;
  if (const auto keys = role::load_or_make_keys(options.data, now); !keys) return keys.error();
  if (const auto sealer = role::load_or_make_sealer(options.data, now); !sealer)
    return sealer.error();
  const auto cluster = load_or_make_word(options.data + "/cluster-secret");
  if (!cluster) return cluster.error();
  struct Store {
    std::string_view name;
    const std::string& url;
  };
  for (const Store& store :
       std::array{Store{"database", options.database}, Store{"state", options.state}}) {
    const std::string path = fmt::format("{}/{}", options.data, store.name);
    const auto word = load_or_make_word(path + "-password");
    if (!word) return word.error();
    const auto url = with_password(store.name, store.url, *word);
    if (!url) return url.error();
    if (const auto written = write_file(path, *url); !written) return written;
  }
  return {};
}

int run(const Options& options) {
  umask(S_IRWXG | S_IRWXO);
  if (const auto made = make(options); !made) return fail(made.error().sentence());
  fmt::print("secrets of this deployment: {}\n", options.data);
  return 0;
}

}  // namespace

Command add_secrets(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  CLI::App* secrets = app.add_subcommand(
      "secrets", "Make what is missing of a deployment's secrets: keys, cluster, stores");
  secrets->add_option("--dir", options->data, "Folder of the secrets")->capture_default_str();
  secrets->add_option("--database", options->database, "The database's URL, without password")
      ->capture_default_str();
  secrets->add_option("--state", options->state, "The live state's URL, without password")
      ->capture_default_str();
  return {secrets, [options] { return run(*options); }};
}

}  // namespace whoosh::cli
