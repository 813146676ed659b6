// What players reach: pages, REST, its key set, its CORS, and the WebSockets behind one address.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <set>

#include "auth/keys.h"
#include "services/doctor/checks.h"
#include "services/doctor/probe.h"
#include "services/role/key_files.h"

namespace whoosh::doctor {
namespace {

namespace json = boost::json;

Ask limited(const Config& config) {
  Ask ask;
  ask.timeout_ms = config.timeout_ms;
  ask.ca_file = config.ca_file;
  return ask;
}

Url at(Url url, std::string path) {
  url.path = std::move(path);
  return url;
}

// False: nobody is there, and asking on is of no use.
bool check_health(const Config& config, const Url& pages, Notes& notes) {
  const Url url = at(pages, "/api/health");
  const auto told = ask(url, limited(config));
  if (!told) {
    notes.fail(
        "pages", pages.origin(), fmt::format("can't be reached: {}", told.error().sentence()),
        "Is api (or solo) started, does the name lead here, does the proxy or firewall let it "
        "through? For a certificate of your own authority give --ca-file.");
    return false;
  }
  if (told->certificate_ends)
    notes.add(judge_certificate(pages.origin(), *told->certificate_ends, config.certificate_days));
  if (const auto ahead = ahead_s(*told))
    notes.add(judge_clock("pages-clock", pages.origin(), *ahead * 1000));
  if (told->status == 200 && told->body.find("\"status\"") != std::string::npos) {
    notes.ok("pages", pages.origin(), "/api/health answers 200.");
    return true;
  }
  const std::string code = told->code();
  notes.fail("pages", pages.origin(),
             fmt::format("/api/health answers {} {}.", told->status,
                         code.empty() ? "and is no Whoosh's" : code),
             code.empty() ? "Send / and /api to api's --http-port."
                          : "whoosh health beside each api says what it lacks.");
  return !code.empty();
}

void check_scheme(const Url& pages, Notes& notes) {
  if (pages.tls) {
    notes.ok("pages-tls", pages.origin(), "players come by https.");
  } else if (reach_of(pages.host) == Reach::loopback) {
    notes.ok("pages-tls", pages.origin(), "http is fine on this machine.");
  } else {
    notes.warn("pages-tls", pages.origin(),
               "players come by http: passwords and tokens travel in the clear, and browsers keep "
               "cameras and installing from such pages.",
               "Give api and edge --tls-cert and --tls-key, or a proxy with TLS in front, and "
               "--public-url https://…");
  }
}

void check_web(const Config& config, const Url& pages, Notes& notes) {
  const auto told = ask(at(pages, "/"), limited(config));
  if (!told) return;  // told as pages
  if (told->status == 200 && told->header("content-type").starts_with("text/html"))
    notes.ok("web", pages.origin(), "the web client is there.");
  else
    notes.warn("web", pages.origin(), fmt::format("/ answers {}, not a page.", told->status),
               "Build the web client (make web), or name its folder: --web DIR.");
}

// Kids of a key set as JSON; nullopt: it is none.
std::optional<std::set<std::string>> kids_of(const std::string& text) {
  boost::system::error_code error;
  const json::value page = json::parse(text, error);
  const json::object* set = error ? nullptr : page.if_object();
  const json::value* keys = set == nullptr ? nullptr : set->if_contains("keys");
  if (keys == nullptr || !keys->is_array()) return std::nullopt;
  std::set<std::string> kids;
  for (const json::value& key : keys->get_array()) {
    const json::value* kid = key.is_object() ? key.get_object().if_contains("kid") : nullptr;
    if (kid != nullptr && kid->is_string()) kids.emplace(kid->get_string());
  }
  return kids;
}

void check_key_set(const Config& config, const Url& pages, Notes& notes) {
  const auto told = ask(at(pages, "/.well-known/jwks.json"), limited(config));
  const auto served = told ? kids_of(told->body) : std::nullopt;
  if (!served) {
    notes.fail("key-set", pages.origin(), "/.well-known/jwks.json is no key set.",
               "Send /.well-known to api, too.");
    return;
  }
  const auto paths = role::given_key_files(config.api.keys);
  const auto keys = paths ? auth::KeySet::load(*paths) : base::Result<auth::KeySet>(paths.error());
  if (!keys) {
    if (config.api.keys.empty())
      notes.skip("key-set", "there are no keys to compare with api's.", "Give --keys.");
    return;  // else told as keys
  }
  std::string missing;
  for (const std::string& kid : *served)
    if (!keys->knows(kid)) missing += (missing.empty() ? "" : ", ") + kid;
  if (missing.empty()) {
    notes.ok("key-set", pages.origin(), "we have every key that api checks with.");
  } else {
    notes.fail("key-set", pages.origin(),
               fmt::format("api signs or checks with kid {}, which is not among our --keys: tokens "
                           "are refused here.",
                           missing),
               "Copy the public half of api's keys to every edge's --keys (whoosh keys --data DIR "
               "lists kids), then SIGHUP.");
  }
}

void check_origin(const Config& config, const Url& pages, const std::string& origin, Notes& notes) {
  Ask preflight = limited(config);
  preflight.method = "OPTIONS";
  preflight.headers = {{"Origin", origin}, {"Access-Control-Request-Method", "GET"}};
  const auto told = ask(at(pages, "/api/health"), preflight);
  if (!told) return;  // told as pages
  const std::string allowed = told->header("access-control-allow-origin");
  if (allowed == origin || allowed == "*") {
    notes.ok("origin", origin, fmt::format("{} lets its pages call.", pages.origin()));
    return;
  }
  const std::string seen =
      fmt::format("a preflight from there to {} answers {}{}.", pages.origin(), told->status,
                  told->code().empty() ? "" : " " + told->code());
  const bool is_own = origin == pages.origin();
  const std::string mend =
      is_own ? fmt::format("Give api and edge --public-url {}, and let the proxy pass Host on.",
                           pages.origin())
             : fmt::format(
                   "Give api and edge --allowed-origins {}, scheme and port as browsers "
                   "write them; the proxy must pass OPTIONS on.",
                   origin);
  if (is_own)
    notes.warn("origin", origin, seen, mend);
  else
    notes.fail("origin", origin, seen, mend);
}

// Where players are sent when nothing names it: the pages' own address, or port 8080 beside it. The
// one that is an edge, or the one that says most.
Finding find_door(const Config& config, const Url& pages) {
  const char* const scheme = pages.tls ? "wss" : "ws";
  Url beside = at(pages, "/ws");
  beside.port = config.edge.edge_port;
  const Finding own =
      check_door(config, {"", at(pages, "/ws").text(scheme), pages.origin(), "edge-url"});
  if (own.severity == Severity::ok || own.check == "origin") return own;
  const Finding other = check_door(config, {"", beside.text(scheme), pages.origin(), "edge-url"});
  const bool other_is_none = other.check == "websocket" && other.severity == Severity::failure;
  return other_is_none ? own : other;
}

}  // namespace

Findings check_pages(const Config& config) {
  Notes notes;
  if (config.pages().empty()) {
    notes.skip("pages", "no public URL is named.",
               "Give --public-url, or --against URL to look from outside only.");
    return notes.take();
  }
  const auto pages = parse_url(config.pages());
  if (!pages) {
    notes.fail("pages", config.pages(), "it is no URL.", "http://HOST:PORT or https://HOST");
    return notes.take();
  }
  check_scheme(*pages, notes);
  if (check_health(config, *pages, notes)) {
    check_web(config, *pages, notes);
    check_key_set(config, *pages, notes);
    check_origin(config, *pages, pages->origin(), notes);
    for (const std::string& origin : config.api.allowed_origins)
      if (origin != "*") check_origin(config, *pages, origin, notes);
  }
  if (!config.api.edge_url.empty())
    notes.add(check_door(config, {"", config.api.edge_url, pages->origin(), "edge-url"}));
  else if (config.api.state.empty())  // else each node's own way is looked at
    notes.add(find_door(config, *pages));
  return notes.take();
}

}  // namespace whoosh::doctor
