// TlsWatch: the certificate and key of a process's public listeners, read at start and again when
// their files change or the process is told to (SIGHUP).
//
// A pair that can't be used later on leaves the former one in use: that is logged once, and is the
// metric whoosh_tls_stale. So is a pair of which only one file is new yet: the next look finds the
// other. Whoever is connected keeps what he has. An expired certificate is served, with a warning
// in the log and whoosh_tls_certificate_expires_seconds below 0: clients refuse it loudly enough,
// and nothing else could be served.
//
// Owner: the role; outlived by whoever on_new() tells. make() and start() from one thread, the rest
// from any.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "metrics/exposition.h"
#include "runtime/clock.h"
#include "runtime/loop_thread.h"
#include "services/role/file_stamp.h"
#include "tls/context.h"

namespace whoosh::role {

class TlsWatch {
 public:
  // Error: the sentence of tls::Context::server. `clock` outlives it and all its sessions.
  [[nodiscard]] static base::Result<std::unique_ptr<TlsWatch>> make(tls::CertificateFiles files,
                                                                    const runtime::Clock& clock);
  ~TlsWatch() { stop(); }

  // What a listener starts with. Any thread.
  [[nodiscard]] tls::ContextPtr current() const { return current_.load(); }
  // Looks every period_ms from now on; on_new is called on the watch's thread.
  void start(std::function<void(const tls::ContextPtr&)> on_new, std::int64_t period_ms = 10'000);
  // Reads the files now, on the watch's thread. REQUIRES: started.
  void reload();
  void stop();
  void collect(metrics::Exposition& out) const;

 private:
  TlsWatch(tls::CertificateFiles files, const runtime::Clock& clock);
  [[nodiscard]] std::vector<FileStamp> stamps() const;
  void look(bool always);
  std::int64_t turn();
  void took(const tls::ContextPtr& context);
  void warn_of_end();

  const tls::CertificateFiles files_;
  const runtime::Clock& clock_;
  const std::shared_ptr<tls::TicketKeys> tickets_;
  std::atomic<tls::ContextPtr> current_;
  std::vector<FileStamp> stamps_;  // of what was read last
  std::string complaint_;          // as last logged; "": all is well
  std::int64_t warned_at_ms_ = 0;
  std::int64_t period_ms_ = 0;
  std::atomic<std::int64_t> not_before_ms_{0};
  std::atomic<std::int64_t> not_after_ms_{0};
  std::atomic<std::int64_t> reloads_{0};
  std::atomic<bool> is_stale_{false};
  std::function<void(const tls::ContextPtr&)> on_new_;
  std::unique_ptr<runtime::LoopThread> thread_;  // last: runs over all of the above
};

// The two knobs as every role checks them: both or none. "" when they are good, else what is wrong.
[[nodiscard]] std::string check_tls_knobs(const std::string& certificate, const std::string& key);

}  // namespace whoosh::role
