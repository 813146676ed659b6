// Goal: FrameReader follows RFC 6455 and says the same however the bytes are cut; our own frames
// are minimal. Method: a table of byte sequences with the events they must give, each read whole,
// byte by byte, and cut in two at every place.
#include "net/frame.h"

#include <gtest/gtest.h>

#include "net/frame_test_support.h"

namespace whoosh::net {
namespace {

using Events = std::vector<std::string>;

struct Row {
  const char* name;
  std::string bytes;
  Events events;
};

std::string raw(std::initializer_list<unsigned> bytes) {
  std::string out;
  for (const unsigned byte : bytes) out.push_back(static_cast<char>(byte));
  return out;
}

std::string close_payload(unsigned code, std::string_view reason = {}) {
  return raw({code >> 8, code & 0xff}) + std::string(reason);
}

void expect_row(const Row& row) {
  SCOPED_TRACE(row.name);
  EXPECT_EQ(read_pieces({row.bytes}), row.events) << "whole";
  EXPECT_EQ(read_pieces(single_bytes(row.bytes)), row.events) << "byte by byte";
  const std::string_view bytes = row.bytes;
  const std::size_t step = bytes.size() > 600 ? bytes.size() / 300 : 1;
  for (std::size_t cut = 0; cut <= bytes.size(); cut += step) {
    ASSERT_EQ(read_pieces({bytes.substr(0, cut), bytes.substr(cut)}), row.events)
        << "cut at " << cut;
  }
}

TEST(Frame, ReadsWhatIsGood) {
  const std::string big(8192, 'x');
  const Row rows[] = {
      {"empty text", client_frame(0x81, ""), {"text:"}},
      {"text", client_frame(0x81, "hello"), {"text:hello"}},
      {"mask of zero", client_frame(0x81, "hello", 0), {"text:hello"}},
      {"two in one read", client_frame(0x81, "a") + client_frame(0x81, "b"), {"text:a", "text:b"}},
      {"125 bytes", client_frame(0x81, std::string(125, 'x')), {"text:" + std::string(125, 'x')}},
      {"126 bytes", client_frame(0x81, std::string(126, 'x')), {"text:" + std::string(126, 'x')}},
      {"the largest message", client_frame(0x81, big), {"text:" + big}},
      {"two fragments", client_frame(0x01, "he") + client_frame(0x80, "llo"), {"text:hello"}},
      {"empty fragments around",
       client_frame(0x01, "") + client_frame(0x00, "hi") + client_frame(0x80, ""),
       {"text:hi"}},
      {"only empty fragments",
       client_frame(0x01, "") + client_frame(0x00, "") + client_frame(0x80, ""),
       {"text:"}},
      {"last fragment alone has bytes",
       client_frame(0x01, "") + client_frame(0x80, "hi"),
       {"text:hi"}},
      {"control frames between fragments",
       client_frame(0x01, "he") + client_frame(0x89, "1") + client_frame(0x00, "l") +
           client_frame(0x8a, "") + client_frame(0x80, "lo") + client_frame(0x81, "next"),
       {"ping:1", "pong:", "text:hello", "text:next"}},
      {"the largest ping",
       client_frame(0x89, std::string(125, 'p')),
       {"ping:" + std::string(125, 'p')}},
      {"the largest message in halves with a ping between",
       client_frame(0x01, std::string(4096, 'x')) + client_frame(0x89, "p") +
           client_frame(0x80, std::string(4096, 'x')),
       {"ping:p", "text:" + big}},
      {"a character cut between fragments",
       client_frame(0x01, "\xe2\x82") + client_frame(0x80, "\xac"),
       {"text:\xe2\x82\xac"}},
      {"four-byte character", client_frame(0x81, "\xf0\x9f\x98\x80"), {"text:\xf0\x9f\x98\x80"}},
      {"the last code point", client_frame(0x81, "\xf4\x8f\xbf\xbf"), {"text:\xf4\x8f\xbf\xbf"}},
      {"NUL is a character",
       client_frame(0x81, std::string(1, '\0')),
       {"text:" + std::string(1, '\0')}},
      {"close without a code", client_frame(0x88, ""), {"close:1005:"}},
      {"close with a code", client_frame(0x88, close_payload(1000)), {"close:1000:"}},
      {"close with a reason", client_frame(0x88, close_payload(4999, "bye")), {"close:4999:bye"}},
      {"the longest reason",
       client_frame(0x88, close_payload(1001, std::string(123, 'r'))),
       {"close:1001:" + std::string(123, 'r')}},
  };
  for (const Row& row : rows) expect_row(row);
}

TEST(Frame, RefusesWhatIsMalformed) {
  const std::string good = client_frame(0x81, "ok");
  const Row rows[] = {
      {"not masked", raw({0x81, 0x02, 'h', 'i'}), {"fail:1002"}},
      {"RSV1", client_frame(0xc1, "x"), {"fail:1002"}},
      {"RSV2", client_frame(0xa1, "x"), {"fail:1002"}},
      {"RSV3", client_frame(0x91, "x"), {"fail:1002"}},
      {"RSV1 of a ping", client_frame(0xc9, "x"), {"fail:1002"}},
      {"opcode 3", client_frame(0x83, ""), {"fail:1002"}},
      {"opcode 7", client_frame(0x87, ""), {"fail:1002"}},
      {"opcode 11", client_frame(0x8b, ""), {"fail:1002"}},
      {"opcode 15", client_frame(0x8f, ""), {"fail:1002"}},
      {"binary", client_frame(0x82, "x"), {"fail:1003"}},
      {"binary, first fragment", client_frame(0x02, "x"), {"fail:1003"}},
      {"continuation of nothing", client_frame(0x80, "x"), {"fail:1002"}},
      {"unfinished continuation of nothing", client_frame(0x00, "x"), {"fail:1002"}},
      {"text within a message", client_frame(0x01, "a") + good, {"fail:1002"}},
      {"binary within a message", client_frame(0x01, "a") + client_frame(0x82, "b"), {"fail:1002"}},
      {"fragmented ping", client_frame(0x09, "x"), {"fail:1002"}},
      {"fragmented close", client_frame(0x08, ""), {"fail:1002"}},
      {"ping of 126", client_frame(0x89, std::string(126, 'x')), {"fail:1002"}},
      {"close of 126",
       client_frame(0x88, close_payload(1000, std::string(124, 'x'))),
       {"fail:1002"}},
      {"16-bit length below 126", raw({0x81, 0xfe, 0, 125, 1, 2, 3, 4}), {"fail:1002"}},
      {"64-bit length below 65536",
       raw({0x81, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 1, 2, 3, 4}),
       {"fail:1002"}},
      {"64-bit length, top bit",
       raw({0x81, 0xff, 0x80, 0, 0, 0, 0, 1, 0, 0, 1, 2, 3, 4}),
       {"fail:1002"}},
      {"one byte too large", client_frame(0x81, std::string(8193, 'x')), {"fail:1009"}},
      {"a length of 2^62", raw({0x81, 0xff, 0x40, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4}), {"fail:1009"}},
      {"fragments together too large",
       client_frame(0x01, std::string(8000, 'x')) + client_frame(0x80, std::string(193, 'x')),
       {"fail:1009"}},
      {"close of one byte", client_frame(0x88, "x"), {"fail:1002"}},
      {"close 999", client_frame(0x88, close_payload(999)), {"fail:1002"}},
      {"close 1004", client_frame(0x88, close_payload(1004)), {"fail:1002"}},
      {"close 1005", client_frame(0x88, close_payload(1005)), {"fail:1002"}},
      {"close 1006", client_frame(0x88, close_payload(1006)), {"fail:1002"}},
      {"close 1015", client_frame(0x88, close_payload(1015)), {"fail:1002"}},
      {"close 2999", client_frame(0x88, close_payload(2999)), {"fail:1002"}},
      {"close 5000", client_frame(0x88, close_payload(5000)), {"fail:1002"}},
      {"reason is no UTF-8", client_frame(0x88, close_payload(1000, "\xff")), {"fail:1007"}},
      {"reason ends within a character",
       client_frame(0x88, close_payload(1000, "\xe2\x82")),
       {"fail:1007"}},
      {"nothing after a failure", good + client_frame(0x83, "") + good, {"text:ok", "fail:1002"}},
  };
  for (const Row& row : rows) expect_row(row);
}

TEST(Frame, RefusesTextThatIsNoUtf8) {
  const std::string_view bad[] = {"\x80",
                                  "\xbf",
                                  "\xc0\x80",
                                  "\xc1\xbf",
                                  "\xc3",
                                  "\xc3\x28",
                                  "\xe0\x80\x80",
                                  "\xe0\x9f\xbf",
                                  "\xe2\x82",
                                  "\xe2\x28\xa1",
                                  "\xed\xa0\x80",
                                  "\xed\xbf\xbf",
                                  "\xf0\x80\x80\x80",
                                  "\xf0\x8f\xbf\xbf",
                                  "\xf0\x9f\x98",
                                  "\xf4\x90\x80\x80",
                                  "\xf5\x80\x80\x80",
                                  "\xff",
                                  "twelve ascii\xff",
                                  "eight..\xc3",
                                  "12345678\x80"};
  for (const std::string_view text : bad) {
    expect_row({"one frame", client_frame(0x81, text), {"fail:1007"}});
    expect_row({"in fragments", client_frame(0x01, text) + client_frame(0x80, ""), {"fail:1007"}});
  }
}

TEST(Frame, Utf8CheckAgreesWithTheDefinition) {
  // Every sequence of two bytes, and every code point as a sequence.
  for (unsigned first = 0; first < 256; ++first) {
    for (unsigned second = 0; second < 256; ++second) {
      const char text[] = {static_cast<char>(first), static_cast<char>(second)};
      const bool good = (first < 0x80 && second < 0x80) ||
                        (first >= 0xc2 && first <= 0xdf && second >= 0x80 && second <= 0xbf);
      Utf8Check check;
      EXPECT_EQ(check.feed(text) && check.complete(), good) << first << " " << second;
    }
  }
  for (std::uint32_t point = 0x800; point <= 0x11ffff; ++point) {
    char text[4];
    std::size_t size = 0;
    const auto put = [&](std::uint32_t byte) { text[size++] = static_cast<char>(byte); };
    if (point < 0x10000) {
      put(0xe0 | point >> 12);
    } else {
      put(0xf0 | point >> 18);
      put(0x80 | (point >> 12 & 0x3f));
    }
    put(0x80 | (point >> 6 & 0x3f));
    put(0x80 | (point & 0x3f));
    const bool good = point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
    Utf8Check check;
    ASSERT_EQ(check.feed({text, size}) && check.complete(), good) << std::hex << point;
  }
}

TEST(Frame, AWholeMessageIsNotCopied) {
  BufferPool pool(0);  // any use of it would fail
  Buffer partial;
  FrameReader reader;
  std::string bytes = client_frame(0x81, std::string(8000, 'x')) + client_frame(0x89, "p") +
                      client_frame(0x81, "next");
  std::span<char> input(bytes);
  const FrameEvent event = reader.next(input, partial, pool, 8192);
  EXPECT_EQ(event.kind, FrameEvent::Kind::Text);
  EXPECT_EQ(event.payload.data(), bytes.data() + 8);
  EXPECT_EQ(describe(reader.next(input, partial, pool, 8192)), "ping:p");
  EXPECT_EQ(describe(reader.next(input, partial, pool, 8192)), "text:next");
}

TEST(Frame, WithoutMemoryItSaysTryAgain) {
  const std::string bytes = client_frame(0x81, "half");
  EXPECT_EQ(read_pieces({std::string_view(bytes).substr(0, 8), std::string_view(bytes).substr(8)},
                        8192, 0),
            Events{"memory:1013"});
}

TEST(Frame, BetweenMessagesNoBufferIsHeld) {
  BufferPool pool(1 << 20);
  Buffer partial;
  FrameReader reader;
  std::string bytes = client_frame(0x01, "he") + client_frame(0x89, "p") + client_frame(0x80, "y") +
                      client_frame(0x81, "");
  for (char& byte : bytes) {
    std::span<char> input(&byte, 1);
    while (reader.next(input, partial, pool, 8192).kind != FrameEvent::Kind::NeedMore) continue;
  }
  EXPECT_EQ(pool.bytes_in_use(), 0u);
  EXPECT_EQ(partial.data, nullptr);
}

TEST(Frame, OursAreMinimal) {
  const std::pair<std::size_t, std::string> rows[] = {
      {0, raw({0x81, 0})},
      {125, raw({0x81, 125})},
      {126, raw({0x81, 126, 0, 126})},
      {65535, raw({0x81, 126, 0xff, 0xff})},
      {65536, raw({0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0})},
  };
  for (const auto& [size, header] : rows) {
    const std::string payload(size, 'x');
    std::string frame;
    append_frame(frame, Opcode::Text, payload);
    EXPECT_TRUE(frame == header + payload) << size;
  }
}

TEST(Frame, MaskingTwiceIsNothing) {
  for (std::size_t size = 0; size < 40; ++size) {
    const std::string text(size, 'q');
    std::string bytes = text;
    const std::uint32_t rotated = apply_mask({bytes.data(), size}, 0x12345678);
    for (std::size_t i = 0; i < size; ++i) {
      ASSERT_EQ(static_cast<unsigned char>(bytes[i]), 'q' ^ (0x12345678u >> (8 * (i % 4)) & 0xff));
    }
    std::string more(5, 'q');  // goes on where it stopped
    apply_mask({more.data(), 5}, rotated);
    EXPECT_EQ(static_cast<unsigned char>(more[0]), 'q' ^ (0x12345678u >> (8 * (size % 4)) & 0xff));
    apply_mask({bytes.data(), size}, 0x12345678);
    EXPECT_EQ(bytes, text);
  }
}

TEST(Frame, CloseCodes) {
  for (const std::uint16_t code :
       {1000, 1001, 1002, 1003, 1007, 1011, 1013, 1014, 3000, 4004, 4999}) {
    EXPECT_TRUE(close_code_sendable(code)) << code;
  }
  for (const std::uint16_t code :
       {0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535}) {
    EXPECT_FALSE(close_code_sendable(code)) << code;
  }
}

}  // namespace
}  // namespace whoosh::net
