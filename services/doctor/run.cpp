#include "services/doctor/run.h"

#include <fmt/format.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "services/doctor/checks.h"
#include "services/role/secret_file.h"

namespace whoosh::doctor {
namespace {

// Of all groups of one run; threads that were left behind still hold it. `mutex` protects the rest;
// nothing is called under it.
struct Results {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::optional<Findings>> of_group;
  std::size_t missing = 0;
};

Findings guarded(const Group& group) try {
  return group.check();
} catch (const std::exception& error) {  // out of memory or threads; never half a report
  return {{Severity::failure, group.name, "", fmt::format("the check failed: {}", error.what()),
           "Run it again on a machine with room for it."}};
}

void read_secrets(Config& config, Notes& notes) {
  const auto read = [&](std::string_view knob, const std::string& path, std::string& value) {
    const auto done = role::read_secret_file(knob, path, value);
    if (done) return;
    notes.fail(
        "secrets", path, done.error().message,
        "The file must be there, and readable by this user; whoosh secrets makes all of them.");
  };
  read("state", config.api.state_file, config.api.state);
  read("database", config.api.database_file, config.api.database);
  read("cluster-secret", config.api.cluster_secret_file, config.api.cluster_secret);
}

}  // namespace

Report run(std::vector<Group> groups, std::chrono::milliseconds patience) {
  const auto results = std::make_shared<Results>();
  results->of_group.resize(groups.size());
  results->missing = groups.size();
  for (std::size_t at = 0; at < groups.size(); ++at) {
    std::thread([results, at, group = groups[at]] {
      Findings found = guarded(group);
      const std::lock_guard lock(results->mutex);
      results->of_group[at] = std::move(found);
      --results->missing;
      results->changed.notify_all();
    }).detach();
  }
  Report report;
  std::unique_lock lock(results->mutex);
  results->changed.wait_for(lock, patience, [&] { return results->missing == 0; });
  report.is_whole = results->missing == 0;
  for (std::size_t at = 0; at < groups.size(); ++at) {
    if (results->of_group[at]) {
      for (const Finding& finding : *results->of_group[at]) report.findings.push_back(finding);
      continue;
    }
    report.findings.push_back(
        {Severity::failure, groups[at].name, "",
         fmt::format("these checks have not ended within {} s.", patience.count() / 1000),
         "Something swallows what is sent to it: look at firewalls, and at what looks names up "
         "(getent hosts NAME)."});
  }
  sort(report.findings);
  return report;
}

Report run(Config config) {
  Notes notes;
  read_secrets(config, notes);
  const auto shared = std::make_shared<const Config>(std::move(config));
  std::vector<Group> groups{{"pages", [shared] { return check_pages(*shared); }}};
  if (!shared->is_outside_only()) {
    groups.push_back({"files", [shared] { return check_files(*shared); }});
    groups.push_back({"machine", [shared] { return check_machine(*shared); }});
    groups.push_back({"state", [shared] { return check_state(*shared); }});
    groups.push_back({"database", [shared] { return check_database(*shared); }});
  }
  // Each group asks a few questions one after the other; those of many edges go side by side.
  constexpr int questions = 6;
  Report report = run(std::move(groups), std::chrono::milliseconds(shared->timeout_ms) * questions);
  for (Finding& finding : notes.take()) report.findings.push_back(std::move(finding));
  sort(report.findings);
  return report;
}

}  // namespace whoosh::doctor
