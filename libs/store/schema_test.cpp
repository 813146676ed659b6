// Goal: a database is used only where each of its migrations is one of this build's, and what it
// lacks is named. Method: three migrations and tables of what a database may say of itself.
#include "store/schema.h"

#include <gtest/gtest.h>

namespace whoosh::store {
namespace {

constexpr base::EmbeddedFile files[] = {
    {"0001_accounts.sql", "CREATE TABLE a"},
    {"0002_matches.sql", "CREATE TABLE b"},
    {"0003_ledger.sql", "CREATE TABLE c"},
};

class SchemaTest : public testing::Test {
 protected:
  [[nodiscard]] AppliedMigration row(std::size_t version) const {
    const Migration& of = known_[version - 1];
    return {of.version, std::string(of.name), of.checksum()};
  }
  [[nodiscard]] std::string refusal(const std::vector<AppliedMigration>& applied) const {
    const auto status = compare_schema("here", known_, applied);
    return status ? "" : std::string(status.error().sentence());
  }
  const std::vector<Migration> known_ = migrations_of(files);
};

TEST_F(SchemaTest, MigrationsAreTheFilesInTheirOrder) {
  ASSERT_EQ(known_.size(), 3U);
  EXPECT_EQ(known_[1].version, 2);
  EXPECT_EQ(known_[1].name, "0002_matches");
  EXPECT_EQ(known_[1].sql, "CREATE TABLE b");
  EXPECT_NE(known_[1].checksum(), known_[2].checksum());
}

TEST_F(SchemaTest, WhatADatabaseLacksIsNamed) {
  const auto empty = compare_schema("here", known_, {});
  ASSERT_TRUE(empty);
  EXPECT_EQ(empty->version, 0);
  EXPECT_EQ(empty->known, 3);
  EXPECT_EQ(empty->pending,
            (std::vector<std::string>{"0001_accounts", "0002_matches", "0003_ledger"}));
  const auto old = compare_schema("here", known_, {row(2), row(1)});  // in whatever order
  ASSERT_TRUE(old);
  EXPECT_EQ(old->version, 2);
  EXPECT_EQ(old->pending, std::vector<std::string>{"0003_ledger"});
  EXPECT_EQ(check_current("here", *old).error().sentence(),
            "here: the database has schema 2, this whoosh needs 3: run `whoosh migrate`");
}

TEST_F(SchemaTest, AWholeDatabaseIsCurrent) {
  const auto whole = compare_schema("here", known_, {row(1), row(2), row(3)});
  ASSERT_TRUE(whole);
  EXPECT_TRUE(whole->pending.empty());
  EXPECT_TRUE(check_current("here", *whole));
}

TEST_F(SchemaTest, ANewerOneIsRefusedBeforeItsMigrationsAreLookedAt) {
  EXPECT_EQ(refusal({row(1), row(2), row(3), {4, "0004_later", 77}}),
            "here: the database was made by a newer whoosh (schema 4, this one knows 3): update "
            "whoosh");
}

TEST_F(SchemaTest, AMigrationWithAnotherTextIsRefused) {
  AppliedMigration changed = row(2);
  ++changed.checksum;
  EXPECT_EQ(refusal({row(1), changed}),
            "here: migration 0002_matches of this database is not the one that this whoosh knows");
  EXPECT_EQ(refusal({{0, "0000_odd", 1}, row(1)}),
            "here: migration 0000_odd of this database is not the one that this whoosh knows");
}

}  // namespace
}  // namespace whoosh::store
