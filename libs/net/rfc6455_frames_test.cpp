// Goal: sections 5, 6 and 8 of RFC 6455: masks, lengths, opcodes, fragments, control frames, UTF-8.
// Method: tables of a client's bytes with the frames it must get, over real sockets, each in one
// piece, byte by byte and cut in two; and a second reader, written from the standard, as oracle.
// docs/CONFORMANCE.md has section → test.
#include <gtest/gtest.h>

#include "base/rng.h"
#include "net/reference_test_support.h"
#include "net/rfc6455_test_support.h"

namespace whoosh::net {
namespace {

WHOOSH_ON_BOTH_ENGINES(Rfc6455Frames);

const std::string hello = client_frame(0x81, "hello");

TEST_P(Rfc6455Frames, Section5_1_MasksOfClientsAndServers) {
  play_table({
      {"5.1", "not masked", raw({0x81, 2, 'h', 'i'}), {"close:1002:", "end"}},
      {"5.1", "a ping that is not masked", raw({0x89, 0}), {"close:1002:", "end"}},
      {"5.3", "a mask of zero", client_frame(0x81, "hello", 0), {"text:hello"}},
      {"5.3", "a mask of ones", client_frame(0x81, "hello", 0xffffffff), {"text:hello"}},
      {"5.3",
       "a mask for each frame",
       client_frame(0x01, "he", 0x01020304) + client_frame(0x80, "llo", 0xa0b0c0d0),
       {"text:hello"}},
      {"5.3",
       "a mask of an empty frame",
       client_frame(0x81, "", 0x01020304) + hello,
       {"text:", "text:hello"}},
  });
  TestServer server;
  server.start();
  TestClient client(server.port());
  ASSERT_TRUE(client.upgrade());
  ASSERT_TRUE(client.send(hello));
  EXPECT_EQ(client.bytes(7), raw({0x81, 5}) + "hello") << "a server's frame is not masked";
}

TEST_P(Rfc6455Frames, Section5_2_LengthsAreMinimal) {
  const std::string mask = raw({1, 2, 3, 4});
  const auto sized = [](std::size_t size) {
    return Row{"5.2",
               "a message of so many bytes",
               client_frame(0x81, std::string(size, 'x')),
               {"text:" + std::string(size, 'x')}};
  };
  play_table({
      sized(0),
      sized(1),
      sized(125),
      sized(126),
      sized(127),
      sized(255),
      sized(256),
      sized(8192),
      {"5.2", "0 in 16 bits", raw({0x81, 0xfe, 0, 0}) + mask, {"close:1002:", "end"}},
      {"5.2", "125 in 16 bits", raw({0x81, 0xfe, 0, 125}) + mask, {"close:1002:", "end"}},
      {"5.2",
       "1 in 64 bits",
       raw({0x81, 0xff, 0, 0, 0, 0, 0, 0, 0, 1}) + mask,
       {"close:1002:", "end"}},
      {"5.2",
       "65535 in 64 bits",
       raw({0x81, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff}) + mask,
       {"close:1002:", "end"}},
      {"5.2", "2^63", raw({0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0}) + mask, {"close:1002:", "end"}},
      {"5.2",
       "2^64 - 1",
       raw({0x81, 0xff, 255, 255, 255, 255, 255, 255, 255, 255}) + mask,
       {"close:1002:", "end"}},
      {"5.2, 10.4",
       "2^63 - 1",
       raw({0x81, 0xff, 127, 255, 255, 255, 255, 255, 255, 255}) + mask,
       {"close:1009:", "end"}},
      {"5.2, 10.4",
       "65536",
       raw({0x81, 0xff, 0, 0, 0, 0, 0, 1, 0, 0}) + mask,
       {"close:1009:", "end"}},
      {"10.4",
       "one byte above the limit, told at its header",
       raw({0x81, 0xfe, 0x20, 1}) + mask,
       {"close:1009:", "end"}},
  });
}

TEST_P(Rfc6455Frames, Section5_2_TheServersLengthsAreMinimal) {
  TestServer server;
  server.handler().text = [](TestHandler& self, ConnId id, std::string_view message) {
    self.loop->send(id, std::string(std::stoul(std::string(message)), 'x'));
  };
  server.start();
  TestClient client(server.port());
  ASSERT_TRUE(client.upgrade());
  const std::pair<std::size_t, std::string> rows[] = {
      {0, raw({0x81, 0})},
      {125, raw({0x81, 125})},
      {126, raw({0x81, 126, 0, 126})},
      {60'000, raw({0x81, 126, 0xea, 0x60})},
      {65'530, raw({0x81, 126, 0xff, 0xfa})},
  };
  for (const auto& [size, header] : rows) {
    ASSERT_TRUE(client.send(client_frame(0x81, std::to_string(size))));
    EXPECT_EQ(client.bytes(header.size()), header) << size;
    EXPECT_EQ(client.bytes(size), std::string(size, 'x'));
  }
}

TEST_P(Rfc6455Frames, Section5_2_ReservedBitsAndOpcodes) {
  std::vector<Row> rows;
  const std::vector<std::string> refused = {"text:hello", "close:1002:", "end"};
  for (const unsigned opcode : {0x1u, 0x8u, 0x9u, 0xau}) {
    for (const unsigned reserved : {0x10u, 0x20u, 0x30u, 0x40u, 0x50u, 0x60u, 0x70u}) {
      const std::string payload = opcode == 8 ? close_payload(1000) : "x";
      rows.push_back({"5.2, 5.8", "a reserved bit without an extension",
                      hello + client_frame(0x80 | reserved | opcode, payload), refused});
    }
  }
  for (const unsigned opcode : {0x3u, 0x4u, 0x5u, 0x6u, 0x7u, 0xbu, 0xcu, 0xdu, 0xeu, 0xfu}) {
    rows.push_back(
        {"5.2, 5.8", "a reserved opcode", hello + client_frame(0x80 | opcode, ""), refused});
    rows.push_back({"5.2, 5.8", "a reserved opcode with a payload, unfinished",
                    hello + client_frame(opcode, "x"), refused});
  }
  rows.push_back({"5.2",
                  "a reserved bit of a later fragment",
                  client_frame(0x01, "a") + client_frame(0xc0, "b"),
                  {"close:1002:", "end"}});
  rows.push_back({"5.6",
                  "binary is not spoken here",
                  hello + client_frame(0x82, "x"),
                  {"text:hello", "close:1003:", "end"}});
  rows.push_back({"5.6", "nor in fragments", client_frame(0x02, "x"), {"close:1003:", "end"}});
  play_table(rows);
}

TEST_P(Rfc6455Frames, Section5_4_Fragments) {
  std::string letters;
  std::string alphabet = client_frame(0x01, "");
  for (char c = 'a'; c <= 'z'; ++c) {
    letters += c;
    alphabet += client_frame(0x00, {&c, 1});
  }
  std::string largest = client_frame(0x01, std::string(4000, 'x'));
  largest += client_frame(0x00, std::string(4000, 'x')) + client_frame(0x80, std::string(192, 'x'));
  play_table({
      {"5.4", "two", client_frame(0x01, "he") + client_frame(0x80, "llo"), {"text:hello"}},
      {"5.4", "many, and empty ones", alphabet + client_frame(0x80, ""), {"text:" + letters}},
      {"5.4",
       "one after the other",
       client_frame(0x01, "a") + client_frame(0x80, "b") + client_frame(0x01, "c") +
           client_frame(0x80, "d") + hello,
       {"text:ab", "text:cd", "text:hello"}},
      {"5.4", "the largest message, in three", largest, {"text:" + std::string(8192, 'x')}},
      {"5.4, 10.4",
       "together too large",
       client_frame(0x01, std::string(8192, 'x')) + client_frame(0x80, "x"),
       {"close:1009:", "end"}},
      {"5.4", "a continuation of nothing", client_frame(0x80, "x"), {"close:1002:", "end"}},
      {"5.4", "an open continuation of nothing", client_frame(0x00, "x"), {"close:1002:", "end"}},
      {"5.4",
       "a continuation after the last fragment",
       client_frame(0x01, "a") + client_frame(0x80, "b") + client_frame(0x80, "c"),
       {"text:ab", "close:1002:", "end"}},
      {"5.4",
       "a message within a message",
       client_frame(0x01, "a") + hello,
       {"close:1002:", "end"}},
      {"5.4",
       "a first fragment within a message",
       client_frame(0x01, "a") + client_frame(0x01, "b"),
       {"close:1002:", "end"}},
      {"5.4",
       "binary within text",
       client_frame(0x01, "a") + client_frame(0x82, "b"),
       {"close:1002:", "end"}},
  });
}

TEST_P(Rfc6455Frames, Section5_4_ControlFramesBetweenFragments) {
  play_table({
      {"5.4",
       "a ping between fragments is answered at once",
       client_frame(0x01, "he") + client_frame(0x89, "1") + client_frame(0x00, "l") +
           client_frame(0x89, "2") + client_frame(0x80, "lo"),
       {"pong:1", "pong:2", "text:hello"}},
      {"5.4",
       "a pong between fragments",
       client_frame(0x01, "he") + client_frame(0x8a, "x") + client_frame(0x80, "llo"),
       {"text:hello"}},
      {"5.4, 5.5.1",
       "a close between fragments",
       client_frame(0x01, "he") + client_frame(0x88, close_payload(1000)) +
           client_frame(0x80, "llo"),
       {"close:1000:", "end"}},
      {"5.4, 8.1",
       "a ping within a character",
       client_frame(0x01, "\xe2") + client_frame(0x89, "\x82") + client_frame(0x00, "\x82") +
           client_frame(0x89, "") + client_frame(0x80, "\xac"),
       {"pong:\x82", "pong:", "text:\xe2\x82\xac"}},
  });
}

TEST_P(Rfc6455Frames, Section5_5_ControlFramesAreShortAndWhole) {
  const std::string full(125, 'p');
  const std::string mask = raw({0, 0, 0, 0});
  play_table({
      {"5.5.2", "an empty ping", client_frame(0x89, ""), {"pong:"}},
      {"5.5.2", "125 bytes", client_frame(0x89, full), {"pong:" + full}},
      {"5.5.2",
       "any bytes",
       client_frame(0x89, raw({0xff, 0, 0x80, 0xc0})),
       {"pong:" + raw({0xff, 0, 0x80, 0xc0})}},
      {"5.5.2",
       "each is answered, in order",
       client_frame(0x89, "1") + hello + client_frame(0x89, "2") + client_frame(0x89, "3"),
       {"pong:1", "text:hello", "pong:2", "pong:3"}},
      {"5.5.3", "a pong that nobody asked for", client_frame(0x8a, "x") + hello, {"text:hello"}},
      {"5.5.3", "125 bytes of it", client_frame(0x8a, full) + hello, {"text:hello"}},
      {"5.5", "a ping of 126 bytes", client_frame(0x89, full + "p"), {"close:1002:", "end"}},
      {"5.5", "a pong of 126 bytes", client_frame(0x8a, full + "p"), {"close:1002:", "end"}},
      {"5.5",
       "a close of 126 bytes",
       client_frame(0x88, close_payload(1000, std::string(124, 'r'))),
       {"close:1002:", "end"}},
      {"5.5",
       "a short ping with a long length",
       raw({0x89, 0xfe, 0, 1}) + mask + "x",
       {"close:1002:", "end"}},
      {"5.5",
       "a ping with a length of 64 bits",
       raw({0x89, 0xff, 0, 0, 0, 0, 0, 0, 0, 1}) + mask + "x",
       {"close:1002:", "end"}},
      {"5.5", "a fragment of a ping", client_frame(0x09, "x"), {"close:1002:", "end"}},
      {"5.5", "a fragment of a pong", client_frame(0x0a, "x"), {"close:1002:", "end"}},
      {"5.5", "a fragment of a close", client_frame(0x08, ""), {"close:1002:", "end"}},
      {"5.5, 5.4",
       "a continuation of a ping",
       client_frame(0x89, "x") + client_frame(0x80, "y"),
       {"pong:x", "close:1002:", "end"}},
  });
}

TEST_P(Rfc6455Frames, Section8_1_TextIsUtf8) {
  const std::vector<std::string> bad = {"close:1007:", "end"};
  std::vector<Row> rows = {
      {"8.1",
       "two, three and four bytes",
       client_frame(0x81, "\xc2\x80\xe0\xa0\x80\xf0\x90\x80\x80"),
       {"text:\xc2\x80\xe0\xa0\x80\xf0\x90\x80\x80"}},
      {"8.1",
       "the last before and the first after the surrogates",
       client_frame(0x81, "\xed\x9f\xbf\xee\x80\x80"),
       {"text:\xed\x9f\xbf\xee\x80\x80"}},
      {"8.1",
       "the last code point",
       client_frame(0x81, "\xf4\x8f\xbf\xbf"),
       {"text:\xf4\x8f\xbf\xbf"}},
      {"8.1",
       "NUL and DEL",
       client_frame(0x81, std::string("\0\x7f", 2)),
       {"text:" + std::string("\0\x7f", 2)}},
      {"8.1",
       "code points without a character",
       client_frame(0x81, "\xef\xbf\xbe\xef\xbf\xbf"),
       {"text:\xef\xbf\xbe\xef\xbf\xbf"}},
      {"8.1",
       "after what was good",
       hello + client_frame(0x81, "ab\xff"),
       {"text:hello", "close:1007:", "end"}},
      {"8.1", "a message that ends within a character, and goes on in the next",
       client_frame(0x81, "\xe2\x82") + client_frame(0x81, "\xac"), bad},
      {"8.1", "fragments that end within a character",
       client_frame(0x01, "a\xf0\x9f") + client_frame(0x80, "\x98"), bad},
  };
  for (const char* text : {"\x80",
                           "\xbf",
                           "\xc0\xaf",
                           "\xc1\xbf",
                           "\xc3\x28",
                           "\xc3",
                           "\xe0\x80\xaf",
                           "\xe0\x9f\xbf",
                           "\xe2\x28\xa1",
                           "\xe2\x82\x28",
                           "\xe2\x82",
                           "\xed\xa0\x80",
                           "\xed\xad\xbf",
                           "\xed\xbf\xbf",
                           "\xf0\x80\x80\xaf",
                           "\xf0\x8f\xbf\xbf",
                           "\xf0\x9f\x98",
                           "\xf4\x90\x80\x80",
                           "\xf5\x80\x80\x80",
                           "\xf8\x88\x80\x80\x80",
                           "\xfc\x84\x80\x80\x80\x80",
                           "\xfe",
                           "\xff"}) {
    rows.push_back({"8.1", "no UTF-8", client_frame(0x81, text), bad});
  }
  play_table(rows);
}

// The verdict comes with the byte that settles it, not with the end of the frame or message.
TEST_P(Rfc6455Frames, Section8_1_BadUtf8FailsFast) {
  TestServer server;
  server.start();
  const std::pair<std::string, std::size_t> rows[] = {
      {"\xff", 1},      {"\xc0", 1},     {"\xc1", 1},          {"\xf5", 1},
      {"\xe0\x80", 2},  {"\xed\xa0", 2}, {"\xf0\x80", 2},      {"\xf4\x90", 2},
      {"\xe2\x82(", 3}, {"\xc3\xc3", 2}, {"\xf0\x9f\x98(", 4}, {"ok\x80", 3},
  };
  for (const auto& [text, settled] : rows) {
    ASSERT_EQ(text.size(), settled);
    for (const bool fragmented : {false, true}) {
      TestClient client(server.port());
      ASSERT_TRUE(client.upgrade());
      // A frame of a hundred bytes of which the rest never comes.
      const std::string whole =
          client_frame(fragmented ? 0x01 : 0x81, text + std::string(100, 'x'));
      ASSERT_TRUE(client.send(whole.substr(0, 6 + settled)));
      EXPECT_EQ(client.frame(), "close:1007:");
      EXPECT_EQ(client.frame(), "end");
    }
  }
}

TEST_P(Rfc6455Frames, Section8_1_CharactersMayBeCutAtEveryByte) {
  const std::string text = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x8e\xb2z";
  std::vector<Row> rows;
  for (std::size_t first = 0; first <= text.size(); ++first) {
    for (std::size_t second = first; second <= text.size(); second += 3) {
      rows.push_back({"8.1, 5.4",
                      "three fragments",
                      client_frame(0x01, text.substr(0, first)) +
                          client_frame(0x00, text.substr(first, second - first)) +
                          client_frame(0x80, text.substr(second)),
                      {"text:" + text}});
    }
  }
  play_table(rows);
}

// ---- a second reader as oracle ------------------------------------------------------------------

TEST(Rfc6455Reader, AgreesOnUtf8WithEverySequenceOfUpToThreeBytes) {
  const auto both = [](std::string_view text) {
    Utf8Check check;
    const bool good = check.feed(text);
    const ReferenceUtf8 wanted = reference_utf8(text);
    return good == !wanted.bad && (!good || check.complete() == !wanted.cut);
  };
  for (unsigned first = 0; first < 256; ++first) {
    ASSERT_TRUE(both(raw({first})));
    for (unsigned second = 0; second < 256; ++second) {
      ASSERT_TRUE(both(raw({first, second}))) << first << " " << second;
      for (const unsigned third : {0x00u, 0x7fu, 0x80u, 0x9fu, 0xbfu, 0xc0u, 0xffu}) {
        ASSERT_TRUE(both(raw({first, second, third}))) << first << " " << second << " " << third;
      }
    }
  }
}

TEST(Rfc6455Reader, AgreesOnEveryCloseCode) {
  for (unsigned code = 0; code <= 0xffff; ++code) {
    const std::string frame = client_frame(0x88, close_payload(code));
    ASSERT_EQ(read_pieces({frame}), ReferenceReader(8192).read(frame)) << code;
  }
}

// Frames that are mostly good, drawn at random: what both make of them, cut anywhere.
TEST(Rfc6455Reader, AgreesOnStreamsDrawnAtRandom) {
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    base::Rng rng(seed);
    std::string stream;
    for (std::uint32_t i = 1 + rng.below(8); i > 0; --i) {
      static constexpr unsigned firsts[] = {0x81, 0x01, 0x00, 0x80, 0x89, 0x8a, 0x88, 0x82, 0xc1};
      static constexpr std::uint32_t likely = 6;  // the rest ends the stream
      const unsigned first = firsts[rng.below(rng.below(5) == 0 ? std::size(firsts) : likely)];
      static constexpr std::string_view parts[] = {"a", "\xc3", "\xa9", "\xf0\x9f", "\x98\x80", ""};
      std::string payload;
      for (std::uint32_t n = rng.below(6); n > 0; --n)
        payload += parts[rng.below(rng.below(4) == 0 ? std::size(parts) : 1)];
      if (first == 0x88 && rng.below(2) == 0) payload = close_payload(990 + rng.below(40));
      stream += client_frame(first, payload, static_cast<std::uint32_t>(rng.next()));
    }
    const auto wanted = ReferenceReader(12).read(stream);
    ASSERT_EQ(read_pieces({stream}, 12), wanted) << "seed " << seed;
    const std::size_t cut = rng.below(static_cast<std::uint32_t>(stream.size()));
    const std::string_view bytes = stream;
    ASSERT_EQ(read_pieces({bytes.substr(0, cut), bytes.substr(cut)}, 12), wanted) << seed;
    ASSERT_EQ(read_pieces(single_bytes(bytes), 12), wanted) << seed;
  }
}

}  // namespace
}  // namespace whoosh::net
