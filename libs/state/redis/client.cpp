#include "state/redis/client.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/assert.h"
#include "base/encoding.h"

namespace whoosh::state::redis {

namespace {

using base::Error;
using base::ErrorCode;

constexpr std::int64_t short_pause_ms = 50;

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

Error unavailable() {
  Error error{ErrorCode::unavailable};
  error.retry_after_s = 1;
  return error;
}

// Nothing was executed, and the next try may go to another server.
bool is_about_topology(std::string_view word) {
  return word == "READONLY" || word == "CLUSTERDOWN" || word == "MASTERDOWN" || word == "LOADING";
}

// Nothing was executed; people must look at it.
bool is_about_operation(std::string_view word) {
  return word == "OOM" || word == "MISCONF" || word == "NOREPLICAS" || word == "BUSY" ||
         word == "NOAUTH" || word == "NOPERM" || word == "WRONGPASS" || word == "UNKILLABLE";
}

}  // namespace

Client::Client(Options options, std::unique_ptr<Io> io, std::uint64_t seed)
    : options_(std::move(options)), io_(std::move(io)), rng_(seed) {
  ASSERT(!options_.endpoints.empty());
  if (options_.topology == Topology::single) master_ = options_.endpoints.front();
  io_->every(tick_ms, [this] { tick(); });
  thread_ = std::thread([this] { io_->run(); });
}

Client::~Client() {
  stop();
}

void Client::stop() {
  {
    const std::scoped_lock lock(mutex_);
    if (std::exchange(is_stopped_, true)) return;
  }
  io_->post([this] {
    is_closing_ = true;
    io_->stop();
  });
  thread_.join();
  // Everything that is left answers `unavailable`, here.
  links_.clear();
  blocking_.clear();
  guides_.clear();
  run_inbox();
  for (Ticket& ticket : std::exchange(delayed_, {})) fail(std::move(ticket));
  io_->run_rest();
}

void Client::call(Request request, Answered answered) {
  if (pending_.fetch_add(1) >= options_.pending_max) {
    --pending_;
    post([answered = std::move(answered)]() mutable { answered(unavailable()); });
    return;
  }
  if (request.block_ms > 0) ++pending_blocking_;
  auto ticket = std::make_unique<Attempt>();
  ticket->request = std::move(request);
  ticket->answered = std::move(answered);
  ticket->due_ms = steady_ms() + options_.call_timeout_ms + ticket->request.block_ms;
  post([this, ticket = std::move(ticket)]() mutable { dispatch(std::move(ticket)); });
}

void Client::post(runtime::Task work) {
  bool is_first = false;
  {
    const std::scoped_lock lock(mutex_);
    if (is_stopped_) return;
    is_first = inbox_.empty();
    inbox_.push_back(std::move(work));
  }
  if (is_first) io_->post([this] { run_inbox(); });
}

void Client::on_tick(std::function<void()> hook) {
  post([this, hook = std::move(hook)]() mutable { hooks_.push_back(std::move(hook)); });
}

void Client::run_inbox() {
  std::vector<base::Function<void()>> batch;
  {
    const std::scoped_lock lock(mutex_);
    batch.swap(inbox_);
  }
  for (base::Function<void()>& work : batch) work();
}

void Client::tick() {
  if (is_closing_) return;
  const std::int64_t now_ms = steady_ms();
  check_links(now_ms);
  find_out(now_ms);
  std::vector<Ticket> delayed = std::exchange(delayed_, {});
  for (Ticket& ticket : delayed) {
    if (now_ms >= ticket->due_ms) {
      fail(std::move(ticket));
    } else if (now_ms < ticket->not_before_ms) {
      delayed_.push_back(std::move(ticket));
    } else {
      dispatch(std::move(ticket));
    }
  }
  for (const std::function<void()>& hook : hooks_) hook();
}

// ---- one call's way ----------------------------------------------------------------------------

void Client::dispatch(Ticket ticket) {
  if (is_closing_) return fail(std::move(ticket));
  Link* const link = route(*ticket);
  if (link == nullptr) {  // nobody is known who has it
    is_doubtful_ = true;
    if (is_hopeless()) return fail(std::move(ticket));
    return later(std::move(ticket), tick_ms);
  }
  const std::string bytes = bytes_of(*ticket);
  const int count = ticket->is_asking ? 2 : 1;
  const std::int64_t timeout_ms = options_.command_timeout_ms + ticket->request.block_ms;
  const Endpoint to = link->endpoint();
  link->send(bytes, count, timeout_ms,
             [this, to, ticket = std::move(ticket)](Outcome outcome) mutable {
               came_back(std::move(ticket), to, std::move(outcome));
             });
}

void Client::came_back(Ticket ticket, const Endpoint& from, Outcome outcome) {
  if (is_closing_) return fail(std::move(ticket));
  if (outcome.kind == Outcome::Kind::answered) {
    if (outcome.value.is_error()) {
      return refused(std::move(ticket), from, std::move(outcome.value));
    }
    return finish(std::move(ticket), std::move(outcome.value));
  }
  is_doubtful_ = true;  // whoever was there may not be there any more
  const bool is_harmless = outcome.kind == Outcome::Kind::not_sent || ticket->request.is_idempotent;
  ticket->is_asking = false;
  ++ticket->attempts;
  if (!is_harmless || ticket->attempts >= attempts_max || steady_ms() >= ticket->due_ms) {
    return fail(std::move(ticket));
  }
  const Link* const link = ticket->request.block_ms > 0 ? nullptr : route(*ticket);
  if (link == nullptr || link->state() == Link::State::away) return fail(std::move(ticket));
  dispatch(std::move(ticket));
}

void Client::refused(Ticket ticket, const Endpoint& from, Value error) {
  const std::string word(error.error_word());
  if (word == "NOSCRIPT" && ticket->request.script != nullptr && !ticket->with_body) {
    ticket->with_body = true;
    return dispatch(std::move(ticket));
  }
  if (const auto redirection = parse_redirection(error, from)) {
    if (++ticket->redirections > redirections_max || steady_ms() >= ticket->due_ms) {
      return fail(std::move(ticket));
    }
    ticket->is_asking = redirection->is_ask;
    ticket->to = redirection->to;
    ticket->with_body = false;
    if (!redirection->is_ask) {
      slots_.move(redirection->slot, redirection->to);
      is_doubtful_ = true;
    }
    return dispatch(std::move(ticket));
  }
  ticket->is_asking = false;
  if (word == "TRYAGAIN") return later(std::move(ticket), short_pause_ms);
  if (is_about_topology(word)) {
    is_doubtful_ = true;
    const auto link = links_.find(from);
    // A sentinel's master that is none any more: its link signs in anew, and finds out.
    if (options_.topology == Topology::sentinel && word == "READONLY" && link != links_.end()) {
      link->second->close("the server is not the master any more");
    }
    return later(std::move(ticket), short_pause_ms);
  }
  if (is_about_operation(word)) {
    tell("operation", "Redis at " + from.text() + " refuses a command: " + word);
    return fail(std::move(ticket));
  }
  finish(std::move(ticket), std::move(error));
}

void Client::later(Ticket ticket, std::int64_t pause_ms) {
  const std::int64_t now_ms = steady_ms();
  if (now_ms + pause_ms >= ticket->due_ms) return fail(std::move(ticket));
  ticket->not_before_ms = now_ms + pause_ms;
  delayed_.push_back(std::move(ticket));
}

void Client::finish(Ticket ticket, base::Result<Value> result) {
  const bool was_blocking = ticket->request.block_ms > 0;
  ticket->answered(std::move(result));
  if (was_blocking) --pending_blocking_;
  --pending_;
}

void Client::fail(Ticket ticket) {
  finish(std::move(ticket), unavailable());
}

std::string Client::bytes_of(const Attempt& attempt) const {
  std::string bytes;
  if (attempt.is_asking) bytes = encode(std::vector<std::string>{"ASKING"});
  const Request& request = attempt.request;
  if (request.script == nullptr) return bytes + encode(request.args);
  std::vector<std::string> args{
      attempt.with_body ? "EVAL" : "EVALSHA",
      attempt.with_body ? request.script->program() : request.script->sha1(),
      std::to_string(request.script->keys())};
  args.insert(args.end(), request.args.begin(), request.args.end());
  return bytes + encode(args);
}

std::int64_t Client::steady_now_ms() {
  return steady_ms();
}

std::string Client::random_name() {
  std::string bytes;
  for (int i = 0; i < 16; ++i) bytes.push_back(static_cast<char>(rng_.below(256)));
  return base::hex(bytes);
}

// A server that stays away fills no log.
void Client::tell(std::string_view subject, const std::string& sentence) {
  std::string& last = told_[std::string(subject)];
  if (last == sentence) return;
  last = sentence;
  if (options_.report) options_.report(sentence);
}

}  // namespace whoosh::state::redis
