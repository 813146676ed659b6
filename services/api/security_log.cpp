#include "services/api/security_log.h"

#include <spdlog/spdlog.h>

#include <array>
#include <string_view>

namespace whoosh::api {
namespace {

// What a request to this route is about. A path that ends in a slash stands for all below it.
struct Subject {
  std::string_view method;
  std::string_view path;
  std::string_view event;
};

constexpr auto subjects = std::to_array<Subject>({
    {"POST", "/api/auth/register", "sign_up"},
    {"POST", "/api/auth/login", "sign_in"},
    {"POST", "/api/auth/guest", "guest"},
    {"POST", "/api/auth/convert-guest", "convert_guest"},
    {"POST", "/api/auth/token/refresh", "refresh"},
    {"POST", "/api/auth/logout", "sign_out"},
    {"POST", "/api/auth/logout-all", "sign_out_everywhere"},
    {"POST", "/api/auth/password", "change_password"},
    {"POST", "/api/auth/reset-password", "reset_password"},
    {"POST", "/api/auth/totp", "begin_second_factor"},
    {"POST", "/api/auth/totp/confirm", "second_factor_on"},
    {"POST", "/api/auth/totp/disable", "second_factor_off"},
    {"POST", "/api/auth/recovery-codes", "new_recovery_codes"},
    {"DELETE", "/api/auth/sessions/", "revoke_session"},
    {"DELETE", "/api/users/me", "erase_account"},
    {"GET", "/api/users/me/export", "export_data"},
    {"POST", "/api/admin/", "admin_action"},
    {"PATCH", "/api/admin/", "admin_action"},
    {"PUT", "/api/admin/", "admin_action"},
    {"DELETE", "/api/admin/", "admin_action"},
});

std::string_view subject_of(const http::AccessLine& line) {
  std::string_view path = line.path;
  if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  for (const Subject& subject : subjects) {
    const bool is_folder = subject.path.ends_with('/');
    const bool fits = is_folder ? path.starts_with(subject.path) : path == subject.path;
    if (fits && line.method == subject.method) return subject.event;
  }
  return {};
}

}  // namespace

std::string security_event(const http::AccessLine& line) {
  if (line.status == 429) return "rate_limited";
  const std::string subject(subject_of(line));
  if (line.status >= 200 && line.status < 300) return subject;
  const bool denied = line.status == 401 || line.status == 403;
  if (denied) return subject.empty() ? "access_denied" : subject + "_failed";
  // Bytes that two servers could read differently, heads that are too large: no client of ours.
  if (line.code == "malformed" || line.status == 431) return "malformed_request";
  return {};
}

void log_security(const http::AccessLine& line) {
  const std::string event = security_event(line);
  if (event.empty()) return;
  const bool refused = line.status >= 400;
  spdlog::log(refused ? spdlog::level::warn : spdlog::level::info,
              "security event={} code={} method={} path={} status={} client={} user={} request={}",
              event, line.code.empty() ? "-" : line.code, line.method,
              line.path.empty() ? "-" : line.path, line.status, line.client,
              line.user.empty() ? "-" : line.user, line.request_id);
}

}  // namespace whoosh::api
