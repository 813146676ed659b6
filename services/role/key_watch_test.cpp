// Goal: keys change while we run and nobody notices but by the new ones: no half-read file, no key
// that signs before everybody has it. Method: real files in a folder, a clock that the test moves.
#include "services/role/key_watch.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "services/role/key_files.h"

namespace whoosh::role {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t settle_ms = 120'000;

class KeyWatchTest : public testing::Test {
 protected:
  KeyWatchTest() : clock_(runtime::OsClock().now()) {
    std::string name = (fs::temp_directory_path() / "whoosh_watch_XXXXXX").string();
    if (::mkdtemp(name.data()) != nullptr) folder_ = name;
  }
  ~KeyWatchTest() override { fs::remove_all(folder_); }

  // The later ones come first in a folder.
  static const std::string& pem(std::size_t which) {
    static const std::array<std::string, 3> made{
        *auth::make_key_pem(2048), *auth::make_key_pem(2048), *auth::make_key_pem(2048)};
    return made.at(which);
  }
  static std::string kid(std::size_t which) {
    return std::string(auth::KeySet::from_pem(std::array{pem(which)})->signing_kid());
  }
  [[nodiscard]] std::string path(const std::string& name) const { return folder_ + "/" + name; }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name)) << text;
    ::chmod(path(name).c_str(), 0600);
  }
  void written_ago(const std::string& name, int minutes) const {
    fs::last_write_time(path(name),
                        fs::file_time_type::clock::now() - std::chrono::minutes(minutes));
  }
  [[nodiscard]] KeySource source(std::int64_t settles = settle_ms) const {
    return {[folder = folder_] { return given_key_files({folder}); }, settles, true};
  }

  std::string folder_;
  runtime::ManualClock clock_;
};

TEST_F(KeyWatchTest, NothingIsReadAgainUntilSomethingChanges) {
  write("1.pem", pem(0));
  KeyReader reader(source(0), clock_);
  const auto first = reader.read();
  ASSERT_TRUE(first && *first);
  EXPECT_EQ((*first)->signing_kid(), kid(0));
  EXPECT_EQ(*reader.read(), nullptr);
  EXPECT_NE(*reader.read(true), nullptr) << "asked for";
  write("2.pem", pem(1));
  const auto second = reader.read();
  ASSERT_TRUE(second && *second);
  EXPECT_EQ((*second)->signing_kid(), kid(1)) << "alone in the world: at once";
  EXPECT_TRUE((*second)->knows(kid(0)));
  EXPECT_EQ(*reader.read(), nullptr);
  fs::remove(path("1.pem"));
  const auto third = reader.read();
  ASSERT_TRUE(third && *third);
  EXPECT_FALSE((*third)->knows(kid(0)));
}

// Of a cluster: every process has had the time to read it.
TEST_F(KeyWatchTest, ANewKeyChecksAtOnceAndSignsWhenItHasSettled) {
  write("1.pem", pem(0));
  written_ago("1.pem", 60);
  KeyReader reader(source(), clock_);
  EXPECT_EQ((*reader.read())->signing_kid(), kid(0));
  EXPECT_LT(reader.settles_in_ms(), 0);
  write("2.pem", pem(1));
  written_ago("2.pem", 600);  // made last week, given to us now
  const auto both = *reader.read();
  ASSERT_TRUE(both);
  EXPECT_TRUE(both->knows(kid(1)));
  EXPECT_EQ(both->signing_kid(), kid(0));
  EXPECT_EQ(reader.settles_in_ms(), settle_ms);
  clock_.advance_ms(settle_ms - 1);
  EXPECT_EQ(*reader.read(), nullptr);
  EXPECT_EQ(reader.settles_in_ms(), 1);
  clock_.advance_ms(1);
  const auto settled = *reader.read();
  ASSERT_TRUE(settled);
  EXPECT_EQ(settled->signing_kid(), kid(1));
  EXPECT_LT(reader.settles_in_ms(), 0);
  EXPECT_EQ(*reader.read(), nullptr);
}

TEST_F(KeyWatchTest, AtTheStartAKeyIsAsOldAsItsFile) {
  write("1.pem", pem(0));
  write("2.pem", pem(1));
  EXPECT_EQ((*KeyReader(source(), clock_).read())->signing_kid(), kid(0)) << "both are new";
  written_ago("1.pem", 60);
  EXPECT_EQ((*KeyReader(source(), clock_).read())->signing_kid(), kid(0));
  written_ago("2.pem", 30);
  EXPECT_EQ((*KeyReader(source(), clock_).read())->signing_kid(), kid(1));
  write("3.pem", pem(2));
  written_ago("3.pem", -30);  // the clock of who wrote it is ahead
  EXPECT_EQ((*KeyReader(source(), clock_).read())->signing_kid(), kid(1));
}

