#include "services/role/secret_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace whoosh::role {
namespace {

class SecretFileTest : public ::testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string holding(std::string_view text) {
    const auto path = folder_ / "secret";
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }

  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("whoosh_secret_file." + std::to_string(::getpid()));
  std::string value_ = "as it was";
};

TEST_F(SecretFileTest, HoldsTheValueWithoutTheEndOfItsLine) {
  for (const std::string_view end : {"", "\n", "\r\n"}) {
    ASSERT_TRUE(
        read_secret_file("database", holding("postgres://a:b@c/d" + std::string(end)), value_));
    EXPECT_EQ(value_, "postgres://a:b@c/d");
  }
}

TEST_F(SecretFileTest, NoFileIsNamedThenNothingChanges) {
  ASSERT_TRUE(read_secret_file("database", "", value_));
  EXPECT_EQ(value_, "as it was");
}

TEST_F(SecretFileTest, WhatCannotBeTheValueIsSaid) {
  const auto missing = read_secret_file("database", (folder_ / "none").string(), value_);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().message,
            "--database-file: " + (folder_ / "none").string() + " can't be read.");
  for (const auto& [text, why] : {std::pair{std::string("\n"), "is empty."},
                                  std::pair{std::string(4097, 'x'), "can't be read."}}) {
    const auto read = read_secret_file("database", holding(text), value_);
    ASSERT_FALSE(read);
    EXPECT_NE(read.error().message.find(why), std::string::npos) << read.error().message;
  }
  EXPECT_EQ(value_, "as it was");
}

}  // namespace
}  // namespace whoosh::role
