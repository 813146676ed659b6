// TestWatchdog: a shell command that runs when this process has gone without calling it off, be it
// by SIGKILL: so that no server and no folder of a test outlives it. Owner: whoever starts the
// server or makes the folder; destroyed after it has tidied up itself.
//
// How: a shell of a session of its own reads a pipe whose other end is held by this process alone.
// A word on it calls the command off; its end without a word is the death of whoever held it. (A
// child that is forked and never calls exec holds it, too: as long as it lives, we count as alive.)
#pragma once

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <string>

namespace whoosh::runtime {

class TestWatchdog {
 public:
  explicit TestWatchdog(const std::string& command) : owner_(::getpid()) {
    const std::string script = "read -r word && exit 0\n" + command;
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    shell_ = ::fork();
    if (shell_ < 0) throw std::runtime_error("fork");
    if (shell_ == 0) {  // nothing but system calls: other threads may hold locks
      ::setsid();       // a Ctrl-C at the terminal is for the test
      ::dup2(ends[0], STDIN_FILENO);
      const int nowhere = ::open("/dev/null", O_WRONLY);
      ::dup2(nowhere, STDOUT_FILENO);  // else whoever reads the test's output would wait for us
      ::dup2(nowhere, STDERR_FILENO);
      ::execl("/bin/sh", "sh", "-c", script.c_str(), static_cast<char*>(nullptr));
      ::_exit(127);
    }
    ::close(ends[0]);
    held_ = ends[1];
  }
  TestWatchdog(const TestWatchdog&) = delete;
  TestWatchdog& operator=(const TestWatchdog&) = delete;
  ~TestWatchdog() {
    if (owner_ == ::getpid()) {  // not in a forked child that ends by exit()
      while (::write(held_, "off\n", 4) < 0 && errno == EINTR) {
      }
    }
    ::close(held_);
    if (owner_ == ::getpid()) ::waitpid(shell_, nullptr, 0);
  }

 private:
  const pid_t owner_;
  pid_t shell_ = -1;
  int held_ = -1;
};

}  // namespace whoosh::runtime
