// Goal: the one text that names a database is understood or refused with what it should have been,
// and a password in it is never told. Method: tables of texts; an embedded store opened by its
// name.
#include "services/database/database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/sqlite/test_folder.h"

namespace whoosh::database {
namespace {

TEST(Database, TextsThatNameOne) {
  struct Case {
    const char* text;
    Kind kind;
    const char* where;
  };
  for (const Case& one : {Case{"sqlite:var/whoosh.db", Kind::sqlite, "var/whoosh.db"},
                          Case{"sqlite:/srv/w.db", Kind::sqlite, "/srv/w.db"},
                          Case{"postgres://ann@db/w", Kind::postgres, "postgres://ann@db/w"},
                          Case{"postgresql://ann@db/w", Kind::postgres, "postgresql://ann@db/w"},
                          Case{"postgres:host=db dbname=w", Kind::postgres, "host=db dbname=w"}}) {
    const auto location = parse(one.text);
    ASSERT_TRUE(location.has_value()) << one.text;
    EXPECT_EQ(location->kind, one.kind) << one.text;
    EXPECT_EQ(location->where, one.where) << one.text;
  }
}

TEST(Database, TextsThatNameNone) {
  for (const char* text : {"", "sqlite:", "postgres:", "postgres:db", "mysql://db/w", "var/w.db"}) {
    const auto location = parse(text);
    ASSERT_TRUE(location.has_error()) << text;
    EXPECT_THAT(std::string(location.error().sentence()), testing::HasSubstr("sqlite:PATH"));
  }
}

TEST(Database, APasswordIsNeverTold) {
  for (const char* text :
       {"postgres://ann:secret@127.0.0.1:1/w", "postgres:host=127.0.0.1 port=1 password=secret",
        "postgres://ann:secret@127.0.0.1:1/w?nonsense=secret", "postgres:password=secret = ="}) {
    const Location location = parse(text).value();
    EXPECT_THAT(name_of(location), testing::Not(testing::HasSubstr("secret"))) << text;
    const auto opened = open(location, {});
    ASSERT_TRUE(opened.has_error()) << text;
    EXPECT_THAT(std::string(opened.error().sentence()), testing::Not(testing::HasSubstr("secret")));
  }
}

TEST(Database, TheEmbeddedOneThroughItsName) {
  const store::sqlite::TestFolder folder;
  const Location location = parse("sqlite:" + folder.file("w.db")).value();
  EXPECT_TRUE(open(location, {}).has_error()) << "there is none yet";
  EXPECT_FALSE(migrate(location).value().applied.empty());
  EXPECT_TRUE(status(location).value().pending.empty());
  EXPECT_TRUE(open(location, {}).has_value());
  EXPECT_TRUE(verify(location).value().is_sound());
}

}  // namespace
}  // namespace whoosh::database
