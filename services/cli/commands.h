// The sub-commands of `whoosh`, without their flags: main.cpp parses, these do. Each returns the
// exit status: 0 done, 1 failed with one sentence on stderr, 2 wrong use.
#pragma once

#include <cstdint>
#include <string>

#include "services/solo/config.h"

namespace whoosh::cli {

// Serves until SIGTERM or SIGINT.
int run_solo(const solo::Config& config);

// Shows (check) or brings a database to this version's schema; or (from, to) moves all records.
struct MigrateOptions {
  std::string data = "var";
  std::string database;  // "": the embedded one in the data folder
  bool check = false;
  std::string from;  // both or none
  std::string to;
};
int run_migrate(const MigrateOptions& options);

// Makes a signing key if there is none (or one more with `rotate`) and lists the key ids.
struct KeysOptions {
  std::string data = "var";
  bool rotate = false;
};
int run_keys(const KeysOptions& options);

// Eight bots play one whole match over real sockets, with time sped up, in a server of their own.
struct DemoOptions {
  std::string game = "suspect";
  std::uint32_t players = 8;
  std::uint32_t tick_ms = 20;
  bool verbose = false;
};
int run_demo(const DemoOptions& options);

// Prints a text as a QR code made of terminal characters.
int run_qr(const std::string& text);

// One line on stderr: "whoosh: ...".
int fail(std::string_view sentence);

}  // namespace whoosh::cli
