#include "bench/api/load/processes.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

namespace whoosh::bench {
namespace {

struct Stat {
  pid_t parent = 0;
  long ticks = 0;
};

// The fields of /proc/PID/stat behind the command, which may hold anything: from the last ')'.
bool read_stat(const std::string& pid, Stat& stat) {
  std::ifstream file("/proc/" + pid + "/stat");
  std::string line;
  if (!std::getline(file, line)) return false;
  std::istringstream rest(line.substr(line.rfind(')') + 1));
  std::string skipped;
  long user = 0;
  long system = 0;
  long child_user = 0;
  long child_system = 0;
  rest >> skipped >> stat.parent;
  for (int field = 5; field < 14; ++field) rest >> skipped;
  rest >> user >> system >> child_user >> child_system;
  stat.ticks = user + system + child_user + child_system;
  return static_cast<bool>(rest);
}

std::map<pid_t, Stat> all_processes() {
  std::map<pid_t, Stat> all;
  DIR* const folder = ::opendir("/proc");
  if (folder == nullptr) return all;
  while (const dirent* const entry = ::readdir(folder)) {
    const pid_t pid = std::atoi(entry->d_name);
    Stat stat;
    if (pid > 0 && read_stat(entry->d_name, stat)) all.emplace(pid, stat);
  }
  ::closedir(folder);
  return all;
}

bool descends(const std::map<pid_t, Stat>& all, pid_t pid, pid_t root) {
  while (pid > 1) {
    if (pid == root) return true;
    const auto found = all.find(pid);
    if (found == all.end()) return false;
    pid = found->second.parent;
  }
  return false;
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

CpuReading read_cpu(const std::vector<ProcessGroup>& groups) {
  const double tick_s = 1.0 / static_cast<double>(::sysconf(_SC_CLK_TCK));
  CpuReading reading;
  const std::map<pid_t, Stat> all = all_processes();
  for (const ProcessGroup& group : groups) {
    long ticks = 0;
    for (const auto& [pid, stat] : all) {
      if (descends(all, pid, group.root)) ticks += stat.ticks;
    }
    reading.group_s.push_back(static_cast<double>(ticks) * tick_s);
  }
  rusage own{};
  ::getrusage(RUSAGE_SELF, &own);
  reading.own_s = seconds(own.ru_utime) + seconds(own.ru_stime);
  std::ifstream file("/proc/stat");
  std::string word;
  file >> word;  // "cpu": user nice system idle iowait irq softirq steal
  double ticks = 0;
  for (int field = 0; field < 8 && file >> ticks; ++field) {
    reading.total_s += ticks * tick_s;
    if (field == 3 || field == 4) reading.idle_s += ticks * tick_s;
  }
  return reading;
}

double load_average() {
  double average = 0;
  return ::getloadavg(&average, 1) == 1 ? average : 0;
}

}  // namespace whoosh::bench
