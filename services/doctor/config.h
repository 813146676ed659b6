// Config of `whoosh doctor`: every knob of the roles, so that it is run with the very environment,
// file or flags of the deployment, and a few of its own. Values; any thread.
//
// Here an empty value means "not given", and what it belongs to is not looked at: the roles'
// defaults of where things are count only for who starts a role.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "base/result.h"
#include "services/cluster/config.h"

namespace whoosh::doctor {

struct Config {
  Config();

  cluster::ApiConfig api;                // what several roles have is here …
  cluster::EdgeConfig edge;              // … and here what only an edge has
  std::string against;                   // from outside only: the URL of the pages
  std::string ca_file;                   // PEM; "": what the system trusts
  std::uint32_t timeout_ms = 5'000;      // of one question
  std::uint32_t disk_free_percent = 10;  // less: a warning
  std::uint32_t certificate_days = 14;   // ends sooner: a warning

  // The pages' URL as players reach it; "": not told.
  [[nodiscard]] const std::string& pages() const {
    return against.empty() ? api.public_url : against;
  }
  [[nodiscard]] bool is_outside_only() const { return !against.empty(); }
};

// Passes each name on once.
template <class F>
struct OnceEach {
  F& visit;
  std::set<std::string> seen = {};

  template <class T>
  void operator()(const std::string& name, T& value, const std::string& words) {
    if (seen.insert(name).second) visit(name, value, words);
  }
  void secret(const std::string& name, std::string& value, const std::string& words) {
    if (seen.insert(name).second) visit.secret(name, value, words);
  }
};

// As the roles' each_knob(): every knob once, whichever roles have it.
template <class F>
void each_knob(Config& config, F& visit) {
  OnceEach<F> once{visit};
  cluster::each_knob(config.api, once);
  cluster::each_knob(config.edge, once);
}

}  // namespace whoosh::doctor
