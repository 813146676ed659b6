// This machine: the data folder, its disk, the limit of descriptors.
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "services/doctor/checks.h"

namespace whoosh::doctor {
namespace {

namespace fs = std::filesystem;

std::string shown_bytes(std::uint64_t bytes) {
  constexpr double mib = 1024.0 * 1024.0;
  const double count = static_cast<double>(bytes) / mib;
  return count < 10'240 ? fmt::format("{:.0f} MiB", count)
                        : fmt::format("{:.0f} GiB", count / 1024);
}

void check_disk(const Config& config, const std::string& folder, Notes& notes) {
  struct statvfs disk {};
  if (::statvfs(folder.c_str(), &disk) != 0) {
    notes.fail("disk", folder, std::strerror(errno), "Name a folder that is there with --data.");
    return;
  }
  notes.add(judge_disk({folder, disk.f_blocks * disk.f_frsize, disk.f_bavail * disk.f_frsize,
                        disk.f_files, disk.f_favail},
                       config.disk_free_percent));
}

}  // namespace

Finding judge_disk(const Disk& disk, std::uint32_t free_percent_min) {
  constexpr std::uint64_t bytes_min = 64ULL * 1024 * 1024;
  // Some file systems have no number of files.
  const auto percent = [](std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 100.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  };
  const double bytes_left = percent(disk.bytes_free, disk.bytes);
  const double files_left = percent(disk.files_free, disk.files);
  Finding finding{Severity::ok, "disk", disk.folder, "", ""};
  finding.seen =
      fmt::format("{} of {} are free ({:.1f} %), and {:.1f} % of its files.",
                  shown_bytes(disk.bytes_free), shown_bytes(disk.bytes), bytes_left, files_left);
  if (disk.bytes_free < bytes_min || files_left < 0.1)
    finding.severity = Severity::failure;
  else if (bytes_left < free_percent_min || files_left < free_percent_min)
    finding.severity = Severity::warning;
  else
    return finding;
  finding.mend = fmt::format(
      "Make room there, or move the folder to a larger disk (--data); see what takes it: du -xh "
      "-d1 "
      "{}",
      disk.folder);
  return finding;
}

Findings check_machine(const Config& config) {
  Notes notes;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
    notes.fail("descriptors", "", std::strerror(errno), "See ulimit -n.");
  else
    notes.add(judge_descriptors(limit.rlim_max, config.edge.players_max));
  const std::string& folder = config.edge.data;
  if (folder.empty()) {
    notes.skip("data", "no data folder is named.", "Give --data, as the role has it.");
    return notes.take();
  }
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    notes.fail("data", folder, error ? error.message() : "it is no folder.",
               fmt::format("mkdir -p -m 700 {}, owned by the process's user.", folder));
    return notes.take();
  }
  if (::access(folder.c_str(), R_OK | W_OK | X_OK) == 0) {
    notes.ok("data", folder, "it may be read and written.");
  } else {
    notes.fail(
        "data", folder,
        fmt::format("user {} may not read and write it: {}.", ::geteuid(), std::strerror(errno)),
        fmt::format("chown -R {} {}; a read-only mount must be mounted rw. Run this as the "
                    "process's user.",
                    ::geteuid(), folder));
  }
  check_disk(config, folder, notes);
  return notes.take();
}

}  // namespace whoosh::doctor
