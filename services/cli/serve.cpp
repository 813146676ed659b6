#include "services/cli/serve.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>

#include "services/cli/commands.h"
#include "services/cli/log.h"

namespace whoosh::cli {
namespace {

// As many descriptors as the system allows without more rights: each player is one.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// Blocks the signals that end us in this thread and all it starts, so that sigwait() gets them.
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

int serve(const std::string& log_level, const std::string& log_format,
          const std::function<base::Result<Served>()>& start) {
  const sigset_t end_signals = block_end_signals();
  raise_descriptor_limit();
  umask(S_IRWXG | S_IRWXO);  // keys, database and match logs are their owner's alone
  start_log(log_level, log_format);
  const auto served = start();
  if (!served) return fail(served.error().sentence());
  fmt::print("{}\n", served->up);
  std::fflush(stdout);
  int signal = 0;
  sigwait(&end_signals, &signal);
  fmt::print("stopping\n");
  std::fflush(stdout);
  bool again = false;
  served->stop([&] {
    const timespec now{};
    again = again || sigtimedwait(&end_signals, nullptr, &now) > 0;
    return again;
  });
  return 0;
}

}  // namespace whoosh::cli
