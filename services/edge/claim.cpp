#include "services/edge/claim.h"

#include <algorithm>

namespace whoosh::edge {
namespace {

// Scheme and authority of an origin, in lower case; its host alone.
std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return out;
}

std::string_view host_of(std::string_view authority) {
  if (authority.starts_with('[')) return authority.substr(0, authority.find(']') + 1);
  return authority.substr(0, authority.find(':'));
}

bool take(Claim& claim, CredentialKind kind, std::string_view credential) {
  if (claim.kind != CredentialKind::none) return false;
  claim.kind = kind;
  claim.credential = std::string(credential);
  return true;
}

void read_subprotocols(Claim& claim, const net::Request& request) {
  for (const std::string_view offered : request.subprotocols) {
    if (offered == subprotocol)
      claim.answers_subprotocol = true;
    else if (offered.starts_with("ticket."))
      take(claim, CredentialKind::ticket, offered.substr(7));
    else if (offered.starts_with("resume."))
      take(claim, CredentialKind::resume, offered.substr(7));
  }
}

}  // namespace

Claim read_claim(const net::Request& request, bool takes_query_token) {
  Claim claim;
  read_subprotocols(claim, request);
  constexpr std::string_view bearer = "bearer ";
  const std::string_view authorization = request.authorization();
  if (authorization.size() > bearer.size() &&
      lower(authorization.substr(0, bearer.size())) == bearer) {
    take(claim, CredentialKind::access, authorization.substr(bearer.size()));
  }
  if (const auto resume = request.query_value("resume"))
    take(claim, CredentialKind::resume, *resume);
  if (const auto token = request.query_value("token"); token && takes_query_token) {
    take(claim, CredentialKind::access, *token);
  }
  claim.room = request.query_value("game_id").value_or("");
  claim.game = request.query_value("game").value_or("");
  claim.as = request.query_value("as").value_or("");
  claim.wants_ticks = request.query_value("tick").value_or("1") != "0";
  return claim;
}

bool origin_allowed(std::string_view origin, std::string_view host,
                    std::span<const std::string> own) {
  if (origin.empty()) return true;  // a native client
  const std::string given = lower(origin);
  if (std::find(own.begin(), own.end(), given) != own.end()) return true;
  const auto scheme_end = given.find("://");
  if (scheme_end == std::string::npos) return false;  // "null" and the like
  const std::string scheme = given.substr(0, scheme_end);
  if (scheme != "http" && scheme != "https") return false;
  const std::string_view authority = std::string_view(given).substr(scheme_end + 3);
  const std::string_view port = authority.substr(host_of(authority).size());
  const bool is_origin = port.find_first_not_of(":0123456789") == port.npos;  // no user, no path
  return is_origin && host_of(authority) == host_of(lower(host)) && !host.empty();
}

}  // namespace whoosh::edge
