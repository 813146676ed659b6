// api_seed: fills a database for bench-api with made-up people and what they have done (world.h).
//
//   api_seed --people N --to sqlite:PATH | postgres:CONNINFO | peer:CONNINFO [--quick-passwords]
//
// sqlite: and postgres: make Whoosh's tables first and verify the ledger at the end; peer: fills
// the tables that the Django service has made. Prints one line of JSON: seconds and bytes.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <stdexcept>

#include "auth/password.h"
#include "bench/api/seed/fill.h"
#include "runtime/clock.h"
#include "services/database/database.h"

namespace whoosh::bench {
namespace {

struct Options {
  std::int64_t people = 1'000'000;
  std::string to;
  bool quick_passwords = false;
};

template <class T>
T must(base::Result<T> result) {
  if (!result) {
    const base::Error error = result.error();
    throw std::runtime_error(std::string(error.sentence()));
  }
  return std::move(*result);
}

void must_be_sound(const store::LedgerCheck& check) {
  if (!check.is_sound()) throw std::runtime_error("the seeded ledger is not sound");
}

int run(const Options& options) {
  const auto colon = options.to.find(':');
  const std::string kind = options.to.substr(0, colon);
  const std::string place = colon == std::string::npos ? "" : options.to.substr(colon + 1);
  const auto began = std::chrono::steady_clock::now();
  runtime::OsClock clock;
  const World world(options.people);
  const auth::Passwords passwords(options.quick_passwords ? auth::Cost::minimal()
                                                          : auth::Cost::interactive());
  const History history(world, clock.now(), must(passwords.hash(password_of_all)));
  std::unique_ptr<Sink> sink;
  if (kind == "peer") {
    sink = open_postgres_sink(place);
    fill_peer(*sink, history);
  } else {
    const auto database = must(database::parse(options.to));
    must(database::migrate(database));
    sink = database.kind == database::Kind::sqlite ? open_sqlite_sink(database.where)
                                                   : open_postgres_sink(database.where);
    fill_whoosh(*sink, history);
  }
  sink->finish();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  const std::int64_t bytes = sink->size_bytes();
  sink.reset();
  if (kind != "peer") must_be_sound(must(database::verify(must(database::parse(options.to)))));
  fmt::print("{{\"to\":\"{}\",\"people\":{},\"seconds\":{:.1f},\"bytes\":{}}}\n", kind,
             options.people, took.count(), bytes);
  return 0;
}

}  // namespace
}  // namespace whoosh::bench

int main(int argc, char** argv) {
  CLI::App app{"Fills a database for bench-api"};
  whoosh::bench::Options options;
  app.add_option("--people", options.people, "How many")->check(CLI::Range(64, 100'000'000));
  app.add_option("--to", options.to, "sqlite:PATH, postgres:CONNINFO or peer:CONNINFO")->required();
  app.add_flag("--quick-passwords", options.quick_passwords, "Hash at the tests' low cost");
  CLI11_PARSE(app, argc, argv);
  try {
    return whoosh::bench::run(options);
  } catch (const std::exception& error) {
    fmt::print(stderr, "api_seed: {}\n", error.what());
    return 1;
  }
}
