// The sub-commands of `whoosh`, one file each: add_x() gives the command line its words, and the
// Command runs what was asked. Exit status: 0 done, 1 failed with one sentence on stderr, 2 wrong
// use.
#pragma once

#include <functional>
#include <string_view>

namespace CLI {
class App;
}

namespace whoosh::cli {

struct Command {
  CLI::App* app = nullptr;  // owned by the application that it was added to
  std::function<int()> run;
};

// Serves everything from one process until SIGTERM or SIGINT.
Command add_solo(CLI::App& app);
// The processes of a cluster, each until SIGTERM or SIGINT (docs/CLUSTER.md).
Command add_api(CLI::App& app);
Command add_edge(CLI::App& app);
Command add_matchmaker(CLI::App& app);
// Shows a database's schema, brings it up to date, or moves its records.
Command add_migrate(CLI::App& app);
// Makes a signing key if there is none (or one more) and lists the key ids.
Command add_keys(CLI::App& app);
// Users, bans, coins, roles and the audit log, from the shell.
Command add_admin(CLI::App& app);
// Eight bots play one whole match over real sockets, with time sped up, in a server of their own.
Command add_demo(CLI::App& app);
// Loads a server with thousands of players or plain connections, and reports what it saw.
Command add_swarm(CLI::App& app);
// Prints a text as a QR code made of terminal characters.
Command add_qr(CLI::App& app);

// Asks the process beside it whether it is ready: a container's health check.
Command add_health(CLI::App& app);
// Makes what is missing of a deployment's secrets.
Command add_secrets(CLI::App& app);
// Looks at a deployment and says what is wrong and how to mend it; 1: warnings, 2: failures.
Command add_doctor(CLI::App& app);

// One line on stderr: "whoosh: ...". Answers 1.
int fail(std::string_view sentence);

}  // namespace whoosh::cli
