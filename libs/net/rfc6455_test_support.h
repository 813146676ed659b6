// For the tests of RFC 6455: rows of a table that say what a client sends after its request and
// which frames it must get, each played over sockets in one piece, byte by byte and in two.
#pragma once

#include <string>
#include <vector>

#include "net/loop_test_support.h"

namespace whoosh::net {

inline std::string raw(std::initializer_list<unsigned> bytes) {
  std::string out;
  for (const unsigned byte : bytes) out.push_back(static_cast<char>(byte));
  return out;
}

inline std::string close_payload(unsigned code, std::string_view reason = {}) {
  return raw({code >> 8, code & 0xff}) + std::string(reason);
}

struct Row {
  const char* section;
  const char* name;
  std::string bytes;
  std::vector<std::string> frames;  // as TestClient::frame tells them; "end": TCP is over
};

// All frames until the end of the stream, or as many as the row has.
inline std::vector<std::string> frames_until(TestClient& client, std::size_t count) {
  std::vector<std::string> frames;
  while (frames.size() < count && (frames.empty() || frames.back() != "end")) {
    frames.push_back(client.frame());
  }
  return frames;
}

inline void play(TestServer& server, const Row& row, const std::vector<std::size_t>& cuts) {
  TestClient client(server.port());
  ASSERT_TRUE(client.upgrade());
  std::size_t at = 0;
  for (const std::size_t cut : cuts) {
    client.send(row.bytes.substr(at, cut - at));
    at = cut;
  }
  client.send(row.bytes.substr(at));  // may fail: the server has said its last word before
  EXPECT_EQ(frames_until(client, row.frames.size()), row.frames);
}

inline void play_table(const std::vector<Row>& rows) {
  TestServer server;
  server.start();
  for (const Row& row : rows) {
    SCOPED_TRACE(std::string("RFC 6455 ") + row.section + ": " + row.name);
    const std::size_t size = row.bytes.size();
    play(server, row, {});
    if (size > 400) {
      play(server, row, {1, 2, 3, 9, size / 2, size - 1});
      continue;
    }
    std::vector<std::size_t> each;
    for (std::size_t i = 1; i < size; ++i) each.push_back(i);
    play(server, row, each);
    for (const std::size_t cut : {std::size_t{1}, size / 3, size / 2, size - 1}) {
      if (cut < size) play(server, row, {cut});
    }
  }
}

}  // namespace whoosh::net
