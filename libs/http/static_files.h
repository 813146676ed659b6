// StaticFiles: the built web client, read into memory at start and served by exact name, so that no
// path can ever leave its folder. Hashed assets are immutable for a year, pictures are kept for a
// day, everything else is asked for again (ETag). `name.br` and `name.gz` beside a file are sent
// instead of it to whoever takes them. A path that names no file and has no dot is a page of the
// client's own router and gets index.html; /api and /.well-known never do. Immutable after loading;
// any thread.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>

#include "base/result.h"
#include "http/context.h"

namespace whoosh::http {

class StaticFiles {
 public:
  static constexpr std::size_t files_max = 5'000;
  static constexpr std::size_t bytes_max = 256 * 1024 * 1024;

  // Error: unavailable with a sentence: no such folder, no index.html, too many files or bytes.
  [[nodiscard]] static base::Result<StaticFiles> load(const std::string& folder);

  // GET and HEAD of context.request.
  [[nodiscard]] Response answer(const RequestContext& context) const;
  [[nodiscard]] std::size_t count() const { return files_.size(); }

 private:
  struct Variant {
    std::shared_ptr<const std::string> bytes;
    std::string etag;
  };
  struct File {
    Variant plain;
    Variant gzip;
    Variant brotli;
    std::string type;
    bool immutable = false;
  };
  [[nodiscard]] static std::string cache_control(const File& file);
  [[nodiscard]] Response send(const RequestContext& context, const File& file) const;

  std::map<std::string, File, std::less<>> files_;  // by path: "assets/app-1a2b3c4d.js"
};

}  // namespace whoosh::http
