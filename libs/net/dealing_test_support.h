// DealingEngine: for tests and fuzz targets, an engine that delivers as io_uring may at its worst,
// by a script instead of by chance, and where io_uring is not permitted too. Below it is epoll.
//
//   open WebSockets   it reads ahead: pieces of a scripted size, several in one turn, or a turn
//                     late; an end together with the last bytes waits until their answer is sent
//   sends             a batch that may wait is done with the next wait; a part of one is taken,
//                     or nothing for once
//
// Without a script it is the engine below. Owner and thread: see Engine.
#pragma once

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "net/engine.h"

namespace whoosh::net {

class DealingEngine final : public Engine, Engine::Sink {
 public:
  explicit DealingEngine(std::unique_ptr<Engine> below) : below_(std::move(below)) {}

  // Read round and round until the next call; empty: as the engine below. Lives as long.
  void deal(std::span<const std::uint8_t> script) {
    script_ = script;
    at_ = 0;
    held_ = refused_ = false;
  }

  base::Result<void> start() override { return below_->start(); }
  void stop() override { below_->stop(); }
  void wait(std::int32_t timeout_ms) override {
    if (later_) send_now(sending_);
    below_->wait(timeout_ms);
  }
  void deliver(Engine::Sink& sink) override {
    if (std::exchange(later_, false)) sink.on_sent_later();
    sink_ = &sink;
    below_->deliver(*this);
  }
  bool watch(Connection& connection, Reading reading, bool writable) override {
    return below_->watch(connection, reading, writable);
  }
  void forget(Connection& connection) override { below_->forget(connection); }
  void close(Connection& connection) override { below_->close(connection); }
  void watch_listener(bool on) override { below_->watch_listener(on); }
  void forget_listener() override { below_->forget_listener(); }
  bool send(std::span<Send> batch, bool may_wait) override {
    if (script_.empty()) return below_->send(batch, may_wait);
    sending_ = batch;
    later_ = may_wait;
    if (!later_) send_now(batch);
    return !later_;
  }
  [[nodiscard]] std::size_t batch_max() const override { return below_->batch_max(); }
  [[nodiscard]] Io kind() const override { return below_->kind(); }

 private:
  using Piece = std::vector<char>;  // each of its own, so that who keeps or overruns one is found

  void on_woken() override { sink_->on_woken(); }
  void on_arrivals() override { sink_->on_arrivals(); }
  void on_bytes(Connection& connection, std::span<char> bytes) override {
    sink_->on_bytes(connection, bytes);
  }
  void on_no_bytes(Connection& connection, int error) override {
    sink_->on_no_bytes(connection, error);
  }
  void on_sent_later() override { sink_->on_sent_later(); }
  void on_ready(Connection& connection, Readiness readiness) override {
    if (script_.empty() || connection.watched.reading != Reading::Stream)
      return sink_->on_ready(connection, readiness);
    if (readiness.writable)
      sink_->on_ready(connection, {.readable = false, .writable = true, .broken = false});
    if (readiness.readable || readiness.broken) read(connection);
  }

  std::uint8_t next() { return script_[at_++ % script_.size()]; }

  // From the lowest bit: hold (2, never twice running), pieces (2), their size (2).
  void read(Connection& connection) {
    static constexpr std::array<std::size_t, 4> sizes = {16, 48, 300, 2048};
    const std::uint8_t dealt = next();
    if ((dealt & 3) == 3 && !std::exchange(held_, true)) return;
    held_ = false;
    std::vector<Piece> pieces;
    int error = EAGAIN;  // 0: the end
    for (int i = 0; i <= (dealt >> 2 & 3); ++i) {
      Piece piece(sizes[dealt >> 4 & 3]);
      const ssize_t got = ::recv(connection.fd, piece.data(), piece.size(), MSG_DONTWAIT);
      if (got <= 0) {
        error = got < 0 ? errno : 0;
        break;
      }
      pieces.emplace_back(piece.begin(), piece.begin() + got);
    }
    // All of them are out of the kernel, whatever becomes of the connection meanwhile.
    for (Piece& piece : pieces) {
      if (connection.state == ConnectionState::Dead) return;
      sink_->on_bytes(connection, piece);
    }
    if (connection.state == ConnectionState::Dead || error == EAGAIN) return;
    if (error == 0 && connection.dirty) return;
    sink_->on_no_bytes(connection, error);
  }

  // From the lowest bit: whole, part or nothing (3, never nothing twice running), the part (5).
  void send_now(std::span<Send> batch) {
    for (Send& one : batch) {
      const std::uint8_t dealt = script_.empty() ? 0 : next();
      if ((dealt & 7) == 7 && !std::exchange(refused_, true)) {
        one.result = -EAGAIN;
        continue;
      }
      refused_ = false;
      const std::uint32_t part = 16 + (dealt >> 3) * 16u;
      const std::uint32_t size = (dealt & 7) >= 5 ? std::min(one.size, part) : one.size;
      const ssize_t sent = ::send(one.fd, one.data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
      one.result = sent < 0 ? -errno : static_cast<std::int32_t>(sent);
    }
  }

  const std::unique_ptr<Engine> below_;
  std::span<const std::uint8_t> script_;
  std::size_t at_ = 0;
  Engine::Sink* sink_ = nullptr;
  std::span<Send> sending_;
  bool later_ = false;
  bool held_ = false;
  bool refused_ = false;
};

}  // namespace whoosh::net
