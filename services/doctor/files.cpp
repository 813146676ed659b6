// Files of this machine: keys, secrets, certificates.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <cstdio>
#include <filesystem>
#include <memory>

#include "auth/cluster_key.h"
#include "auth/keys.h"
#include "runtime/clock.h"
#include "services/doctor/checks.h"
#include "services/doctor/probe.h"
#include "services/role/key_files.h"
#include "services/role/tls_watch.h"
#include "tls/context.h"

namespace whoosh::doctor {
namespace {

namespace fs = std::filesystem;

void check_keys(const Config& config, Notes& notes) {
  if (config.api.keys.empty()) {
    notes.skip("keys", "no key files are named.", "Give --keys, as the role has it.");
    return;
  }
  const std::string given = fmt::format("{}", fmt::join(config.api.keys, ", "));
  const auto paths = role::given_key_files(config.api.keys);
  if (!paths) {
    notes.fail("keys", given, std::string(paths.error().sentence()),
               "Name the files with --keys, or make them: whoosh keys --data DIR; the process must "
               "be allowed to read them.");
    return;
  }
  const auto keys = auth::KeySet::load(*paths);
  if (!keys) {
    notes.fail("keys", given, std::string(keys.error().sentence()),
               fmt::format("chmod 600 what is private and chown it to the process's user: {}",
                           fmt::join(*paths, " ")));
    return;
  }
  notes.ok("keys", given,
           keys->can_sign()
               ? fmt::format("kid {} signs, {} in all.", keys->signing_kid(), keys->list().size())
               : "public keys only: an edge needs no more, api and matchmaker do.");
}

// "" is no file of a secret.
void check_secret_file(std::string_view knob, const std::string& path, Notes& notes) {
  struct stat info {};
  if (path.empty() || ::stat(path.c_str(), &info) != 0) return;  // resolve() has said it
  if ((info.st_mode & (S_IROTH | S_IWOTH)) == 0) return;
  notes.fail(
      "secrets", path,
      fmt::format("everybody on this machine may read it: mode {:o}.", info.st_mode & 0777),
      fmt::format("chmod 600 {}, and change the secret (--{}-file): it may be known.", path, knob));
}

void check_secrets(const Config& config, Notes& notes) {
  check_secret_file("state", config.api.state_file, notes);
  check_secret_file("database", config.api.database_file, notes);
  check_secret_file("cluster-secret", config.api.cluster_secret_file, notes);
  const std::string& secret = config.api.cluster_secret;
  if (secret.empty()) {
    notes.skip("cluster-secret", "none is given.",
               "Give --cluster-secret-file, to see whether every edge has the same.");
  } else if (secret.size() < auth::cluster_secret_bytes_min) {
    notes.fail("cluster-secret", "", fmt::format("it has {} characters.", secret.size()),
               fmt::format("Take one of {} or more, the same everywhere: whoosh secrets makes it.",
                           auth::cluster_secret_bytes_min));
  } else {
    notes.ok("cluster-secret", "", fmt::format("{} characters.", secret.size()));
  }
}

bool is_for(const std::string& path, const std::string& host) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "re"),
                                                             &std::fclose);
  if (!file) return true;  // Context::server has said it
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      PEM_read_X509(file.get(), nullptr, nullptr, nullptr), &X509_free);
  if (!certificate) return true;
  return X509_check_host(certificate.get(), host.c_str(), host.size(), 0, nullptr) == 1 ||
         X509_check_ip_asc(certificate.get(), host.c_str(), 0) == 1;
}

void check_certificate(const Config& config, const cluster::TlsConfig& tls, Notes& notes) {
  if (tls.tls_cert.empty() && tls.tls_key.empty()) return;
  if (const std::string wrong = role::check_tls_knobs(tls.tls_cert, tls.tls_key); !wrong.empty()) {
    notes.fail("certificate", tls.tls_cert + tls.tls_key, wrong, "Give both.");
    return;
  }
  const runtime::OsClock clock;
  const auto context =
      tls::Context::server({tls.tls_cert, tls.tls_key}, std::make_shared<tls::TicketKeys>(clock));
  if (!context) {
    notes.fail("certificate", tls.tls_cert, std::string(context.error().sentence()),
               "Put the certificate with its chain in --tls-cert and its own key in --tls-key.");
    return;
  }
  notes.add(judge_certificate(tls.tls_cert, (*context)->certificate().not_after,
                              config.certificate_days));
  for (const std::string& text : {config.api.public_url, config.edge.advertise_ws_url}) {
    const auto url = parse_url(text);
    if (!url || is_for(tls.tls_cert, url->host)) continue;
    notes.fail("certificate", tls.tls_cert, fmt::format("it is not for {}.", url->host),
               fmt::format("Get one that names {} (subjectAltName).", url->host));
  }
}

}  // namespace

Finding judge_certificate(std::string subject, base::UnixMs ends, std::uint32_t days_min) {
  constexpr std::int64_t day_ms = 86'400'000;
  const std::int64_t left_ms = ends.value - runtime::OsClock().now().value;
  Finding finding{Severity::ok, "certificate", std::move(subject), "", ""};
  finding.seen = left_ms < 0 ? fmt::format("it ended {} days ago.", -left_ms / day_ms)
                             : fmt::format("it ends in {} days.", left_ms / day_ms);
  if (left_ms >= days_min * day_ms) return finding;
  finding.severity = left_ms < 0 ? Severity::failure : Severity::warning;
  finding.mend =
      "Renew it (certbot renew, or as it was made); processes read a new one within 10 s.";
  return finding;
}

Findings check_files(const Config& config) {
  Notes notes;
  check_keys(config, notes);
  check_secrets(config, notes);
  check_certificate(config, config.api, notes);
  return notes.take();
}

}  // namespace whoosh::doctor
