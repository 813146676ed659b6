// Goal: files are served whole, cached as promised, and nothing outside of the folder ever is.
// Method: a small folder on disk, requests as values.
#include "http/static_files.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace whoosh::http {
namespace {

namespace fs = std::filesystem;

class StaticFilesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::temp_directory_path() / ("whoosh_static_" + std::to_string(::getpid()));
    fs::create_directories(root_ / "dist/assets");
    fs::create_directories(root_ / "dist/.vite");
    write("secret.txt", "outside");
    write("dist/index.html", "page");
    write("dist/sw.js", "worker");
    write("dist/assets/app-1a2B_c-4.js", "long long code");
    write("dist/assets/app-1a2B_c-4.js.gz", "gz");
    write("dist/assets/app-1a2B_c-4.js.br", "br");
    write("dist/assets/plain.js", "no hash");
    write("dist/.vite/manifest.json", "build");
  }
  void TearDown() override { fs::remove_all(root_); }
  void write(const std::string& name, const std::string& bytes) {
    std::ofstream(root_ / name, std::ios::binary) << bytes;
  }
  StaticFiles load() { return *StaticFiles::load(root_ / "dist"); }

  static Response get(const StaticFiles& files, const std::string& target, Headers headers = {}) {
    RequestContext context;
    context.request.headers = std::move(headers);
    EXPECT_TRUE(parse_target(target, context.request)) << target;
    return files.answer(context);
  }
  static Headers with(const std::string& name, const std::string& value) {
    Headers headers;
    headers.add(name, value);
    return headers;
  }

  fs::path root_;
};

TEST_F(StaticFilesTest, serves_files_with_their_type) {
  const auto files = load();
  EXPECT_EQ(get(files, "/").content(), "page");
  EXPECT_EQ(get(files, "/").headers.get("Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(get(files, "/sw.js").content(), "worker");
  EXPECT_EQ(get(files, "/sw.js").headers.get("Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(get(files, "/sw.js/").content(), "worker");
}

TEST_F(StaticFilesTest, only_hashed_assets_are_immutable) {
  const auto files = load();
  EXPECT_EQ(get(files, "/assets/app-1a2B_c-4.js").headers.get("Cache-Control"),
            "public, max-age=31536000, immutable");
  for (const char* path : {"/", "/sw.js", "/assets/plain.js", "/BRTK"}) {
    EXPECT_EQ(get(files, path).headers.get("Cache-Control"), "no-cache") << path;
  }
}

TEST_F(StaticFilesTest, pictures_are_kept_for_a_day) {
  fs::create_directories(root_ / "dist/cosmetics");
  write("dist/cosmetics/frame_ink.svg", "<svg/>");
  const Response response = get(load(), "/cosmetics/frame_ink.svg");
  EXPECT_EQ(response.headers.get("Content-Type"), "image/svg+xml");
  EXPECT_EQ(response.headers.get("Cache-Control"), "public, max-age=86400");
}

TEST_F(StaticFilesTest, sends_the_packed_form_to_who_takes_it) {
  const auto files = load();
  const std::string path = "/assets/app-1a2B_c-4.js";
  struct Case {
    std::string accepts, body, encoding;
  };
  for (const Case& c : std::vector<Case>{{"gzip, deflate, br", "br", "br"},
                                         {"gzip", "gz", "gzip"},
                                         {"gzip;q=0.5, br;q=0", "gz", "gzip"},
                                         {"br;q=0.0, gzip;q=0", "long long code", ""},
                                         {"identity", "long long code", ""},
                                         {"", "long long code", ""}}) {
    const Response response = get(files, path, with("Accept-Encoding", c.accepts));
    EXPECT_EQ(response.content(), c.body) << c.accepts;
    EXPECT_EQ(response.headers.get("Content-Encoding"), c.encoding) << c.accepts;
    EXPECT_EQ(response.headers.get("Vary"), "Accept-Encoding");
    EXPECT_EQ(response.headers.get("Content-Type"), "text/javascript; charset=utf-8");
  }
  EXPECT_EQ(get(files, path + ".gz").status, 404) << "a form, not a file";
}

TEST_F(StaticFilesTest, knows_what_the_client_has) {
  const auto files = load();
  const std::string etag(get(files, "/").headers.get("ETag"));
  for (const std::string& known : {etag, "\"x\", " + etag, "W/" + etag, std::string("*")}) {
    const Response response = get(files, "/", with("If-None-Match", known));
    EXPECT_EQ(response.status, 304) << known;
    EXPECT_EQ(response.content(), "");
  }
  EXPECT_EQ(get(files, "/", with("If-None-Match", "\"x\"")).status, 200);
  EXPECT_NE(get(files, "/sw.js").headers.get("ETag"), etag);
}

TEST_F(StaticFilesTest, pages_of_the_client_get_index_html) {
  const auto files = load();
  for (const char* path : {"/BRTK", "/profile", "/rooms/BRTK/screen", "/index.html"}) {
    EXPECT_EQ(get(files, path).content(), "page") << path;
  }
  for (const char* path :
       {"/api", "/api/x", "/.well-known/x", "/missing.js", "/assets/gone-1a2b3c4d.js"}) {
    EXPECT_EQ(get(files, path).status, 404) << path;
  }
}

TEST_F(StaticFilesTest, nothing_outside_of_the_folder_is_reachable) {
  const auto files = load();
  for (const char* path :
       {"/../secret.txt", "/assets/../../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt",
        "/%2e%2e%2fsecret.txt", "/assets/%2e%2e/%2e%2e/secret.txt", "//secret.txt",
        "/.vite/manifest.json", "/..%5csecret.txt"}) {
    const Response response = get(files, path);
    EXPECT_EQ(response.status, 404) << path;
    EXPECT_EQ(response.content().find("outside"), std::string_view::npos) << path;
  }
}

TEST_F(StaticFilesTest, says_what_is_wrong_with_a_folder) {
  EXPECT_NE(StaticFiles::load(root_ / "nowhere").error().message.find("nowhere"),
            std::string::npos);
  fs::remove(root_ / "dist/index.html");
  EXPECT_NE(StaticFiles::load(root_ / "dist").error().message.find("index.html"),
            std::string::npos);
}

}  // namespace
}  // namespace whoosh::http
