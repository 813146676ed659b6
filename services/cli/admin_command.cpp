// whoosh admin: the operator's tools at the shell: on the database itself and, for rooms and nodes,
// on a running cluster.
#include <fmt/format.h>
#include <pwd.h>
#include <termios.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>

#include "runtime/clock.h"
#include "runtime/entropy.h"
#include "services/admin/live_shell.h"
#include "services/admin/output.h"
#include "services/admin/shell.h"
#include "services/cli/commands.h"
#include "services/cli/knobs.h"
#include "services/cluster/operator_access.h"
#include "services/database/database.h"
#include "services/role/paths.h"
#include "services/role/secret_file.h"

namespace whoosh::cli {
namespace {

using admin::LiveShell;
using admin::Shell;

struct Options {
  std::string data = "var";
  std::string database;  // "": the embedded one in the data folder
  std::string database_file;
  bool json = false;
  std::string user;
  std::string email;
  std::string role;
  std::string query;
  std::string reason;
  std::string until;
  std::string item;
  std::string key;
  std::int32_t coins = 0;
  std::int32_t limit = 50;
  Shell::AuditFilter filter;
  std::string room;
  std::string node;
  std::string game;
  cluster::OperatorConfig access;
};

using Action = std::function<Shell::Text(Shell&, const Options&)>;
using LiveAction = std::function<Shell::Text(LiveShell&, const Options&)>;

// What was asked for: one of the two.
struct Chosen {
  Action action;
  LiveAction live;
  bool changes = false;  // of a live one: it is in the audit log
};

// Who sits at the shell; behind sudo, who called it.
std::string shell_user() {
  if (const char* const sudo = std::getenv("SUDO_USER"); sudo != nullptr && *sudo != '\0') {
    return sudo;
  }
  const passwd* const row = getpwuid(geteuid());
  return row != nullptr ? std::string(row->pw_name) : fmt::format("uid {}", geteuid());
}

// One line from the terminal, which shows nothing of it meanwhile.
class HiddenInput {
 public:
  HiddenInput() {
    tcgetattr(STDIN_FILENO, &before_);
    termios hidden = before_;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
  }
  ~HiddenInput() { tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_); }
  HiddenInput(const HiddenInput&) = delete;
  HiddenInput& operator=(const HiddenInput&) = delete;

  static std::string ask(const char* prompt) {
    fmt::print(stderr, "{}", prompt);
    std::string line;
    std::getline(std::cin, line);
    fmt::print(stderr, "\n");
    return line;
  }

 private:
  termios before_{};
};

// From the terminal, twice; or the first line of what is piped in. Never from the command line,
// where other users of the machine could read it.
base::Result<std::string> read_password() {
  if (isatty(STDIN_FILENO) == 0) {
    std::string line;
    if (std::getline(std::cin, line)) return line;
    return base::Error{base::ErrorCode::invalid_input, "no password came on standard input."};
  }
  const HiddenInput hidden;
  const std::string password = HiddenInput::ask("Password: ");
  if (HiddenInput::ask("Once more: ") == password) return password;
  return base::Error{base::ErrorCode::invalid_input, "the two passwords differ."};
}

Shell::Text create_admin(Shell& shell, const Options& options) {
  const auto password = read_password();
  if (!password) return password.error();
  return shell.create_admin({options.user, options.email, *password});
}

using Store = std::unique_ptr<store::Store>;

base::Result<Store> open_store(const std::string& text) {
  const auto location = database::parse(text);
  if (!location) {
    return base::Error{base::ErrorCode::invalid_input,
                       fmt::format("--database: {}", location.error().sentence())};
  }
  database::Options how;
  how.connections = 1;
  how.report = [](std::string_view sentence) { fmt::print(stderr, "whoosh: {}\n", sentence); };
  return database::open(*location, std::move(how));
}

int print(const Shell::Text& out) {
  if (!out) return fail(admin::sentence_of(out.error()));
  fmt::print("{}", *out);
  return 0;
}

int run(const Options& options, const Action& action) {
  const auto store = open_store(
      options.database.empty() ? "sqlite:" + role::database_path(options.data) : options.database);
  if (!store) return fail(store.error().sentence());
  const runtime::OsClock clock;
  runtime::OsEntropy entropy;
  Shell shell(**store, clock, entropy, {options.json, shell_user()});
  return print(action(shell, options));
}

// On a running cluster. Its database is never the embedded one, so it has to be named where
// something is written; an empty file made beside the cluster would swallow the audit log.
int run_live(Options& options, const Chosen& chosen) {
  cluster::OperatorConfig& access = options.access;
  if (const auto ok = cluster::resolve(access); !ok) return fail(ok.error().sentence());
  if (access.cluster_secret.empty()) {
    return fail(
        "rooms and nodes are reached with --state and --cluster-secret-file of their cluster; "
        "those of a single `whoosh solo` by its REST: /api/admin/rooms, /api/admin/nodes.");
  }
  if (const auto ok = cluster::check(access); !ok) return fail(ok.error().sentence());
  Store store;
  if (chosen.changes) {
    if (!options.database.starts_with("postgres")) {
      return fail("--database must name the cluster's PostgreSQL: this goes into the audit log.");
    }
    auto opened = open_store(options.database);
    if (!opened) return fail(opened.error().sentence());
    store = std::move(*opened);
  }
  const auto cluster = cluster::OperatorAccess::open(access);
  if (!cluster) return fail(cluster.error().sentence());
  const runtime::OsClock clock;
  runtime::OsEntropy entropy;
  LiveShell shell({(*cluster)->edges(), (*cluster)->directory(), store.get(), clock, entropy},
                  {options.json, shell_user()});
  return print(chosen.live(shell, options));
}

// Gives the command line a word for each knob of the way to the cluster.
struct AccessKnobs {
  CLI::App& command;

