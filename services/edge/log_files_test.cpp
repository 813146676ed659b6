// Goal: the log of a broken room is on the disk, and a room that breaks again and again can't fill
// it. Method: the writer takes one log after the other, so the second tells when the first is done
// with.
#include "services/edge/log_files.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "runtime/entropy.h"

namespace whoosh::edge {
namespace {

namespace fs = std::filesystem;

class LogFiles : public testing::Test {
 protected:
  ~LogFiles() override {
    std::error_code ignored;  // the test is over
    fs::remove_all(folder_, ignored);
  }

  std::string path(const char* name) const { return (folder_ / name).string(); }
  static bool appears(const std::string& file) {
    for (int i = 0; i < 500 && !(fs::exists(file) && fs::file_size(file) > 0); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    return fs::exists(file);
  }
  static std::size_t count(const std::string& folder) {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), {}));
  }

  const fs::path folder_ =
      fs::temp_directory_path() / ("whoosh-logs-" + std::to_string(runtime::OsEntropy().u64()));
  const base::RoomId room_ = base::RoomId::make(0, base::ShardNo{1}, 77);
};

TEST_F(LogFiles, KeepsTheLogUnderTheRoomsName) {
  keep_match_log(path("logs"), room_, "{\"tick\":1}\n");
  const std::string file = path("logs") + "/" + room_.text() + ".jsonl";
  ASSERT_TRUE(appears(file));
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  EXPECT_EQ(text.str(), "{\"tick\":1}\n");
}

TEST_F(LogFiles, AFullFolderGetsNoMore) {
  fs::create_directories(path("full"));
  for (int i = 0; i < 1'000; ++i) std::ofstream(path("full") + "/" + std::to_string(i));
  keep_match_log(path("full"), room_, "x");
  keep_match_log(path("next"), room_, "x");
  ASSERT_TRUE(appears(path("next") + "/" + room_.text() + ".jsonl"));
  EXPECT_EQ(count(path("full")), 1'000u);
}

}  // namespace
}  // namespace whoosh::edge
