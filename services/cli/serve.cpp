#include "services/cli/serve.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

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

// Whether a hangup is the end: told by the terminal that was there at the start.
class Terminal {
 public:
  Terminal() {
    struct sigaction before {};
    const bool nohup = sigaction(SIGHUP, nullptr, &before) == 0 && before.sa_handler == SIG_IGN;
    ends_us_ = !nohup && is_there();
  }

  [[nodiscard]] bool is_lost(const siginfo_t& hangup) const {
    if (!ends_us_) return false;
    if (hangup.si_code == SI_KERNEL) return true;  // nobody sent it: the line or its shell is gone
    // A shell that ends tells its jobs first and goes then. From the same shell `kill -HUP` comes,
    // too; it stays.
    const bool from_shell = hangup.si_pid == getsid(0);
    for (int asked = 0; from_shell && is_there() && asked < 20; ++asked) usleep(50'000);
    return !is_there();
  }

 private:
  static bool is_there() {
    const int file = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (file >= 0) close(file);
    return file >= 0;
  }
  bool ends_us_ = false;
};

// Blocks the signals that are for us in this thread and all it starts, so that sigwait() gets them.
sigset_t block_signals() {
  std::signal(SIGPIPE, SIG_IGN);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGHUP);  // comes also where it was ignored at the start: blocked is not ignored
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  return set;
}

}  // namespace

int serve(const std::string& log_level, const std::string& log_format,
          const std::function<base::Result<Served>()>& start) {
  const Terminal terminal;
  const sigset_t signals = block_signals();
  raise_descriptor_limit();
  umask(S_IRWXG | S_IRWXO);  // keys, database and match logs are their owner's alone
  start_log(log_level, log_format);
  const auto served = start();
  if (!served) return fail(served.error().sentence());
  fmt::print("{}\n", served->up);
  std::fflush(stdout);
  siginfo_t signal{};
  for (;;) {
    if (sigwaitinfo(&signals, &signal) < 0) continue;  // interrupted: a debugger came or went
    if (signal.si_signo != SIGHUP || terminal.is_lost(signal)) break;
    served->reload();
  }
  fmt::print("stopping\n");
  std::fflush(stdout);
  bool again = false;
  served->stop([&] {
    const timespec now{};
    siginfo_t more{};
    while (!again && sigtimedwait(&signals, &more, &now) > 0) {
      again = more.si_signo != SIGHUP || terminal.is_lost(more);
    }
    return again;
  });
  return 0;
}

}  // namespace whoosh::cli
