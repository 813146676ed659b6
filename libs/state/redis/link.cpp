#include "state/redis/link.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/assert.h"

namespace whoosh::state::redis {

namespace {

// Deadlines of the network are the system's, also where a test moves the clock of the adapter.
std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

Link::Link(LinkContext context, Endpoint endpoint, LinkRole role)
    : context_(context), endpoint_(std::move(endpoint)), role_(std::move(role)) {
  connect();
}

Link::~Link() {
  alive_.reset();
  if (socket_) socket_->close();
  fail_all(std::move(under_way_), std::move(waiting_), out_.size());
}

void Link::send(std::string_view bytes, int count, std::int64_t timeout_ms, Done done) {
  Command command{std::string(bytes), count, timeout_ms, std::move(done)};
  if (state_ == State::ready) return write(std::move(command));
  if (state_ == State::connecting && failures_ == 0) {
    waiting_.push_back(std::move(command));
    return;
  }
  context_.io.post([done = std::move(command.done)]() mutable { done(Outcome{}); });
}

void Link::check(std::int64_t now_ms) {
  switch (state_) {
    case State::connecting:
      if (now_ms >= connect_due_ms_) broken("no connection within the time for it");
      return;
    case State::ready:
      // The oldest is late first, unless a later one may take less time: then it is late with it.
      if (!under_way_.empty() && now_ms >= under_way_.front().due_ms) {
        broken("no answer within the time for it");
      }
      return;
    case State::away:
      if (now_ms >= retry_ms_) connect();
      return;
  }
}

void Link::close(const std::string& why) {
  if (state_ != State::away) broken(why);
}

void Link::connect() {
  state_ = State::connecting;
  connect_due_ms_ = steady_ms() + context_.options.connect_timeout_ms;
  socket_ = context_.io.socket();
  reader_ = std::make_unique<Reader>();
  std::string server_name;
  if (context_.options.tls_verify) {
    server_name = context_.options.tls_server_name.empty() ? endpoint_.host
                                                           : context_.options.tls_server_name;
  }
  // Whatever the socket calls, it calls before close(), which comes before this link goes.
  socket_->connect(endpoint_, std::move(server_name), [this](const std::string& wrong) {
    if (!wrong.empty()) return broken(wrong);
    socket_->read([this](std::string_view bytes) { arrived(bytes); },
                  [this](const std::string& why) { broken(why); });
    sign_in();
  });
}

// The first commands go out together; the last one's answer makes the link ready.
void Link::sign_in() {
  const auto ask = [this](const std::vector<std::string>& args, std::string_view what,
                          bool is_last) {
    write({encode(args), 1, context_.options.connect_timeout_ms,
           [this, alive = self(), what, is_last](const Outcome& outcome) {
             const bool is_ours = !alive.expired() && state_ == State::connecting;
             if (!is_ours || outcome.kind != Outcome::Kind::answered) return;
             signed_in(outcome.value, what, is_last);
           }});
  };
  if (!role_.password.empty()) {
    std::vector<std::string> args{"AUTH"};
    if (!role_.user.empty()) args.push_back(role_.user);
    args.push_back(role_.password);
    ask(args, "the user or the password", false);
  }
  if (role_.database != 0) ask({"SELECT", std::to_string(role_.database)}, "the database", false);
  if (role_.must_be_master) {
    ask({"ROLE"}, "to tell its role", true);
  } else {
    ask({"PING"}, "to be pinged", true);
  }
}

void Link::signed_in(const Value& answer, std::string_view what, bool is_last) {
  if (answer.is_error()) {
    // The word only: the rest of an error may repeat what was sent.
    return broken("the server refuses " + std::string(what) + ": " +
                  std::string(answer.error_word()));
  }
  if (!is_last) return;
  if (role_.must_be_master && answer.at(0).text != "master") {
    return broken("the server is not the master");
  }
  state_ = State::ready;
  failures_ = 0;
  trouble_.clear();
  for (Command& command : std::exchange(waiting_, {})) write(std::move(command));
}

void Link::write(Command command) {
  out_ += command.bytes;
  under_way_.push_back({command.count, steady_ms() + command.timeout_ms, command.bytes.size(),
                        std::move(command.done)});
  if (is_writing_) return;
  is_writing_ = true;  // whatever else is sent in this turn goes out with it
  context_.io.post([this, alive = self(), socket = socket_] {
    if (alive.expired() || socket != socket_) return;
    flush();
  });
}

void Link::flush() {
  if (out_.empty()) {
    is_writing_ = false;
    return;
  }
  socket_->write(std::exchange(out_, {}), [this](const std::string& wrong) {
    if (!wrong.empty()) return broken(wrong);
    flush();
  });
}

void Link::arrived(std::string_view bytes) {
  const std::shared_ptr<Socket> socket = socket_;
  const std::weak_ptr<bool> alive = self();
  reader_->feed(bytes);
  while (!alive.expired() && socket == socket_) {
    auto next = reader_->next();
    if (!next) return broken(std::string(next.error().sentence()));
    if (!*next) return;
    if (under_way_.empty()) return broken("the server answers what was not asked");
    UnderWay& oldest = under_way_.front();
    if (--oldest.count > 0) continue;
    Done done = std::move(oldest.done);
    under_way_.pop_front();
    done({Outcome::Kind::answered, std::move(**next)});
  }
}

void Link::broken(const std::string& why) {
  trouble_ = why;
  std::exchange(socket_, nullptr)->close();  // and nothing that has arrived is read any more
  // One attempt at once after a break of a link that worked; then pauses.
  const bool was_ready = state_ == State::ready;
  is_writing_ = false;
  const std::size_t unsent_bytes = std::exchange(out_, {}).size();
  std::deque<UnderWay> lost = std::exchange(under_way_, {});
  std::deque<Command> waiting;
  if (was_ready) {
    connect();
  } else {
    waiting = std::exchange(waiting_, {});
    std::int64_t pause = context_.options.backoff_ms_min;
    for (int i = 0; i < failures_ && pause < context_.options.backoff_ms_max; ++i) pause *= 2;
    pause = std::min(pause, context_.options.backoff_ms_max);
    ++failures_;
    state_ = State::away;
    retry_ms_ =
        steady_ms() + pause / 2 + context_.rng.below(static_cast<std::uint32_t>(pause / 2 + 1));
  }
  fail_all(std::move(lost), std::move(waiting), unsent_bytes);
}

// Answers come later, in a turn of their own: nobody is called back while he calls.
void Link::fail_all(std::deque<UnderWay> lost, std::deque<Command> waiting,
                    std::size_t unsent_bytes) {
  for (auto command = lost.rbegin(); command != lost.rend(); ++command) {
    const bool was_sent = unsent_bytes == 0;
    if (!was_sent) unsent_bytes -= std::min(unsent_bytes, command->bytes);
    command->bytes = was_sent ? 1 : 0;
  }
  for (UnderWay& command : lost) {
    const auto kind = command.bytes != 0 ? Outcome::Kind::lost : Outcome::Kind::not_sent;
    context_.io.post([done = std::move(command.done), kind]() mutable { done(Outcome{kind, {}}); });
  }
  for (Command& command : waiting) {
    context_.io.post([done = std::move(command.done)]() mutable { done(Outcome{}); });
  }
}

}  // namespace whoosh::state::redis
