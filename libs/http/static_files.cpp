#include "http/static_files.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "base/encoding.h"
#include "http/answer.h"

namespace whoosh::http {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;

constexpr auto types = std::to_array<std::pair<std::string_view, std::string_view>>({
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".webp", "image/webp"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".woff", "font/woff"},
    {".mp3", "audio/mpeg"},
    {".ogg", "audio/ogg"},
    {".wav", "audio/wav"},
    {".txt", "text/plain; charset=utf-8"},
    {".wasm", "application/wasm"},
});

std::string type_of(std::string_view name) {
  for (const auto& [ending, type] : types) {
    if (name.ends_with(ending)) return std::string(type);
  }
  return "application/octet-stream";
}

// "assets/app-1a2b3c4d.js": eight or more characters of a hash before the last dot.
bool has_hash(std::string_view name) {
  if (!name.starts_with("assets/")) return false;
  const auto dot = name.rfind('.');
  if (dot == name.npos || dot < 9 || name[dot - 9] != '-') return false;
  return std::ranges::all_of(name.substr(dot - 8, 8), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

std::string etag_of(std::string_view bytes) {
  return fmt::format("\"{:016x}\"", base::hash64(bytes));
}

// True iff the list of an Accept-Encoding or If-None-Match header has this entry (and it isn't
// q=0).
bool lists(std::string_view header, std::string_view wanted) {
  while (!header.empty()) {
    const auto comma = header.find(',');
    std::string_view entry = header.substr(0, comma);
    header = comma == header.npos ? std::string_view() : header.substr(comma + 1);
    const auto semicolon = entry.find(';');
    const std::string_view parameter =
        semicolon == entry.npos ? std::string_view() : entry.substr(semicolon + 1);
    entry = entry.substr(0, semicolon);
    const auto first = entry.find_first_not_of(" \t");
    if (first == entry.npos) continue;
    entry = entry.substr(first, entry.find_last_not_of(" \t") - first + 1);
    if (entry.starts_with("W/")) entry.remove_prefix(2);
    if (!same_text(entry, wanted)) continue;
    const auto quality = parameter.find("q=");
    if (quality == parameter.npos) return true;
    return parameter.find_first_of("123456789", quality) != parameter.npos;
  }
  return false;
}

base::Error trouble(std::string sentence) {
  return {ErrorCode::unavailable, std::move(sentence)};
}

}  // namespace

base::Result<StaticFiles> StaticFiles::load(const std::string& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    return trouble(fmt::format("There is no folder {} with the web client.", folder));
  }
  StaticFiles out;
  std::map<std::string, std::string> all;
  std::size_t total = 0;
  for (auto entry = fs::recursive_directory_iterator(folder, error);
       !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (!entry->is_regular_file(error)) continue;
    const std::string name = fs::relative(entry->path(), folder, error).generic_string();
    if (name.starts_with('.')) continue;  // .vite and other things of the build
    std::ifstream file(entry->path(), std::ios::binary);
    std::ostringstream bytes;
    bytes << file.rdbuf();
    if (!file) return trouble(fmt::format("The file {} can't be read.", entry->path().string()));
    total += bytes.str().size();
    all.emplace(name, std::move(bytes).str());
    if (all.size() > files_max || total > bytes_max) {
      return trouble(fmt::format("The folder {} is too large to be a web client.", folder));
    }
  }
  if (error) return trouble(fmt::format("The folder {} can't be read.", folder));
  for (auto& [name, bytes] : all) {
    const bool packed = name.ends_with(".br") || name.ends_with(".gz");
    if (packed && all.contains(name.substr(0, name.size() - 3))) continue;
    const auto variant = [&](const std::string& of) -> Variant {
      const auto found = all.find(of);
      if (found == all.end()) return {};
      return {std::make_shared<const std::string>(found->second), etag_of(found->second)};
    };
    out.files_[name] = File{variant(name), variant(name + ".gz"), variant(name + ".br"),
                            type_of(name), has_hash(name)};
  }
  if (!out.files_.contains("index.html")) {
    return trouble(fmt::format("The folder {} has no index.html; build the web client.", folder));
  }
  return out;
}

Response StaticFiles::answer(const RequestContext& context) const {
  const auto& segments = context.request.segments;
  std::string name;
  for (const std::string& segment : segments) name += (name.empty() ? "" : "/") + segment;
  if (name.empty()) name = "index.html";
  auto found = files_.find(name);
  const bool machine = !segments.empty() && (segments[0] == "api" || segments[0] == ".well-known");
  if (found == files_.end() && !machine && name.find('.') == name.npos) {
    found = files_.find("index.html");
  }
  if (found == files_.end()) return error_response(ErrorCode::not_found, context.request_id);
  return send(context, found->second);
}

// Pictures change with a release at most, and an old one for a day does no harm.
std::string StaticFiles::cache_control(const File& file) {
  if (file.immutable) return "public, max-age=31536000, immutable";
  return file.type.starts_with("image/") ? "public, max-age=86400" : "no-cache";
}

Response StaticFiles::send(const RequestContext& context, const File& file) const {
  const auto& headers = context.request.headers;
  const std::string_view accepts = headers.get("Accept-Encoding");
  const Variant* variant = &file.plain;
  std::string encoding;
  if (file.brotli.bytes && lists(accepts, "br")) {
    variant = &file.brotli;
    encoding = "br";
  } else if (file.gzip.bytes && lists(accepts, "gzip")) {
    variant = &file.gzip;
    encoding = "gzip";
  }
  Response response;
  response.headers.add("Content-Type", file.type);
  response.headers.add("ETag", variant->etag);
  response.headers.add("Cache-Control", cache_control(file));
  if (file.gzip.bytes || file.brotli.bytes) response.headers.add("Vary", "Accept-Encoding");
  if (!encoding.empty()) response.headers.add("Content-Encoding", encoding);
  const std::string_view known = headers.get("If-None-Match");
  if (known == "*" || lists(known, variant->etag)) {
    response.status = 304;
    return response;
  }
  response.shared_body = variant->bytes;
  return response;
}

}  // namespace whoosh::http