  template <class T>
  void operator()(const std::string& name, T& value, const std::string& words) const {
    knob(command, name, value, words);
  }
  void secret(const std::string& name, std::string& value, const std::string& words) const {
    secret_knob(command, name, value, words);
  }
};

// The sub-commands of `whoosh admin`, and which of them was asked for.
struct Words {
  CLI::App& app;
  std::shared_ptr<Options> options;
  std::shared_ptr<Chosen> chosen;

  CLI::App* add(const char* name, const char* help, Action action) {
    CLI::App* const command = app.add_subcommand(name, help);
    command->callback([chosen = chosen, action = std::move(action)] { chosen->action = action; });
    return command;
  }
  // Below `group`, which reaches the cluster.
  enum class Does : bool { read, change };
  CLI::App* add_live(CLI::App* group, const char* name, const char* help, Does does,
                     LiveAction action) {
    CLI::App* const command = group->add_subcommand(name, help);
    command->callback([chosen = chosen, does, action = std::move(action)] {
      chosen->live = action;
      chosen->changes = does == Does::change;
    });
    if (does == Does::change) reason(command);
    return command;
  }
  CLI::App* live_group(const char* name, const char* help) {
    CLI::App* const group = app.add_subcommand(name, help);
    group->require_subcommand(1);
    group->fallthrough();
    cluster::each_knob(options->access, AccessKnobs{*group});
    return group;
  }
  void user(CLI::App* command) {
    command->add_option("--user", options->user, "Username, e-mail address or id")->required();
  }
  void reason(CLI::App* command) {
    command->add_option("--reason", options->reason, "Why: goes into the audit log")->required();
  }
  void key(CLI::App* command) {
    command->add_option("--key", options->key, "Idempotency key: the same again does nothing more");
  }
};

void add_operators(Words& words) {
  const auto& o = words.options;
  CLI::App* command =
      words.add("create-admin", "Make an account with the role admin; its password is asked for",
                create_admin);
  command->add_option("--user", o->user, "Its username")->required();
  command->add_option("--email", o->email, "Its e-mail address")->required();
  command = words.add("make-admin", "Make somebody an admin",
                      [](Shell& shell, const Options& in) { return shell.role(in.user, "admin"); });
  words.user(command);
  command = words.add("role", "Make somebody an operator, or no longer one",
                      [](Shell& shell, const Options& in) { return shell.role(in.user, in.role); });
  words.user(command);
  command->add_option("--role", o->role, "moderator, admin or none")->required();
}

void add_people(Words& words) {
  const auto& o = words.options;
  CLI::App* command =
      words.add("users", "Find users; without --q the newest",
                [](Shell& shell, const Options& in) { return shell.users(in.query, in.limit); });
  command->add_option("--q", o->query, "An id, or how a username, name or e-mail address begins");
  command->add_option("--limit", o->limit, "How many at most")->check(CLI::Range(1, 10'000));
  command = words.add("user", "See one user",
                      [](Shell& shell, const Options& in) { return shell.user(in.user); });
  words.user(command);
  command = words.add("ban", "Ban a user: his sessions and connections end",
                      [](Shell& shell, const Options& in) {
                        return shell.ban({in.user, in.reason, in.until});
                      });
  words.user(command);
  words.reason(command);
  command->add_option("--until", o->until, "2030-12-31T23:59:59Z; without it for good");
  command = words.add("unban", "Lift a ban", [](Shell& shell, const Options& in) {
    return shell.unban(in.user, in.reason);
  });
  words.user(command);
  words.reason(command);
  command = words.add(
      "reset-password", "Print a code with which a user can set a new password",
      [](Shell& shell, const Options& in) { return shell.reset_password(in.user, in.reason); });
  words.user(command);
  words.reason(command);
  command = words.add(
      "reset-totp", "Take a lost second factor away; ends the user's sessions",
      [](Shell& shell, const Options& in) { return shell.reset_totp(in.user, in.reason); });
  words.user(command);
  words.reason(command);
}

void add_coins(Words& words) {
  const auto& o = words.options;
  CLI::App* command = words.add("grant", "Give coins, or take some (below zero)",
                                [](Shell& shell, const Options& in) {
                                  return shell.grant({in.user, in.coins, in.reason, in.key});
                                });
  words.user(command);
  command->add_option("--coins", o->coins, "How many")->required();
  words.reason(command);
  words.key(command);
  command = words.add("refund", "Take an item back for what was paid for it",
                      [](Shell& shell, const Options& in) {
                        return shell.refund({in.user, in.item, in.reason, in.key});
                      });
  words.user(command);
  command->add_option("--item", o->item, "Id of the item, such as frame_neon")->required();
  words.reason(command);
  words.key(command);
}

void add_records(Words& words) {
  const auto& o = words.options;
  CLI::App* command =
      words.add("audit", "What operators did, newest first", [](Shell& shell, const Options& in) {
        Shell::AuditFilter filter = in.filter;
        filter.limit = in.limit;
        return shell.audit(filter);
      });
  command->add_option("--action", o->filter.action, "Exactly this action, such as user.ban");
  command->add_option("--target", o->filter.target, "Exactly this target, such as user:17");
  command->add_option("--actor", o->filter.actor, "Username or id of an operator; 0: the shell");
  command->add_option("--limit", o->limit, "How many at most")->check(CLI::Range(1, 10'000));
  CLI::App* ledger = words.app.add_subcommand("ledger", "The ledger of all coins");
  ledger->require_subcommand(1);
  CLI::App* verify =
      ledger->add_subcommand("verify", "Check every row of it; 1 when it is unsound");
  verify->callback([chosen = words.chosen] {
    chosen->action = [](Shell& shell, const Options&) { return shell.verify_ledger(); };
  });
}

void add_rooms(Words& words) {
  const auto& o = words.options;
  CLI::App* const group = words.live_group("rooms", "The rooms of a running cluster");
  CLI::App* command = words.add_live(group, "list", "All rooms, in order of their ids",
                                     Words::Does::read, [](LiveShell& shell, const Options& in) {
                                       return shell.rooms({in.game, in.node, in.limit});
                                     });
  command->add_option("--game", o->game, "Of this game only, such as suspect");
  command->add_option("--node", o->node, "Of this node only");
  command->add_option("--limit", o->limit, "How many at most")->check(CLI::Range(1, 100'000));
  const char* const which = "Id or code of the room";
  command =
      words.add_live(group, "show", "One room live: who is there and what runs", Words::Does::read,
                     [](LiveShell& shell, const Options& in) { return shell.room(in.room); });
  command->add_option("--room", o->room, which)->required();
  command = words.add_live(
      group, "close", "End a room, its match without a result; those in it read the reason",
      Words::Does::change,
      [](LiveShell& shell, const Options& in) { return shell.close_room(in.room, in.reason); });
  command->add_option("--room", o->room, which)->required();
}

void add_nodes(Words& words) {
  CLI::App* const group = words.live_group("nodes", "The edges of a running cluster");
  words.add_live(group, "list", "The living, by name", Words::Does::read,
                 [](LiveShell& shell, const Options&) { return shell.nodes(); });
  const auto add = [&](const char* name, const char* help, bool draining) {
    CLI::App* const command = words.add_live(group, name, help, Words::Does::change,
                                             [draining](LiveShell& shell, const Options& in) {
                                               return shell.drain(in.node, draining, in.reason);
                                             });
    command->add_option("--node", words.options->node, "Name of the node")->required();
  };
  add("drain", "No new rooms and no new people there; its rooms play on", true);
  add("undrain", "Let new rooms and people in again", false);
}

}  // namespace

Command add_admin(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  const auto chosen = std::make_shared<Chosen>();
  CLI::App* admin = app.add_subcommand(
      "admin",
      "Operator's tools: users, bans, coins, roles, the audit log, on the database, beside a "
      "running whoosh or without one; rooms and nodes of a running cluster. Every action is in the "
      "audit log");
  knob(*admin, "data", options->data, "Folder of the database");
  knob(*admin, "database", options->database,
       "sqlite:PATH or postgres://user@host/database; empty: the one in the data folder");
  knob(*admin, "database-file", options->database_file, "File that holds the value of --database");
  admin->add_flag("--json", options->json, "Answer with the JSON that REST would have given");
  admin->require_subcommand(1);
  admin->fallthrough();
  Words words{*admin, options, chosen};
  add_operators(words);
  add_people(words);
  add_coins(words);
  add_records(words);
  add_rooms(words);
  add_nodes(words);
  return {admin, [options, chosen] {
            const auto read =
                role::read_secret_file("database", options->database_file, options->database);
            if (!read) return fail(read.error().message);
            return chosen->live ? run_live(*options, *chosen) : run(*options, chosen->action);
          }};
}

}  // namespace whoosh::cli
