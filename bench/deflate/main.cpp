// deflate: what permessage-deflate (RFC 7692) would save and cost Service B on its real traffic: a
// match of Suspect, as eight players hear it, through zlib with the parameters that the extension
// lets a server choose. Every message is decompressed again and compared. docs/adr/0011 decides by
// these numbers.
//
//   deflate [--matches N]
#include <fmt/format.h>
#include <zlib.h>

#include <cstdlib>
#include <cstring>
#include <ctime>
#include <map>

#include "bench/deflate/match.h"
#include "net/frame.h"

namespace whoosh::bench {
namespace {

// What IPv4 and TCP (with timestamps) put before the bytes of one write; TLS 1.3 adds 22 of its
// own.
constexpr std::int64_t packet_bytes = 52;

struct Setting {
  const char* name;
  bool takeover;  // the window lives on from message to message
  int window_bits;
  int memory_level;
  int level;
};
constexpr Setting settings[] = {
    {"own window, 15 bits, level 6", true, 15, 8, 6},
    {"own window, 15 bits, level 1", true, 15, 8, 1},
    {"own window, 11 bits, level 1", true, 11, 4, 1},
    {"own window, 9 bits, level 1", true, 9, 1, 1},
    {"no takeover, 15 bits, level 6", false, 15, 8, 6},
    {"no takeover, 15 bits, level 1", false, 15, 8, 1},
    {"no takeover, 11 bits, level 1", false, 11, 4, 1},
};

struct Memory {
  std::int64_t bytes = 0;
};
void* allocate(void* memory, unsigned items, unsigned size) {
  static_cast<Memory*>(memory)->bytes += std::int64_t{items} * size;
  return std::calloc(items, size);
}
void release(void*, void* at) {
  std::free(at);
}

std::int64_t cpu_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

// One direction of one connection.
class Deflater {
 public:
  explicit Deflater(const Setting& setting) : setting_(setting) {
    stream_.zalloc = allocate;
    stream_.zfree = release;
    stream_.opaque = &memory_;
    failed_ = deflateInit2(&stream_, setting.level, Z_DEFLATED, -setting.window_bits,
                           setting.memory_level, Z_DEFAULT_STRATEGY) != Z_OK;
  }
  ~Deflater() { deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;

  // RFC 7692 7.2.1: flushed, and without the last four bytes. "": it failed.
  std::string_view compress(std::string_view text) {
    out_.resize(text.size() + 64);
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream_.avail_in = static_cast<uInt>(text.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out_.data());
    stream_.avail_out = static_cast<uInt>(out_.size());
    if (failed_ || deflate(&stream_, Z_SYNC_FLUSH) != Z_OK || stream_.avail_out == 0) return {};
    const std::size_t size = out_.size() - stream_.avail_out - 4;
    if (!setting_.takeover && deflateReset(&stream_) != Z_OK) return {};
    return {out_.data(), size};
  }
  [[nodiscard]] std::int64_t memory_bytes() const { return memory_.bytes; }

 private:
  const Setting& setting_;
  Memory memory_;
  z_stream stream_{};
  std::string out_;
  bool failed_ = false;
};

class Inflater {
 public:
  Inflater() {
    stream_.zalloc = allocate;
    stream_.zfree = release;
    stream_.opaque = &memory_;
    failed_ = inflateInit2(&stream_, -15) != Z_OK;
  }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;

