#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>

#include "services/cli/commands.h"
#include "services/cli/log.h"
#include "services/solo/solo.h"

namespace whoosh::cli {
namespace {

// As many descriptors as the system allows without more rights: each player is one.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// Blocks the signals that end us in this thread and all it starts, so that wait_for_end() gets
// them.
sigset_t block_end_signals() {
  std::signal(SIGPIPE, SIG_IGN);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGHUP);  // the terminal was closed; under nohup it is ignored and never comes
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  return set;
}

}  // namespace

int run_solo(const solo::Config& config) {
  const sigset_t end_signals = block_end_signals();
  raise_descriptor_limit();
  umask(S_IRWXG | S_IRWXO);  // keys, database and match logs are their owner's alone
  start_log(config.log_level, config.log_format);
  auto solo = solo::Solo::start(config);
  if (!solo) return fail(solo.error().sentence());
  const auto ports = (*solo)->ports();
  fmt::print(
      "whoosh is up: http://localhost:{} (players), ws://localhost:{}/ws (games), "
      "http://127.0.0.1:{}/metrics and :{}/metrics (operators)\n",
      ports.http, ports.edge, ports.ops, ports.ops_edge);
  std::fflush(stdout);
  int signal = 0;
  sigwait(&end_signals, &signal);
  fmt::print("stopping\n");
  (*solo)->stop();
  return 0;
}

}  // namespace whoosh::cli
