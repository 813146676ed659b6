#include "services/role/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>

namespace whoosh::role {
namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  double pages = 0;
  double resident = 0;
  statm >> pages >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double open_descriptors() {
  std::error_code gone;
  double count = 0;
  for (auto it = std::filesystem::directory_iterator("/proc/self/fd", gone);
       !gone && it != std::filesystem::directory_iterator(); it.increment(gone))
    ++count;
  return count;
}

// Of the first call, which is at the start: /proc has it only as ticks since the machine's.
double started_at() {
  static const double at =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  return at;
}

}  // namespace

void write_process(metrics::Exposition& out) {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  out.counter("process_cpu_seconds_total", "User and system time used.", {},
              seconds(used.ru_utime) + seconds(used.ru_stime));
  out.gauge("process_resident_memory_bytes", "Resident memory.", {}, resident_bytes());
  out.gauge("process_open_fds", "Open descriptors.", {}, open_descriptors());
  out.gauge("process_max_fds", "Descriptors that it may have open.", {},
            static_cast<double>(files.rlim_cur));
  out.gauge("process_start_time_seconds", "When it was started, unix time.", {}, started_at());
}

void write_disk(metrics::Exposition& out, const std::string& folder) {
  std::error_code gone;
  const auto space = std::filesystem::space(folder, gone);
  if (gone) return;  // an absent sample is what Prometheus' absent() is for
  out.gauge("whoosh_data_free_bytes", "Room left on the file system of --data.", {},
            static_cast<double>(space.available));
  out.gauge("whoosh_data_size_bytes", "Size of the file system of --data.", {},
            static_cast<double>(space.capacity));
}

}  // namespace whoosh::role
