// What frames cost without sockets: reading a client's messages in place, writing one frame, UTF-8.
// Each benchmark checks its answer once.
#include <benchmark/benchmark.h>

#include "base/assert.h"
#include "net/frame_test_support.h"

namespace whoosh::net {
namespace {

// A turn's worth of whole messages of `range(0)` bytes, as they come out of one read.
void read_whole_messages(benchmark::State& state) {
  const auto payload = static_cast<std::size_t>(state.range(0));
  constexpr std::size_t count = 64;
  std::string sent;
  for (std::size_t i = 0; i < count; ++i) sent += client_frame(0x81, std::string(payload, 'x'));
  std::string bytes = sent;
  BufferPool pool(1 << 20);
  for (auto unused : state) {
    bytes = sent;  // reading unmasks in place
    std::span<char> input(bytes);
    FrameReader reader;
    Buffer partial;
    std::size_t messages = 0;
    std::size_t read = 0;
    while (true) {
      const FrameEvent event = reader.next(input, partial, pool, 8192);
      if (event.kind != FrameEvent::Kind::Text) break;
      ++messages;
      read += event.payload.size();
    }
    ASSERT(messages == count);
    ASSERT(read == count * payload);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * count));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * sent.size()));
}
BENCHMARK(read_whole_messages)->Arg(40)->Arg(160)->Arg(4096);

// The worst cut: every byte comes alone.
void read_byte_by_byte(benchmark::State& state) {
  const std::string sent = client_frame(0x81, std::string(160, 'x'));
  BufferPool pool(1 << 20);
  for (auto unused : state) {
    FrameReader reader;
    Buffer partial;
    std::string bytes = sent;
    std::size_t messages = 0;
    for (char& byte : bytes) {
      std::span<char> input(&byte, 1);
      messages += reader.next(input, partial, pool, 8192).kind == FrameEvent::Kind::Text ? 1 : 0;
    }
    ASSERT(messages == 1);
    pool.release(partial);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(read_byte_by_byte);

void append_text_frame(benchmark::State& state) {
  const std::string payload(static_cast<std::size_t>(state.range(0)), 'x');
  std::string out;
  for (auto unused : state) {
    out.clear();
    append_frame(out, Opcode::Text, payload);
    benchmark::DoNotOptimize(out.data());
  }
  ASSERT(out.size() == payload.size() + (payload.size() < 126 ? 2 : 4));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(append_text_frame)->Arg(40)->Arg(160)->Arg(4096);

void check_utf8(benchmark::State& state) {
  std::string text;
  while (text.size() < 4096)
    text += state.range(0) == 0 ? "plain ascii text"
                                : "gr\xc3\xbc\xc3\x9f"
                                  "e \xe2\x82\xac ";
  for (auto unused : state) {
    Utf8Check check;
    const bool good = check.feed({text.data(), text.size()});
    ASSERT(good);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}
BENCHMARK(check_utf8)->Arg(0)->Arg(1);

}  // namespace
}  // namespace whoosh::net