  bool restores(std::string_view compressed, std::string_view text) {
    std::string in(compressed);
    in.append("\0\0\xff\xff", 4);
    std::string out(text.size() + 1, '\0');
    stream_.next_in = reinterpret_cast<Bytef*>(in.data());
    stream_.avail_in = static_cast<uInt>(in.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(out.size());
    const int status = failed_ ? Z_MEM_ERROR : inflate(&stream_, Z_SYNC_FLUSH);
    return status == Z_OK && stream_.avail_out == 1 && out.compare(0, text.size(), text) == 0;
  }
  [[nodiscard]] std::int64_t memory_bytes() const { return memory_.bytes; }

 private:
  Memory memory_;
  z_stream stream_{};
  bool failed_ = false;
};

struct Total {
  std::int64_t messages = 0;
  std::int64_t bytes = 0;    // of frames
  std::int64_t encoded = 0;  // messages that had to be encoded: the same text to many is once
  std::int64_t cpu_ns = 0;
  std::int64_t memory_bytes = 0;  // of one connection, to the player only
};

std::int64_t header_bytes(std::size_t payload) {
  return payload < 126 ? 2 : 4;
}

Total plain(const std::vector<HeardMatch>& matches) {
  Total total;
  std::string out;
  for (const HeardMatch& match : matches) {
    std::map<std::uint32_t, bool> seen;
    const std::int64_t before = cpu_ns();
    for (const auto& seat : match) {
      for (const HeardMessage& message : seat) {
        ++total.messages;
        if (seen.emplace(message.group, true).second) ++total.encoded;
        out.clear();
        net::append_frame(out, net::Opcode::Text, message.text);
        total.bytes += static_cast<std::int64_t>(out.size());
      }
    }
    total.cpu_ns += cpu_ns() - before;
  }
  return total;
}

// False: a message did not come out of it as it went in.
bool compressed(const std::vector<HeardMatch>& matches, const Setting& setting, Total& total) {
  for (const HeardMatch& match : matches) {
    std::map<std::uint32_t, std::int64_t> shared;  // without takeover all get the same bytes
    Deflater one(setting);
    for (const auto& seat : match) {
      Deflater own(setting);
      Inflater reader;
      for (const HeardMessage& message : seat) {
        ++total.messages;
        const auto known = shared.find(message.group);
        if (!setting.takeover && known != shared.end()) {
          total.bytes += known->second;
          continue;
        }
        const std::int64_t before = cpu_ns();
        const std::string_view bytes = (setting.takeover ? own : one).compress(message.text);
        total.cpu_ns += cpu_ns() - before;
        Inflater fresh;
        if (!(setting.takeover ? reader : fresh).restores(bytes, message.text)) return false;
        ++total.encoded;
        const std::int64_t size =
            static_cast<std::int64_t>(bytes.size()) + header_bytes(bytes.size());
        total.bytes += size;
        shared.emplace(message.group, size);
      }
      total.memory_bytes = setting.takeover ? own.memory_bytes() : 0;
    }
  }
  return true;
}

std::int64_t packets(const std::vector<HeardMatch>& matches) {
  std::int64_t count = 0;
  for (const HeardMatch& match : matches) {
    for (const auto& seat : match) {
      std::int64_t last_ms = -1;
      for (const HeardMessage& message : seat) {
        if (message.at_ms != last_ms) ++count;
        last_ms = message.at_ms;
      }
    }
  }
  return count;
}

// As with ?tick=0.
std::vector<HeardMatch> without_ticks(std::vector<HeardMatch> matches) {
  for (HeardMatch& match : matches) {
    for (auto& seat : match) {
      std::erase_if(seat, [](const HeardMessage& message) {
        return message.text.starts_with(R"({"type":"TICK")");
      });
    }
  }
  return matches;
}

struct Wire {
  std::int64_t raw_bytes;  // of frames
  std::int64_t headers;
  std::int64_t player_seconds;
};

void print(const char* name, const Total& total, const Wire& wire, std::int64_t headers) {
  const auto ratio = [](std::int64_t a, std::int64_t b) {
    return static_cast<double>(a) / static_cast<double>(b);
  };
  fmt::print("{:<30} {:>7.1f} {:>6.1f}% {:>7.1f} {:>6.1f}% {:>8} {:>7.2f} {:>8}\n", name,
             ratio(total.bytes, total.messages), 100 * ratio(total.bytes, wire.raw_bytes),
             ratio(total.bytes + headers, wire.player_seconds),
             100 * ratio(total.bytes + headers, wire.raw_bytes + wire.headers), total.encoded,
             ratio(total.cpu_ns, total.messages) / 1000, total.memory_bytes);
}

// It takes its window with the first message.
std::int64_t used_inflater_bytes(const std::string& text) {
  Deflater writer(settings[0]);
  Inflater reader;
  return reader.restores(writer.compress(text), text) ? reader.memory_bytes() : 0;
}

int run(std::uint64_t matches_wanted) {
  std::vector<HeardMatch> matches;
  for (std::uint64_t seed = 1; seed <= matches_wanted; ++seed) {
    matches.push_back(play_match(seed));
    if (matches.back().empty() || matches.back().front().size() < 300) {
      fmt::print(stderr, "the match was not played\n");
      return 1;
    }
  }
  const Total raw = plain(matches);
  const auto seats = static_cast<std::int64_t>(matches.front().size());
  const Wire wire{raw.bytes, packets(matches) * packet_bytes,
                  static_cast<std::int64_t>(matches.size()) * seats * match_s};
  fmt::print("{} matches of {} players: {} messages in {} packets; an inflater is {} bytes\n",
             matches.size(), seats, raw.messages, wire.headers / packet_bytes,
             used_inflater_bytes(matches.front().front().front().text));
  fmt::print("{:<30} {:>7} {:>7} {:>7} {:>7} {:>8} {:>7} {:>8}\n", "", "B/msg", "frames",
             "wire B/s", "wire", "encoded", "us/msg", "B/conn");
  print("plain frames", raw, wire, wire.headers);
  const auto quiet = without_ticks(matches);
  print("plain frames, ?tick=0", plain(quiet), wire, packets(quiet) * packet_bytes);
  for (const Setting& setting : settings) {
    Total total;
    if (!compressed(matches, setting, total)) {
      fmt::print(stderr, "{}: a message was not restored\n", setting.name);
      return 1;
    }
    print(setting.name, total, wire, wire.headers);
  }
  Total total;
  if (!compressed(quiet, settings[2], total)) return 1;
  print("11 bits, ?tick=0", total, wire, packets(quiet) * packet_bytes);
  return 0;
}

}  // namespace
}  // namespace whoosh::bench

int main(int argc, char** argv) {
  const bool given = argc == 3 && std::strcmp(argv[1], "--matches") == 0;
  if (argc != 1 && !given) {
    fmt::print(stderr, "usage: deflate [--matches N]\n");
    return 2;
  }
  return whoosh::bench::run(given ? std::strtoull(argv[2], nullptr, 10) : 20);
}
