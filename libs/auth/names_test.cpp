// Goal: what people call themselves can't be taken for somebody else, and no password is one that
// everybody tries first. Method: tables of good and bad ones; the whole list of common passwords
// against the check.
#include "auth/names.h"

#include <gtest/gtest.h>

#include <set>

#include "auth/common_passwords.h"
#include "auth/password.h"
#include "auth/reserved_names.h"
#include "base/text.h"

namespace whoosh::auth {
namespace {

TEST(Names, usernames) {
  for (const char* good : {"ada", "Ada_L", "a.b-c", "1a3", "x2345678901234567890", "player_1",
                           "guestbook", "botany", "hosting", "modest", "administrative"}) {
    EXPECT_EQ(wrong_username(good), std::nullopt) << good;
  }
  for (const char* bad : {"", "ab", "x23456789012345678901", "a b c", "a@b", "ädä", "___", "a/b",
                          "ab\n", "123", "1_2.3", "a\0b", "аdа", "a\u200bb"}) {
    EXPECT_NE(wrong_username(bad), std::nullopt) << bad;
  }
}

TEST(Names, reserved_usernames_however_they_are_written) {
  for (const char* bad :
       {"admin",       "ADMIN",       "4dm1n",         "a.d.m.i.n", "Admin_",    "adm1n",
        "rn0derator",  "moderator_7", "the_moderator", "Whoosh",    "wh00sh",    "vvhoosh",
        "whoosh-team", "system",      "5ystem",        "root",      "support",   "bot_1",
        "BOT_x",       "guest_abc",   "Guest_1",       "erased_17", "deleted_3", "null",
        "api",         "everyone",    "me_",           "0fficial"}) {
    EXPECT_EQ(wrong_username(bad), "is reserved") << bad;
  }
}

TEST(Names, display_names_are_cleaned) {
  EXPECT_EQ(*cleaned_display_name("  Ada \t L "), "Ada L");
  EXPECT_EQ(*cleaned_display_name("Ame\u0301lie"), "Am\u00e9lie");
  EXPECT_EQ(*cleaned_display_name("A\u202eda"), "Ada") << "what turns text around is left out";
  EXPECT_FALSE(cleaned_display_name(" \n ").has_value());
  EXPECT_FALSE(cleaned_display_name("12345678901234567").has_value());
  EXPECT_TRUE(cleaned_display_name("1234567890123456").has_value());
}

TEST(Names, display_names_do_not_pass_for_staff) {
  for (const char* bad : {"Admin", "аdmin", "Αdmin", "ＡＤＭＩＮ", "M0DERAT0R", "Whoosh", "ẅhöösh",
                          "Whoosh Support", "S\u0443stem", "Staff!"}) {
    EXPECT_FALSE(cleaned_display_name(bad).has_value()) << bad;
  }
  for (const char* good : {"Player", "Guest", "Host", "Me", "You", "Modesty", "Boss"}) {
    EXPECT_TRUE(cleaned_display_name(good).has_value()) << good;
  }
}

TEST(Names, emails) {
  for (const char* good : {"a@b.c", "ada.l+x@mail.example.org", "root@localhost", "ö@exämple.de",
                           "o'neil@x.org", "a@xn--exmple-cua.de", "1@2.example", "a_b=c@a-b.co"}) {
    EXPECT_EQ(wrong_email(good), std::nullopt) << good;
  }
  for (const char* bad : {"",
                          "a",
                          "@b.c",
                          "a@",
                          "a@@b.c",
                          "a@b@c.d",
                          "a b@c.d",
                          "a@b",
                          "a@.b",
                          "a@b.",
                          "a@b..c",
                          "a\x01@b.c",
                          "a\xff@b.c",
                          "a\u202e@b.c",
                          "<a@b.c>",
                          ".a@b.c",
                          "a.@b.c",
                          "a..b@c.d",
                          "a@-b.c",
                          "a@b-.c",
                          "a@b_c.d",
                          "a@1.2.3.4",
                          "a@[1.2.3.4]",
                          "\"a b\"@c.d",
                          "a@b.c,d@e.f",
                          "a@b.c\r\nBcc: x@y.z",
                          "e\u0301@b.c"}) {
    EXPECT_NE(wrong_email(bad), std::nullopt) << bad;
  }
  EXPECT_NE(wrong_email(std::string(250, 'a') + "@b.cd"), std::nullopt);
  EXPECT_NE(wrong_email(std::string(65, 'a') + "@b.cd"), std::nullopt);
  EXPECT_EQ(wrong_email(std::string(64, 'a') + "@b.cd"), std::nullopt);
  EXPECT_NE(wrong_email("a@" + std::string(64, 'b') + ".cd"), std::nullopt);
}

TEST(Names, passwords) {
  for (const char* good : {"correct horse", "pässwörtchen", "        x", "no rules at all",
                           "ΑΒΓΔ ΕΖΗΘ", "a b c d e f", "xk7!pq2&"}) {
    EXPECT_EQ(wrong_password(good, "ada", "a@b.c"), std::nullopt) << good;
  }
  for (const char* bad : {"", "short12", "\xff\xff\xff\xff\xff\xff\xff\xff"}) {
    EXPECT_NE(wrong_password(bad, "ada", "a@b.c"), std::nullopt) << bad;
  }
  EXPECT_EQ(wrong_password(std::string(257, 'x'), "ada", "a@b.c"), "is longer than 256 bytes");
  EXPECT_NE(wrong_password("e\u0301e\u0301e\u0301e\u0301", "ada", "a@b.c"), std::nullopt)
      << "four characters, however a keyboard sends them";
}

TEST(Names, passwords_that_are_ones_own_name) {
  for (const char* bad : {"AdaLovelace", "adalovelace1", "ad@lovelace!", "Ada.Byron@mail.com",
                          "ada.byron", "ada.byron99"}) {
    EXPECT_EQ(wrong_password(bad, "adalovelace", "ada.byron@Mail.com"), "must not be your own name")
        << bad;
  }
}

TEST(CommonPasswords, knows_more_than_ten_thousand) {
  EXPECT_GT(common_passwords_known(), 20'000U);
}

// Every line of the list, as it stands, in capitals and with a year behind it.
TEST(CommonPasswords, every_one_of_the_list_is_refused) {
  std::string_view text = embedded().front().text;
  std::size_t count = 0;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::string word(text.substr(0, end));
    text.remove_prefix(end + 1);
    ++count;
    ASSERT_TRUE(is_common_password(word)) << word;
    std::string loud = word;
    for (char& c : loud) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    ASSERT_TRUE(is_common_password(loud)) << loud;
    const bool ends_in_letter = word.back() >= 'a' && word.back() <= 'z';
    if (ends_in_letter && word.size() >= 4) {
      ASSERT_TRUE(is_common_password(word + "2024")) << word;
    }
  }
  EXPECT_EQ(count, 30'000U);
}

TEST(CommonPasswords, in_disguise) {
  for (const char* bad :
       {"P@ssw0rd",     "p4$$w0rd!", "Dragon2024", "!!monkey!!",      "Passw0rd123",
        "TrustNo1",     "$uperman1", "iloveyou!",  "qwertyuiop",      "poiuytrewq",
        "zxcvbnm,",     "12345678",  "87654321",   "abcdefghij",      "zyxwvuts",
        "aaaaaaaa",     "abababab",  "abcabcabc",  "12341234123",     "whoosh123",
        "whooshwhoosh", "Wh00sh!!",  "my-whoosh",  "ＰＡＳＳＷＯＲＤ"}) {
    EXPECT_TRUE(is_common_password(bad)) << bad;
  }
  for (const char* good : {"correct horse", "xk7!pq2&", "the whoosh of a fan", "gravel lantern",
                           "monkey wrench 12 inch", "8h2k5m9p"}) {
    EXPECT_FALSE(is_common_password(good)) << good;
  }
}

TEST(Password, is_the_same_however_a_keyboard_composes_it) {
  const Passwords passwords(Cost::minimal());
  EXPECT_TRUE(passwords.verify(*passwords.hash("caf\u00e9 noir"), "cafe\u0301 noir"));
  EXPECT_FALSE(passwords.verify(*passwords.hash("caf\u00e9 noir"), "cafe noir"));
}

TEST(Names, guests_get_names_that_are_allowed) {
  std::set<std::string> usernames;
  std::uint64_t random = 1;
  for (int i = 0; i < 5000; ++i) {
    random = random * 6364136223846793005u + 1442695040888963407u;
    const std::string name = guest_display_name(random);
    const auto cleaned = cleaned_display_name(name);
    ASSERT_TRUE(cleaned.has_value()) << name;
    EXPECT_EQ(*cleaned, name);
    const std::string username = guest_username(random);
    EXPECT_EQ(wrong_username(username), "is reserved") << "nobody else may take one: " << username;
    EXPECT_EQ(wrong_username("x" + username), std::nullopt) << username;
    usernames.insert(username);
  }
  EXPECT_EQ(usernames.size(), 5000u);
}

}  // namespace
}  // namespace whoosh::auth
