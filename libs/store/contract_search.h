// Contract of the search of people. See contract.h for goal and method.
#pragma once

#include "store/contract_moderation.h"

namespace whoosh::store::contract {

inline std::vector<std::string> names_of(const Result<UserPage>& page) {
  std::vector<std::string> names;
  for (const Account& account : page.value().rows) names.push_back(account.username);
  return names;
}

class StoreSearch : public StoreModeration {
 protected:
  std::vector<std::string> find(const std::string& query) {
    return names_of(client_.search({query, std::nullopt, 100}));
  }
  // All pages of so many rows; each but the last is full.
  std::vector<std::string> find_by_pages(const std::string& query, std::int32_t limit) {
    std::vector<std::string> names;
    UserSearch search{query, std::nullopt, limit};
    for (;;) {
      const Result<UserPage> page = client_.search(search);
      for (const std::string& name : names_of(page)) names.push_back(name);
      search.cursor = page.value().next;
      if (!search.cursor) return names;
      EXPECT_EQ(page.value().rows.size(), static_cast<std::size_t>(limit));
    }
  }
};

TEST_P(StoreSearch, EverybodyNewestFirst) {
  for (const char* name : {"ann", "bob", "cid", "dee", "eve"}) make_user(name);
  EXPECT_EQ(find(""), (Names{"eve", "dee", "cid", "bob", "ann"}));
  for (const int limit : {1, 2, 4, 5, 6}) {
    EXPECT_EQ(find_by_pages("", limit), (Names{"eve", "dee", "cid", "bob", "ann"})) << limit;
  }
}

TEST_P(StoreSearch, WhoIsFoundIsShownWhole) {
  const UserId ann = make_user("Ann");
  make_user("bob");
  ASSERT_TRUE(client_.apply(record_of(1, {ann})).has_value());
  ASSERT_TRUE(client_.ban(ban_of(ann)).has_value());
  const Account found = client_.search({"ann", {}, 20}).value().rows.at(0);
  const Account known = client_.account(ann).value();
  EXPECT_EQ(found.id, ann);
  EXPECT_EQ(found.username, "Ann");
  EXPECT_EQ(found.email, "Ann@example.org");
  EXPECT_EQ(found.total_games, 1);
  EXPECT_EQ(found.elo, known.elo);
  EXPECT_EQ(found.xp, known.xp);
  EXPECT_EQ(found.coins, known.coins);
  EXPECT_EQ(found.ban_reason, "cheating");
}

TEST_P(StoreSearch, TheBeginningOfANameIsEnough) {
  make("Zo\u00eb", "Moon", "first@example.org");
  make("moony", "Zora", "second@example.org");
  make("third", "Third", "zoo@example.org");
  make("czo", "A zo", "a.zo@example.org");
  EXPECT_EQ(find("zo"), (Names{"Zo\u00eb", "moony", "third"}))
      << "usernames, display names, e-mail addresses";
  EXPECT_EQ(find("ZO\u00cb"), (Names{"Zo\u00eb"}));
  EXPECT_EQ(find("\uff3a\uff4f"), (Names{"Zo\u00eb", "moony", "third"})) << "folded";
  EXPECT_EQ(find("moon"), (Names{"moony", "Zo\u00eb"}));
  EXPECT_EQ(find("moony"), (Names{"moony"}));
  EXPECT_EQ(find("second@example.org"), (Names{"moony"}));
  EXPECT_EQ(find("zooo"), Names{});
}

TEST_P(StoreSearch, NobodyIsFoundTwice) {
  make("ann", "Ann", "ann@example.org");
  make("bea", "Ann", "anna@example.org");
  make("cat", "Cat", "annie@example.org");
  EXPECT_EQ(find("ann"), (Names{"ann", "bea", "cat"}));
  for (const int limit : {1, 2, 3}) {
    EXPECT_EQ(find_by_pages("ann", limit), (Names{"ann", "bea", "cat"})) << limit;
  }
}

TEST_P(StoreSearch, AnIdIsFoundAndSoIsANameOfDigits) {
  const UserId ann = make_user("ann");
  const std::string id = base::user_id_text(ann);
  make(id + "er", "digits", "digits@example.org");
  make(id + id + "x", id, "more@example.org");
  EXPECT_EQ(find(id), (Names{"ann", id + id + "x", id + "er"}));
  EXPECT_EQ(find_by_pages(id, 1), (Names{"ann", id + id + "x", id + "er"}));
  EXPECT_EQ(find("0" + id), Names{}) << "not how an id is written";
  EXPECT_EQ(find("99999999999999999999"), Names{});
}

TEST_P(StoreSearch, SearchedTextIsNoPattern) {
  make("ann", "100% sure", "a_b@example.org");
  make("bob", "100 percent", "axb@example.org");
  EXPECT_EQ(find("%"), Names{});
  EXPECT_EQ(find("_"), Names{});
  EXPECT_EQ(find("a%"), Names{});
  EXPECT_EQ(find("a_"), (Names{"ann"}));
  EXPECT_EQ(find("100%"), (Names{"ann"}));
  EXPECT_EQ(find("\\"), Names{});
  EXPECT_EQ(find("*"), Names{});
  EXPECT_EQ(find("' OR 1=1 --"), Names{});
}

TEST_P(StoreSearch, TextThatIsNoTextFindsNobody) {
  make_user("ann");
  for (const std::string& odd : Names{std::string("\0", 1), std::string("ann\0", 4), "\xff",
                                      "a\xc3", "\u0301", "\U0010FFFF"}) {
    EXPECT_EQ(find(odd), Names{});
  }
}

TEST_P(StoreSearch, TheErasedAreNotFound) {
  const UserId ann = make_user("ann");
  make_user("anna");
  ASSERT_TRUE(client_.erase(ann, noon).has_value());
  EXPECT_EQ(find("ann"), (Names{"anna"}));
  EXPECT_EQ(find(""), (Names{"anna"}));
  EXPECT_EQ(find(base::user_id_text(ann)), Names{});
}

TEST_P(StoreSearch, ChangedNamesAreFound) {
  const UserId ann = make_user("ann");
  ProfileChange change;
  change.display_name = "Queen";
  ASSERT_TRUE(client_.change(ann, change).has_value());
  EXPECT_EQ(find("queen"), (Names{"ann"}));
  change.username = "rex";
  change.display_name = "King";
  change.email = "king@example.org";
  ASSERT_TRUE(client_.change(ann, change).has_value());
  EXPECT_EQ(find("queen"), Names{});
  EXPECT_EQ(find("ann"), Names{});
  EXPECT_EQ(find("kin"), (Names{"rex"}));
  const UserId guest = make_guest("guest_1");
  ASSERT_TRUE(client_.convert(guest, {"leo", "leo@example.org", "hash"}).has_value());
  EXPECT_EQ(find("guest"), (Names{"leo"})) << "the display name is still the guest's";
  EXPECT_EQ(find("leo"), (Names{"leo"}));
}

TEST_P(StoreSearch, PagesGoOnWhereTheyEnded) {
  Names expected;
  for (int at = 10; at < 40; ++at) {
    const std::string name = "user" + std::to_string(at);
    make(name, "twin", name + "@example.org");
    expected.push_back(name);
  }
  EXPECT_EQ(find_by_pages("user", 7), expected);
  EXPECT_EQ(find_by_pages("twin", 7), expected) << "of equal display names by id";
  EXPECT_EQ(find_by_pages("t", 30), expected);
  EXPECT_EQ(client_.search({"t", {}, 30}).value().next, std::nullopt) << "there is no more";
  EXPECT_EQ(client_.search({"t", {}, 0}).value().rows.size(), 1U);
  EXPECT_EQ(client_.search({"", {}, 1000}).value().rows.size(), 30U);
}

TEST_P(StoreSearch, APageEndsAlsoWhereItsLastRowIsErased) {
  std::vector<UserId> users;
  for (const char* name : {"ann1", "ann2", "ann3"}) users.push_back(make_user(name));
  const UserPage first = client_.search({"ann", {}, 2}).value();
  ASSERT_TRUE(client_.erase(users[1], noon).has_value());
  EXPECT_EQ(names_of(client_.search({"ann", first.next, 2})), (Names{"ann3"}));
}

TEST_P(StoreSearch, ForeignCursorsOfASearchAreMalformed) {
  for (const char* name : {"ann", "anna", "bob"}) make_user(name);
  const std::string of_all = client_.search({"", {}, 1}).value().next.value();
  const std::string of_ann = client_.search({"ann", {}, 1}).value().next.value();
  EXPECT_EQ(error_of(client_.search({"ann", of_all, 1})), ErrorCode::malformed);
  EXPECT_EQ(error_of(client_.search({"", of_ann, 1})), ErrorCode::malformed);
  EXPECT_EQ(error_of(client_.search({"bob", of_ann, 1})), ErrorCode::malformed);
  for (const char* cursor : {"", "x", "!!!!", "dXNlcnM6", "dXNlcnM6OTo5Og"}) {
    EXPECT_EQ(error_of(client_.search({"ann", cursor, 1})), ErrorCode::malformed) << cursor;
  }
}

TEST_P(StoreSearch, EveryKindOfCharacterCanEndAQuery) {
  for (const char* name : {"a\u007f", "a\u07ff", "a\ud7a3", "a\uffee", "a\U0001F98A", "az", "b"}) {
    make(name, "x", std::string(name) + "@example.org");
  }
  for (const char* query : {"a\u007f", "a\u07ff", "a\ud7a3", "a\U0001F98A"}) {
    EXPECT_EQ(find(query).size(), 1U) << query;
  }
  EXPECT_EQ(find("a").size(), 6U);
}

}  // namespace whoosh::store::contract
