// Loop: one thread's event loop: its listener, its connections, its mailbox. It knows bytes and
// frames only.
//
// A turn: wait → events (accept, read, parse, Handler::on_text) → posted tasks → deadlines → what
// happened to connections (on_overflow, on_drained, on_closed) → on_turn_end → one write per
// connection that has something to say → free what was closed.
//
// Owner: Server; lives until the server is destroyed. Thread: everything but post(), counters() and
// request_stop() belongs to the thread that run() is on.
// Invariants:
// 1. send() only copies; bytes leave at the end of the turn, in one write per connection.
// 2. Nothing is freed before the end of a turn.
// 3. No Handler function is called from inside a Loop function, but for decide(): it opens at once.
// 4. A message that lies whole in the read buffer is parsed, unmasked and handled there: no copy,
//    no allocation.
// 5. Every limit is one of Options, and beyond it is what limits.h says.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/connection.h"
#include "net/counters.h"
#include "net/descriptor.h"
#include "net/engine.h"
#include "net/guard.h"
#include "net/handler.h"
#include "net/inbox.h"
#include "net/limits.h"
#include "runtime/clock.h"
#include "runtime/mailbox.h"

namespace whoosh::net {

class Loop final : public runtime::Mailbox, Engine::Sink {
 public:
  // `listener`: bound and listening, non-blocking. Error: the kernel gives no epoll or event
  // descriptor.
  [[nodiscard]] static base::Result<std::unique_ptr<Loop>> make(const Options& options,
                                                                const runtime::Clock& clock,
                                                                Handler& handler, std::size_t index,
                                                                Descriptor listener);
  ~Loop() override;

  // Of this loop in its server.
  [[nodiscard]] std::size_t index() const { return index_; }

  // Frames and queues one text message. REQUIRES: valid UTF-8. False: not open (any more), or the
  // reader is too slow (then on_overflow was or will be called).
  bool send(ConnId id, std::string_view text);
  // The same for frames made by append_frame: encode once, send to many.
  bool send_frame(ConnId id, std::string_view frame);
  // Queues a Close frame; on_closed(id, code) comes in this turn or the next. False: not open.
  // REQUIRES: close_code_sendable(code). The reason is cut to 123 bytes at a character's end.
  bool close(ConnId id, std::uint16_t code, std::string_view reason = {});
  // Answers what on_request left Pending. False: gone, decided, or too late.
  bool decide(ConnId id, Decision decision);

  // The handler's own word per connection, 0 at first; REQUIRES: `id` lives (from on_request to
  // on_closed).
  void set_user(ConnId id, std::uint64_t word);
  [[nodiscard]] std::uint64_t user(ConnId id);
  [[nodiscard]] bool is_open(ConnId id);

  // Newcomers get this certificate from now on. REQUIRES: Options::tls was given.
  void set_tls(tls::ContextPtr context);

  [[nodiscard]] Io io() const { return engine_->kind(); }
  // Not empty: why io_uring was asked for and is not used.
  [[nodiscard]] const std::string& why_epoll() const { return why_epoll_; }

  [[nodiscard]] std::int64_t now_ms() const { return now_ms_; }  // of this turn
  [[nodiscard]] const Options& options() const { return options_; }

  // Any thread. Tasks run on the loop's thread, in order. Once the loop has stopped they are
  // destroyed unrun.
  void post(runtime::Task task) override;
  [[nodiscard]] const Counters& counters() const { return counters_; }
  // No more connections; 1001 to all; run() returns when they are gone or after Options::stop_ms.
  void request_stop();

 private:
  friend class Server;
  friend class LoopStepper;  // turns by hand, for tests: step_test_support.h
  struct Taken;              // a connection on its way between two loops

  Loop(const Options& options, const runtime::Clock& clock, Handler& handler, std::size_t index);
  base::Result<void> open_kernel_objects(Descriptor listener);
  void set_peers(std::span<Loop* const> peers) { peers_ = peers; }

  // loop.cpp: the turn
  void run();
  void begin_turns();
  void turn();
  void end_turns();
  void on_woken() override;
  void on_arrivals() override;
  void on_ready(Connection& connection, Readiness readiness) override;
  void on_bytes(Connection& connection, std::span<char> bytes) override;
  void on_no_bytes(Connection& connection, int error) override;
  void on_sent_later() override;
  [[nodiscard]] int timeout_ms() const;
  void begin_stop();
  void report();
  void flush_dirty();
  void flush(Connection& connection);
  void send_batch(bool may_wait);
  void took(Engine::Send& send);
  void free_dead();
  void visit(Connection& connection);
  void visit_open(Connection& connection);
  void arm(Connection& connection);
  [[nodiscard]] std::uint32_t deadline(const Connection& connection) const;
  void release_all();

  // loop_accept.cpp: from the listener to a decided request
  bool refuse_with_spare();
  void pause_accepting();
  void resume_accepting();
  void refuse_full(Descriptor socket);
  [[nodiscard]] Connection* add(Descriptor socket, Reading reading, bool refusal);
  void adopt(Taken taken);
  [[nodiscard]] bool adopt_session(Connection& connection, tls::Session session,
                                   std::string_view sealed);
  void refuse_sealed(Taken taken);
  [[nodiscard]] std::string refusal_bytes();
  void read_head(Connection& connection, std::span<char> bytes);
  void ask(Connection& connection, std::string_view bytes, std::size_t head_bytes,
           std::unique_ptr<Carried> carried);
  void act(Connection& connection, std::string_view bytes, std::size_t head_bytes,
           const Request& request, Decision decision);
  void open(Connection& connection, std::string_view bytes, std::size_t head_bytes,
            const Request& request, const Accept& accept);
  void leave(Connection& connection, std::string_view bytes, std::size_t head_bytes,
             HandOver hand_over);
  void wait_for_decision(Connection& connection, std::string_view bytes);
  void refuse(Connection& connection, int status);
  void respond(Connection& connection, const Response& response, bool with_body);

