#include "services/role/tls_watch.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <utility>

#include "base/time.h"

namespace whoosh::role {
namespace {

constexpr std::int64_t day_ms = 24LL * 3600 * 1000;
constexpr std::int64_t warn_ahead_ms = 14 * day_ms;

// The group may: that is how a service's user shares a certificate.
bool is_for_everybody(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && (info.st_mode & S_IROTH) != 0;
}

}  // namespace

TlsWatch::TlsWatch(tls::CertificateFiles files, const runtime::Clock& clock)
    : files_(std::move(files)),
      clock_(clock),
      tickets_(std::make_shared<tls::TicketKeys>(clock)),
      stamps_(stamps()) {}

base::Result<std::unique_ptr<TlsWatch>> TlsWatch::make(tls::CertificateFiles files,
                                                       const runtime::Clock& clock) {
  std::unique_ptr<TlsWatch> made(new TlsWatch(std::move(files), clock));
  auto context = tls::Context::server(made->files_, made->tickets_);
  if (!context) return context.error();
  if (is_for_everybody(made->files_.key))
    spdlog::warn("tls: everybody on this machine may read {}", made->files_.key);
  made->took(*context);
  return made;
}

std::vector<FileStamp> TlsWatch::stamps() const {
  return {FileStamp::of(files_.certificate), FileStamp::of(files_.key)};
}

void TlsWatch::start(std::function<void(const tls::ContextPtr&)> on_new, std::int64_t period_ms) {
  on_new_ = std::move(on_new);
  period_ms_ = period_ms;
  thread_ = std::make_unique<runtime::LoopThread>([this] { return turn(); });
}

void TlsWatch::reload() {
  thread_->post([this] { look(true); });
}

void TlsWatch::stop() {
  if (thread_ != nullptr) thread_->stop();
}

std::int64_t TlsWatch::turn() {
  look(false);
  warn_of_end();
  return period_ms_;
}

void TlsWatch::look(bool always) {
  std::vector<FileStamp> now = stamps();  // before they are read: a change meanwhile is seen next
  if (!always && !is_stale_ && now == stamps_) return;
  const auto context = tls::Context::server(files_, tickets_);
  is_stale_ = !context;
  if (!context) {
    const std::string complaint(context.error().sentence());
    if (std::exchange(complaint_, complaint) == complaint) return;
    spdlog::error("tls: the new certificate can't be used, the former one stays: {}", complaint);
    return;
  }
  complaint_.clear();
  stamps_ = std::move(now);
  took(*context);
  on_new_(*context);
  ++reloads_;
}

void TlsWatch::took(const tls::ContextPtr& context) {
  const tls::Certificate& certificate = context->certificate();
  current_ = context;
  not_before_ms_ = certificate.not_before.value;
  not_after_ms_ = certificate.not_after.value;
  spdlog::info("tls: certificate of {} ({}), good until {}", certificate.subject, certificate.key,
               base::rfc3339(certificate.not_after));
  warned_at_ms_ = 0;
  warn_of_end();
}

// Once a day.
void TlsWatch::warn_of_end() {
  const base::UnixMs now = clock_.now();
  if (warned_at_ms_ != 0 && now.value - warned_at_ms_ < day_ms) return;
  const std::int64_t left_ms = not_after_ms_ - now.value;
  if (left_ms < 0) {
    spdlog::error("tls: the certificate in {} has expired: clients will refuse it",
                  files_.certificate);
  } else if (now.value < not_before_ms_) {
    spdlog::error("tls: the certificate in {} is not valid yet: clients will refuse it",
                  files_.certificate);
  } else if (left_ms < warn_ahead_ms) {
    spdlog::warn("tls: the certificate in {} expires in {} days", files_.certificate,
                 left_ms / day_ms);
  } else {
    return;
  }
  warned_at_ms_ = now.value;
}

void TlsWatch::collect(metrics::Exposition& out) const {
  out.gauge("whoosh_tls_certificate_expires_seconds",
            "Until the certificate in use, or one that signed it, expires; below 0: it has.", {},
            static_cast<double>(not_after_ms_ - clock_.now().value) / 1000.0);
  out.gauge("whoosh_tls_stale",
            "1: the certificate's files can't be used, the former certificate is.", {},
            is_stale_ ? 1 : 0);
  out.counter("whoosh_tls_reloads_total", "Times that the certificate was replaced.", {},
              static_cast<double>(reloads_.load()));
}

std::string check_tls_knobs(const std::string& certificate, const std::string& key) {
  if (certificate.empty() == key.empty()) return {};
  return fmt::format("--{} is needed, too: TLS takes a certificate and its private key.",
                     certificate.empty() ? "tls-cert" : "tls-key");
}

}  // namespace whoosh::role
