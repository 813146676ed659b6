// Goal: one process per data folder, whatever became of the last one. Method: real locks; a forked
// process that is killed while it has one.
#include "services/role/data_lock.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

namespace whoosh::role {
namespace {

class DataLockTest : public testing::Test {
 protected:
  DataLockTest() {
    std::string name = (std::filesystem::temp_directory_path() / "whoosh_lock_XXXXXX").string();
    if (::mkdtemp(name.data()) != nullptr) folder_ = name;
  }
  ~DataLockTest() override { std::filesystem::remove_all(folder_); }

  std::string folder_;
};

TEST_F(DataLockTest, TheSecondIsRefusedByNameUntilTheFirstIsGone) {
  {
    const auto first = DataLock::take(folder_);
    ASSERT_TRUE(first) << first.error().message;
    const auto second = DataLock::take(folder_);
    ASSERT_FALSE(second);
    const std::string sentence(second.error().sentence());
    EXPECT_NE(sentence.find(folder_), sentence.npos) << sentence;
    EXPECT_NE(sentence.find("process " + std::to_string(::getpid())), sentence.npos) << sentence;
  }
  EXPECT_TRUE(DataLock::take(folder_));
}

TEST_F(DataLockTest, AKilledHolderLeavesTheFolderFree) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const auto held = DataLock::take(folder_);
    const char word = held ? 'y' : 'n';
    if (::write(ready[1], &word, 1) != 1) ::_exit(1);
    for (;;) ::pause();
  }
  char word = 0;
  ASSERT_EQ(::read(ready[0], &word, 1), 1);
  EXPECT_EQ(word, 'y');
  EXPECT_FALSE(DataLock::take(folder_));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(DataLock::take(folder_));
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_F(DataLockTest, AFolderThatIsNotThereIsSaid) {
  const auto none = DataLock::take(folder_ + "/missing");
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().sentence().find("missing"), std::string_view::npos);
}

}  // namespace
}  // namespace whoosh::role
