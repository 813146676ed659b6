#include "net/loop.h"

#include <fcntl.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/assert.h"

namespace whoosh::net {
namespace {

constexpr std::int64_t wait_ms_max = 60'000;

base::Error kernel_error(const char* what) {
  return {base::ErrorCode::unavailable, std::string(what) + ": " + std::strerror(errno)};
}

}  // namespace

base::Result<std::unique_ptr<Loop>> Loop::make(const Options& options, const runtime::Clock& clock,
                                               Handler& handler, std::size_t index,
                                               Descriptor listener) {
  std::unique_ptr<Loop> loop(new Loop(options, clock, handler, index));
  if (auto opened = loop->open_kernel_objects(std::move(listener)); !opened) return opened.error();
  return loop;
}

Loop::Loop(const Options& options, const runtime::Clock& clock, Handler& handler, std::size_t index)
    : options_(options),
      clock_(clock),
      handler_(handler),
      index_(index),
      buffers_(options.buffer_bytes_max),
      table_(options.connections_max + options.refusals_max),
      wheel_(table_),
      read_buffer_(read_bytes_max),
      tls_(options.tls),
      plain_(tls_ == nullptr ? 0 : read_bytes_max + tls::held_bytes_max),
      start_ms_(clock.monotonic_ms()),
      now_ms_(start_ms_) {
  static_assert(BufferPool::block_bytes_max >= 4 * read_bytes_max,
                "answers and frames fit a block");
  ASSERT(options.head_bytes_max <= read_bytes_max);
  ASSERT(options.relay_bytes_max <= read_bytes_max);
  ASSERT(options.message_bytes_max + control_bytes_max <= BufferPool::block_bytes_max);
  ASSERT(options.out_bytes_max + control_bytes_max + 16 <= BufferPool::block_bytes_max);
}

Loop::~Loop() {
  if (engine_ != nullptr) release_all();
}

base::Result<void> Loop::open_kernel_objects(Descriptor listener) {
  listener_ = std::move(listener);
  wake_.reset(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (!wake_) return kernel_error("eventfd");
  spare_.reset(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (!spare_) return kernel_error("open /dev/null");
  auto made = make_engine(options_.io, {wake_.get(), listener_.get(), table_, counters_});
  if (!made) return made.error();
  engine_ = std::move(made->engine);
  why_epoll_ = std::move(made->why_epoll);
  sends_.reserve(engine_->batch_max());
  return {};
}

void Loop::post(runtime::Task task) {
  if (!inbox_.post(std::move(task))) return;
  const std::uint64_t one = 1;
  // Fails only when the counter is full, and then the loop is awake.
  [[maybe_unused]] const ssize_t written = ::write(wake_.get(), &one, sizeof one);
}

void Loop::request_stop() {
  post([this] { begin_stop(); });
}

void Loop::run() {
  begin_turns();
  while (!stopping_ || (table_.size() > 0 && now_ms_ < stop_at_ms_)) turn();
  end_turns();
}

void Loop::begin_turns() {
  const auto started = engine_->start();
  ASSERT(static_cast<bool>(started));
  now_ms_ = clock_.monotonic_ms();
  handler_.on_start(*this);
}

void Loop::end_turns() {
  ASSERT(!sends_later_);  // its bytes are about to be freed
  inbox_.run_all();
  release_all();
  engine_->stop();
  handler_.on_stop();
  inbox_.close();
}

void Loop::turn() {
  engine_->wait(timeout_ms());
  now_ms_ = clock_.monotonic_ms();
  engine_->deliver(*this);
  shake_hands();
  inbox_.run_all();
  resume_accepting();
  wheel_.advance(now_ms_ - start_ms_, [this](Connection& connection) { visit(connection); });
  report();
  handler_.on_turn_end(now_ms_);
  flush_dirty();
  free_dead();
  if (now_ms_ >= trim_at_ms_) {
    buffers_.trim();
    trim_at_ms_ = now_ms_ + buffer_trim_ms;
  }
  counters_.turns.add();
  counters_.connections.set(table_.size());
  counters_.buffer_bytes.set(buffers_.bytes_in_use());
}

std::int32_t Loop::timeout_ms() const {
  const bool left_over = !overflowed_.empty() || !drained_.empty() || !closed_.empty() ||
                         !dead_.empty() || !dirty_.empty() || !handshakes_.empty();
  if (left_over) return 0;
  std::int64_t until = std::min(handler_.next_deadline_ms(), now_ms_ + wait_ms_max);
  until = std::min(until, accept_again_ms_);
  if (table_.size() > 0) {
    const std::int64_t elapsed_ms = now_ms_ - start_ms_;
    until = std::min(
        until, start_ms_ + (elapsed_ms / DeadlineWheel::tick_ms + 1) * DeadlineWheel::tick_ms);
  }
  // Against the time of now, not of the turn's begin: a long turn must not delay the next.
  return static_cast<std::int32_t>(std::max<std::int64_t>(0, until - clock_.monotonic_ms()));
}

void Loop::on_woken() {
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t got = ::read(wake_.get(), &count, sizeof count);
}

void Loop::on_ready(Connection& connection, Readiness readiness) {
  if (readiness.writable) mark_dirty(connection);
  if (connection.is_relayed()) return relay_ready(connection, readiness);
  if (connection.state == ConnectionState::Deciding) {
    if (readiness.broken) drop(connection, close_code::abnormal);
  } else if (readiness.readable || readiness.broken) {
    if (shakes_hands(connection)) return queue_handshake(connection);
    readable(connection);
  }
}

void Loop::begin_stop() {
  if (stopping_) return;
  stopping_ = true;
  stop_at_ms_ = now_ms_ + options_.stop_ms;
  engine_->forget_listener();
  listener_.reset();
  table_.for_each([this](Connection& connection) {
    switch (connection.state) {
      case ConnectionState::Open:
        close(connection.id(), close_code::going_away, "server is stopping");
        break;
      case ConnectionState::Head:
      case ConnectionState::Deciding:
        refuse(connection, 503);
        break;
      case ConnectionState::Connecting:
      case ConnectionState::Relaying:
        // A Close frame can't be put between bytes that we don't read: the client sees the end.
        drop(connection.far ? connection : other_side(connection), close_code::going_away);
        break;
      case ConnectionState::Closing:
      case ConnectionState::Lingering:
      case ConnectionState::Dead:
      case ConnectionState::Free:
        break;
    }
  });
}

void Loop::report() {
  // What handlers do in here may add to the lists: that waits for the next turn. Nothing of it is
  // on the steady path, so the lists may allocate.
  for (const ConnId id : std::exchange(overflowed_, {})) {
    if (is_open(id)) handler_.on_overflow(id);
  }
  for (const ConnId id : std::exchange(drained_, {})) {
    Connection* const connection = open_connection(id);
    if (connection == nullptr) continue;
    connection->overflowed = connection->drained = false;
    handler_.on_drained(id);
  }
  for (const std::uint32_t slot : std::exchange(closed_, {})) {
    Connection& connection = table_.at(slot);
    handler_.on_closed(connection.id(), connection.closed_with);
    connection.opened = false;
    counters_.closed.add();
  }
}

void Loop::flush_dirty() {
  sends_prompt_ = stopping_;
  std::size_t done = 0;
  while (done < dirty_.size()) {  // what is told of a batch may add to them
    while (done < dirty_.size()) flush(table_.at(dirty_[done++]));
    send_batch(!sends_prompt_);
  }
  dirty_.clear();
}

void Loop::flush(Connection& connection) {
  connection.dirty = false;
  if (connection.state == ConnectionState::Dead) return;
  if (connection.state == ConnectionState::Connecting) return;
  if (connection.guarded) {
    if (connection.is_relayed()) send_batch(false);  // as below
    seal(connection);
    if (connection.state == ConnectionState::Dead) return;
  }
  const std::uint32_t waiting = connection.out.size - connection.out_begin;
  if (waiting > 0) {
    sends_.push_back(
        {connection.slot, connection.fd, connection.out.data + connection.out_begin, waiting, 0});
    if (connection.state != ConnectionState::Open || connection.overflowed ||
        connection.shut_when_sent) {
      sends_prompt_ = true;
    }
    if (sends_.size() == engine_->batch_max()) send_batch(false);
  } else if (connection.is_relayed()) {
    send_batch(false);  // it may end the other side, whose bytes must not move meanwhile
    relay_sent(connection);
  } else {
    sent_all(connection);
  }
}

void Loop::send_batch(bool may_wait) {
  if (sends_.empty()) return;
  counters_.writes.add(sends_.size());
  sends_later_ = !engine_->send(sends_, may_wait);
  if (!sends_later_) on_sent_later();
}

void Loop::on_sent_later() {
  sends_later_ = false;
  for (Engine::Send& send : sends_) took(send);
  sends_.clear();
}

// One of a batch may end another of it: the other side of a relayed pair.
void Loop::took(Engine::Send& send) {
  Connection& connection = table_.at(send.slot);
  if (connection.state == ConnectionState::Dead) return;
  const bool none = send.result == -EAGAIN || send.result == -EINTR;
  if (none) send.result = 0;
  if (send.result > 0) {
    counters_.bytes_out.add(static_cast<std::uint64_t>(send.result));
    connection.out_begin += static_cast<std::uint32_t>(send.result);
  }
  if (connection.is_relayed())
    relay_took(connection, send.result);
  else
    stream_took(connection, send.result);
}

void Loop::free_dead() {
  std::size_t kept = 0;
  for (const std::uint32_t slot : dead_) {
    Connection& connection = table_.at(slot);
    if (connection.opened) {  // on_closed comes first, in the next turn
      dead_[kept++] = slot;
      continue;
    }
    wheel_.remove(connection);
    buffers_.release(connection.in);
    buffers_.release(connection.out);
    if (connection.fd >= 0) engine_->close(connection);
    if (connection.refusal) --refusals_;
    forget_guard(connection);
    table_.give_back(connection);
  }
  dead_.resize(kept);
}

void Loop::release_all() {
  table_.for_each([this](Connection& connection) {
    if (connection.state != ConnectionState::Dead) drop(connection, close_code::going_away);
  });
  report();
  dirty_.clear();
  sends_.clear();
  free_dead();
}

std::uint32_t Loop::deadline(const Connection& connection) const {
  switch (connection.state) {
    case ConnectionState::Head:
      return connection.since_ms + options_.head_ms;
    case ConnectionState::Deciding:
      return connection.since_ms + options_.decide_ms;
    case ConnectionState::Closing:
    case ConnectionState::Lingering:
      return connection.since_ms + options_.close_ms;
    case ConnectionState::Connecting:
      return connection.since_ms + options_.connect_ms;
    case ConnectionState::Relaying:
      return elapsed() + static_cast<std::uint32_t>(relay_ahead(connection));
    case ConnectionState::Open:
      break;
    case ConnectionState::Free:
    case ConnectionState::Dead:
      return elapsed();
  }
  const std::uint32_t now = elapsed();  // times wrap: only distances from now are compared
  auto ahead = static_cast<std::int32_t>(connection.pinged_ms + options_.ping_ms - now);
  ahead = std::min(ahead, static_cast<std::int32_t>(connection.heard_ms + options_.idle_ms - now));
  if (connection.overflowed && !connection.drained) {
    ahead =
        std::min(ahead, static_cast<std::int32_t>(connection.since_ms + options_.slow_ms - now));
  }
  return now + static_cast<std::uint32_t>(ahead);
}

void Loop::arm(Connection& connection) {
  wheel_.schedule(connection, elapsed(), deadline(connection));
}

void Loop::visit(Connection& connection) {
  if (connection.state == ConnectionState::Dead) return;
  const bool due = static_cast<std::int32_t>(deadline(connection) - elapsed()) <= 0;
  if (due) {
    switch (connection.state) {
      case ConnectionState::Head:
        (is_mute(connection) ? counters_.tls_timeouts : counters_.head_timeouts).add();
        refuse(connection, 408);
        return;
      case ConnectionState::Deciding:
        counters_.decide_timeouts.add();
        refuse(connection, 503);
        return;
      case ConnectionState::Open:
        visit_open(connection);
        break;
      case ConnectionState::Connecting:
      case ConnectionState::Relaying:
        visit_relayed(connection);
        return;
      case ConnectionState::Closing:
      case ConnectionState::Lingering:
        counters_.close_timeouts.add();
        drop(connection, close_code::abnormal);
        return;
      case ConnectionState::Free:
      case ConnectionState::Dead:
        return;
    }
  }
  if (connection.state != ConnectionState::Dead) arm(connection);
}

void Loop::visit_open(Connection& connection) {
  const std::uint32_t now = elapsed();
  if (now - connection.heard_ms >= options_.idle_ms) {
    counters_.idle_dropped.add();
    drop(connection, close_code::abnormal);
  } else if (connection.overflowed && !connection.drained &&
             now - connection.since_ms >= options_.slow_ms) {
    counters_.slow_dropped.add();
    drop(connection, close_code::try_again);
  } else if (now - connection.pinged_ms >= options_.ping_ms) {
    connection.pinged_ms = now;
    connection.flood_bytes = 0;
    queue_control(connection, Opcode::Ping, {});
  }
}

}  // namespace whoosh::net
