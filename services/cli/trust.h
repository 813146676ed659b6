// Trust: whom a client of the command line takes for the server at https:// and wss://: what the
// system trusts, what --ca names, or anybody, which is said each time.
// Owner: the options of a command; one thread.
#pragma once

#include <string>
#include <string_view>

#include "tools/swarm/client.h"

namespace CLI {
class App;
}

namespace whoosh::cli {

struct Trust {
  std::string ca_file;
  bool insecure = false;
};

// --ca and --insecure. `group`: of the help text; "": the command's own.
void add_trust(CLI::App& app, Trust& trust, const std::string& group = {});

// Warns on standard error where nothing is checked. invalid_input: the file is no PEM.
[[nodiscard]] base::Result<tls::ContextPtr> make_trust(const Trust& trust);

// "https://host:port" -> where that is. invalid_input, with a sentence that names the option.
[[nodiscard]] base::Result<swarm::Endpoint> api_endpoint(std::string_view option,
                                                         std::string_view url,
                                                         const tls::ContextPtr& trust);

}  // namespace whoosh::cli