TEST_F(KeyWatchTest, TheOnlyKeySignsHoweverNewItIs) {
  write("1.pem", pem(0));
  KeyReader reader(source(), clock_);
  EXPECT_EQ((*reader.read())->signing_kid(), kid(0));
  fs::remove(path("1.pem"));
  write("2.pem", pem(1));
  EXPECT_EQ((*reader.read())->signing_kid(), kid(1));
}

// As Kubernetes does it: the files are links through a link to a folder, which is swapped.
TEST_F(KeyWatchTest, ALinkThatIsSwappedIsAChange) {
  fs::create_directory(path("..1"));
  fs::create_directory(path("..2"));
  write("..1/key.pem", pem(0));
  write("..2/key.pem", pem(1));
  fs::create_symlink("..1", path("..data"));
  fs::create_symlink("..data/key.pem", path("key.pem"));
  KeyReader reader(source(0), clock_);
  EXPECT_EQ((*reader.read())->signing_kid(), kid(0));
  EXPECT_EQ(*reader.read(), nullptr);
  fs::create_symlink("..2", path("..new"));
  fs::rename(path("..new"), path("..data"));
  const auto swapped = *reader.read();
  ASSERT_TRUE(swapped);
  EXPECT_EQ(swapped->signing_kid(), kid(1));
}

TEST_F(KeyWatchTest, WhatCantBeReadIsAnErrorUntilItCan) {
  write("1.pem", pem(0));
  KeyReader reader(source(0), clock_);
  ASSERT_TRUE(*reader.read());
  write("2.pem", pem(1).substr(0, 300));
  const auto half = reader.read();
  ASSERT_FALSE(half);
  EXPECT_NE(half.error().message.find("2.pem"), std::string::npos) << half.error().message;
  EXPECT_FALSE(reader.read()) << "not forgotten";
  write("2.pem", pem(1));
  ASSERT_TRUE(*reader.read());
  ::chmod(path("2.pem").c_str(), 0644);
  EXPECT_FALSE(reader.read(true));
  ::chmod(path("2.pem").c_str(), 0600);
  EXPECT_TRUE(*reader.read());
  fs::remove_all(folder_);
  EXPECT_FALSE(reader.read());
}

TEST_F(KeyWatchTest, TheAuthorityGetsNewKeysAndKeepsThemWhenTheFilesBreak) {
  write("1.pem", pem(0));
  auto reader = std::make_unique<KeyReader>(source(0), clock_);
  auth::TokenAuthority authority(*reader->read());
  KeyWatch watch(std::move(reader), authority, 5);
  const auto becomes = [&](const auto& is_so) {
    for (int i = 0; i < 2'000 && !is_so(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return is_so();
  };
  const auto says = [&](const std::string& line) {
    metrics::Registry registry;
    registry.add([&](metrics::Exposition& out) { watch.collect(out); });
    return registry.text().find("\n" + line + "\n") != std::string::npos;
  };
  const auto tidy = [&] { return says("whoosh_keys_stale 0") && says("whoosh_keys 2"); };
  write("2.new", pem(1));
  fs::rename(path("2.new"), path("2.pem"));
  EXPECT_TRUE(becomes(tidy));
  EXPECT_EQ(authority.keys()->signing_kid(), kid(1));
  EXPECT_TRUE(says("whoosh_keys_signing_info{kid=\"" + kid(1) + "\"} 1"));
  EXPECT_TRUE(says("whoosh_keys_reloads_total 1"));
  write("3.pem", "broken");
  EXPECT_TRUE(becomes([&] { return says("whoosh_keys_stale 1"); }));
  EXPECT_TRUE(authority.keys()->knows(kid(0)) && authority.keys()->knows(kid(1)));
  fs::remove(path("3.pem"));
  fs::remove(path("1.pem"));
  EXPECT_TRUE(becomes([&] { return says("whoosh_keys_stale 0") && says("whoosh_keys 1"); }));
  EXPECT_FALSE(authority.keys()->knows(kid(0)));
  watch.stop();
  watch.reload();  // after the end: nothing
}

}  // namespace
}  // namespace whoosh::role