  // loop_relay.cpp: a connection that another server serves
  void forward(Connection& near, std::string_view bytes, std::size_t head_bytes,
               const Forward& forward);
  [[nodiscard]] Connection* connect_to(const Address& address);
  void relay_ready(Connection& connection, Readiness readiness);
  void connected(Connection& far);
  void relay_in(Connection& connection);
  void relay_bytes(Connection& connection, std::string_view bytes);
  void relay_end(Connection& connection);
  void relay_took(Connection& connection, std::int32_t result);
  void relay_refused(Connection& connection);
  void relay_sent(Connection& connection);
  void pause(Connection& connection, bool paused);
  void watch_relayed(Connection& connection, bool writable);
  void part(Connection& gone);
  void visit_relayed(Connection& connection);
  [[nodiscard]] std::optional<std::uint32_t> relay_patience_ms(const Connection& connection) const;
  [[nodiscard]] std::int32_t relay_ahead(const Connection& connection) const;
  [[nodiscard]] Connection& other_side(const Connection& connection);

  // loop_tls.cpp: between records and plain bytes
  [[nodiscard]] Guard& guard(const Connection& connection);
  [[nodiscard]] bool is_mute(const Connection& connection);
  [[nodiscard]] bool shakes_hands(const Connection& connection);
  void queue_handshake(Connection& connection);
  void shake_hands();
  void greet(Connection& connection, char first);
  [[nodiscard]] bool is_shaking(ConnId id);
  void drop_oldest_handshake();
  void shaken(Connection& connection);
  void unseal(Connection& connection, std::span<char> received);
  void tls_failed(Connection& connection);
  bool put_sealed(Connection& connection);
  void seal(Connection& connection);
  void release_out(Connection& connection);
  void forget_guard(Connection& connection);

  // loop_stream.cpp: an open WebSocket
  void readable(Connection& connection);
  void on_plain(Connection& connection, std::span<char> bytes);
  void read_frames(Connection& connection, std::span<char> bytes);
  void on_event(Connection& connection, const FrameEvent& event);
  void peer_closed(Connection& connection, const FrameEvent& event);
  void fail(Connection& connection, std::uint16_t code);
  bool queue(Connection& connection, std::string_view header, std::string_view payload);
  bool queue_control(Connection& connection, Opcode opcode, std::string_view payload);
  bool queue_close(Connection& connection, std::uint16_t code, std::string_view reason);
  bool make_room(Connection& connection, std::size_t bytes);
  void append_out(Connection& connection, std::string_view bytes);
  void overflow(Connection& connection);
  void end_open(Connection& connection, std::uint16_t code);
  void linger(Connection& connection, bool cut_when_sent);
  void drop(Connection& connection, std::uint16_t code);
  void mark_dirty(Connection& connection);
  void stream_took(Connection& connection, std::int32_t result);
  void sent_all(Connection& connection);
  void watch(Connection& connection, Reading reading, bool writable);

  [[nodiscard]] Connection* open_connection(ConnId id);
  [[nodiscard]] std::uint32_t elapsed() const {
    return static_cast<std::uint32_t>(now_ms_ - start_ms_);
  }

  const Options options_;
  const runtime::Clock& clock_;
  Handler& handler_;
  const std::size_t index_;
  std::span<Loop* const> peers_;
  Counters counters_;
  Inbox inbox_;
  Descriptor wake_;
  Descriptor listener_;
  Descriptor spare_;  // given up for a moment to refuse politely when descriptors run out
  BufferPool buffers_;
  ConnectionTable table_;
  std::unique_ptr<Engine> engine_;
  std::string why_epoll_;
  DeadlineWheel wheel_;
  std::vector<char> read_buffer_;
  tls::ContextPtr tls_;            // null: the listener speaks no TLS, and the next six are empty
  std::vector<Guard> guards_;      // by slot
  std::deque<ConnId> handshakes_;  // wait for their turn
  std::deque<ConnId> begun_;       // handshakes under way, and some that are not any more
  std::size_t shaking_ = 0;        // handshakes under way
  tls::Exchange exchange_;
  std::vector<char> plain_;           // what was received, opened
  std::vector<std::uint32_t> dirty_;  // slots; each at most once
  std::vector<Engine::Send> sends_;   // the batch that is being made up or left for later
  bool sends_later_ = false;
  bool sends_prompt_ = false;  // something is to be done as soon as they are sent
  std::vector<ConnId> overflowed_;
  std::vector<ConnId> drained_;
  std::vector<std::uint32_t> closed_;  // slots with an on_closed to come
  std::vector<std::uint32_t> dead_;    // slots to free
  std::int64_t start_ms_ = 0;
  std::int64_t now_ms_ = 0;
  std::int64_t stop_at_ms_ = Handler::never;
  std::int64_t accept_again_ms_ = Handler::never;
  std::int64_t trim_at_ms_ = 0;
  std::size_t refusals_ = 0;  // lingering 503s of refuse_full()
  bool stopping_ = false;
};

}  // namespace whoosh::net
