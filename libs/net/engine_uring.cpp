#include "net/engine_uring.h"

#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "base/assert.h"
#include "net/uring_probe.h"

namespace whoosh::net {
namespace {

// user_data, from the lowest bit: slot (24), kind (3), number (5), generation (32).
constexpr unsigned slot_bits = 24;
constexpr unsigned kind_bits = 3;
constexpr unsigned number_bits = 5;
constexpr std::uint32_t number_mask = (1u << number_bits) - 1;
// The ring of buffers lies before them.
std::size_t ring_bytes(const UringSizes& sizes) {
  return sizes.buffers * sizeof(io_uring_buf);
}

template <class Kind>
std::uint64_t key_of(Kind kind, std::uint32_t slot, std::uint32_t number = 0,
                     std::uint32_t generation = 0) {
  return slot | std::uint64_t{static_cast<std::uint8_t>(kind)} << slot_bits |
         std::uint64_t{number & number_mask} << (slot_bits + kind_bits) |
         std::uint64_t{generation} << 32;
}
std::uint32_t slot_of(std::uint64_t key) {
  return static_cast<std::uint32_t>(key) & ((1u << slot_bits) - 1);
}
std::uint32_t number_of(std::uint64_t key) {
  return static_cast<std::uint32_t>(key >> (slot_bits + kind_bits)) & number_mask;
}

}  // namespace

base::Result<std::unique_ptr<Engine>> UringEngine::make(const EngineParts& parts,
                                                        const UringSizes& sizes) {
  if (const auto tried = try_a_ring(); !tried) return tried.error();
  return std::unique_ptr<Engine>(new UringEngine(parts, sizes));
}

UringEngine::UringEngine(const EngineParts& parts, const UringSizes& sizes)
    : parts_(parts), sizes_(sizes) {
  completions_.reserve(sizes.completions);
}

std::size_t UringEngine::mapped_bytes() const {
  return ring_bytes(sizes_) + std::size_t{sizes_.buffers} * sizes_.buffer_bytes;
}

base::Result<void> UringEngine::start() {
  io_uring_params params{};
  params.flags = uring_setup_flags() | IORING_SETUP_CQSIZE;
  params.cq_entries = sizes_.completions;
  if (const int made = io_uring_queue_init_params(sizes_.submissions, &ring_, &params); made < 0)
    return uring_refusal("io_uring_setup", -made);
  ring_open_ = true;
  io_uring_register_ring_fd(&ring_);  // saves a look-up a call; works without
  void* const mapped =
      ::mmap(nullptr, mapped_bytes(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return uring_refusal("mmap", errno);
  buffer_ring_ = static_cast<io_uring_buf_ring*>(mapped);  // page-aligned, as the kernel wants it
  memory_ = static_cast<char*>(mapped) + ring_bytes(sizes_);
  io_uring_buf_reg asked{};
  asked.ring_addr = reinterpret_cast<std::uint64_t>(mapped);
  asked.ring_entries = sizes_.buffers;
  asked.bgid = buffer_group;
  if (const int registered = io_uring_register_buf_ring(&ring_, &asked, 0); registered < 0)
    return uring_refusal("io_uring_register", -registered);
  io_uring_buf_ring_init(buffer_ring_);
  for (std::uint32_t i = 0; i < sizes_.buffers; ++i) give_back(i);
  return {};
}

UringEngine::~UringEngine() {
  if (ring_open_) io_uring_queue_exit(&ring_);
  if (buffer_ring_ != nullptr) ::munmap(buffer_ring_, mapped_bytes());
}

// Whatever is in flight holds its file: the port would stay taken for a moment after the loop.
void UringEngine::stop() {
  io_uring_prep_cancel64(next(key_of(Kind::Cancel, 0)), 0,
                         IORING_ASYNC_CANCEL_ALL | IORING_ASYNC_CANCEL_ANY);
  constexpr int tries = 100;  // of 10 ms; the kernel ends the rest by itself
  for (int i = 0; i < tries && in_flight_ > 0; ++i) {
    io_uring_cqe* first = nullptr;
    __kernel_timespec limit{.tv_sec = 0, .tv_nsec = 10'000'000};
    io_uring_submit_and_wait_timeout(&ring_, &first, 1, &limit, nullptr);
    drain();
    completions_.clear();
  }
  io_uring_queue_exit(&ring_);
  ring_open_ = false;
}

// ---- a turn ------------------------------------------------------------------------------------

void UringEngine::wait(std::int32_t timeout_ms) {
  settle_own();
  for (const std::uint32_t slot : unsettled_) settle(parts_.connections.at(slot));
  unsettled_.clear();
  parts_.counters.syscalls.add();
  int waited = 0;
  if (timeout_ms == 0 || !completions_.empty()) {
    waited = io_uring_submit_and_get_events(&ring_);
  } else {
    io_uring_cqe* first = nullptr;
    __kernel_timespec limit{.tv_sec = timeout_ms / 1000, .tv_nsec = timeout_ms % 1000 * 1'000'000L};
    waited = io_uring_submit_and_wait_timeout(&ring_, &first, 1, &limit, nullptr);
  }
  ASSERT(waited >= 0 || waited == -ETIME || waited == -EINTR || waited == -EAGAIN ||
         waited == -EBUSY);
  drain();
  submit();
  sending_ = {};
}

void UringEngine::deliver(Sink& sink) {
  if (later_) {
    later_ = false;
    sink.on_sent_later();
  }
  // By index: what is done meanwhile may submit, and so add completions.
  for (std::size_t i = 0; i < completions_.size(); ++i) {
    const Completion completion = completions_[i];
    handle(completion, sink);
  }
  completions_.clear();
}

bool UringEngine::send(std::span<Send> asked, bool may_wait) {
  ASSERT(asked.size() <= batch);
  if (io_uring_sq_space_left(&ring_) < asked.size()) submit();
  sending_ = asked;
  std::uint32_t index = 0;
  for (Send& one : asked) {
    io_uring_sqe* const request = next(key_of(Kind::Send, index++));
    io_uring_prep_send(request, one.fd, one.data, one.size, uring_send_flags);
    request->flags |= IOSQE_CQE_SKIP_SUCCESS;
    one.result = static_cast<std::int32_t>(one.size);  // unless a completion says otherwise
  }
  if (may_wait) {
    later_ = true;
    return false;
  }
  submit();
  sending_ = {};
  return true;
}

io_uring_sqe* UringEngine::next(std::uint64_t key) {
  io_uring_sqe* request = io_uring_get_sqe(&ring_);
  if (request == nullptr) {
    submit();
    request = io_uring_get_sqe(&ring_);
    ASSERT(request != nullptr);
  }
  io_uring_sqe_set_data64(request, key);  // before prep: liburing's keep it
  return request;
}

// All that is asked, now.
void UringEngine::submit() {
  while (io_uring_sq_ready(&ring_) > 0) {
    parts_.counters.syscalls.add();
    const int submitted = io_uring_submit(&ring_);
    ASSERT(submitted >= 0 || submitted == -EAGAIN || submitted == -EBUSY || submitted == -EINTR);
    drain();
  }
}

// From the ring to completions_, and results of sends to their batch.
void UringEngine::drain() {
  for (;;) {
    unsigned head = 0;
    unsigned count = 0;
    io_uring_cqe* entry = nullptr;
    io_uring_for_each_cqe(&ring_, head, entry) {
      ++count;
      const auto kind = static_cast<Kind>(entry->user_data >> slot_bits & ((1u << kind_bits) - 1));
      if (kind == Kind::Send) {
        const std::uint32_t index = slot_of(entry->user_data);
        ASSERT(index < sending_.size());
        sending_[index].result = entry->res;
        continue;
      }
      if (kind == Kind::Cancel) continue;  // had nothing to end any more
      if ((entry->flags & IORING_CQE_F_MORE) == 0) --in_flight_;
      completions_.push_back({entry->user_data, entry->res, entry->flags});
    }
    io_uring_cq_advance(&ring_, count);
    if (!io_uring_cq_has_overflow(&ring_)) return;
    parts_.counters.completion_overflows.add();
    parts_.counters.syscalls.add();
    io_uring_get_events(&ring_);
  }
}

// ---- what is watched ---------------------------------------------------------------------------

// Requests are made when the loop waits: what changes back within a turn costs nothing.
bool UringEngine::watch(Connection& connection, Reading reading, bool writable) {
  connection.watched.reading = reading;
  connection.watched.writable = writable;
  list(connection);
  return true;
}

void UringEngine::list(Connection& connection) {
  if (connection.watched.listed) return;
  connection.watched.listed = true;
  unsettled_.push_back(connection.slot);
}

void UringEngine::settle(Connection& connection) {
  if (connection.state == ConnectionState::Free || connection.state == ConnectionState::Dead)
    return;
  Watched& watched = connection.watched;
  watched.listed = false;
  const bool reads = watched.reading == Reading::Ready;
  const bool wanted = watched.reading != Reading::Stream || watched.writable;
  const bool same =
      watched.in_kernel && watched.poll_reads == reads && watched.poll_writes == watched.writable;
  const std::uint32_t generation = connection.generation;
  if (watched.in_kernel && !(wanted && same)) {
    cancel(key_of(Kind::Poll, connection.slot, watched.request_no, generation));
    watched.in_kernel = false;
  }
  if (wanted && !watched.in_kernel) {
    watched.in_kernel = true;
    watched.poll_reads = reads;
    watched.poll_writes = watched.writable;
    watched.request_no = static_cast<std::uint8_t>((watched.request_no + 1) & number_mask);
    const std::uint32_t events = (reads ? POLLIN : 0u) | (watched.writable ? POLLOUT : 0u);
    poll(connection.fd, events,
         key_of(Kind::Poll, connection.slot, watched.request_no, generation));
  }
  if (watched.reading == Reading::Stream && !watched.receiving) receive(connection);
  if (watched.reading != Reading::Stream && watched.receiving) {
    cancel(key_of(Kind::Receive, connection.slot, 0, generation));
  }
}

void UringEngine::settle_own() {
  if (!wake_polled_) poll(parts_.wake, POLLIN, key_of(Kind::Wake, 0));
  wake_polled_ = true;
  if (listener_on_ && !listener_polled_) {
    poll(parts_.listener, POLLIN, key_of(Kind::Listener, 0));
    listener_polled_ = true;
  }
}

void UringEngine::poll(int fd, std::uint32_t events, std::uint64_t key) {
  io_uring_sqe* const request = next(key);
  io_uring_prep_poll_add(request, fd, events);
  ++in_flight_;
}

void UringEngine::receive(Connection& connection) {
  connection.watched.receiving = true;
  io_uring_sqe* const request =
      next(key_of(Kind::Receive, connection.slot, 0, connection.generation));
  io_uring_prep_recv_multishot(request, connection.fd, nullptr, 0, 0);
  request->flags |= IOSQE_BUFFER_SELECT;
  request->buf_group = buffer_group;
  ++in_flight_;
}

void UringEngine::cancel(std::uint64_t key) {
  io_uring_sqe* const request = next(key_of(Kind::Cancel, 0));
  io_uring_prep_cancel64(request, key, 0);
  request->flags |= IOSQE_CQE_SKIP_SUCCESS;
}

void UringEngine::forget(Connection& connection) {
  const Watched watched = connection.watched;
  connection.watched = Watched{};
  if (watched.in_kernel) {
    cancel(key_of(Kind::Poll, connection.slot, watched.request_no, connection.generation));
  }
  if (watched.receiving) {
    cancel(key_of(Kind::Receive, connection.slot, 0, connection.generation));
  }
}

// The socket ends when the last of its requests does: with the next wait.
void UringEngine::close(Connection& connection) {
  forget(connection);
  parts_.counters.syscalls.add();
  ::close(connection.fd);
}

void UringEngine::forget_listener() {
  listener_on_ = false;
  if (listener_polled_) cancel(key_of(Kind::Listener, 0));
}

// ---- completions -------------------------------------------------------------------------------

void UringEngine::handle(const Completion& completion, Sink& sink) {
  switch (static_cast<Kind>(completion.key >> slot_bits & ((1u << kind_bits) - 1))) {
    case Kind::Wake:
      wake_polled_ = false;
      sink.on_woken();
      return;
    case Kind::Listener:
      listener_polled_ = false;
      if (listener_on_ && completion.result >= 0) sink.on_arrivals();
      return;
    case Kind::Poll:
      return polled(completion, sink);
    case Kind::Receive:
      return received(completion, sink);
    case Kind::Send:
    case Kind::Cancel:
      return;
  }
}

void UringEngine::polled(const Completion& completion, Sink& sink) {
  Connection* const connection = find(completion.key);
  if (connection == nullptr) return;
  Watched& watched = connection->watched;
  if (!watched.in_kernel || watched.request_no != number_of(completion.key)) return;
  watched.in_kernel = false;
  // Level-triggered: the next wait asks again for what is still wanted then. But errors and ends
  // would be there for ever.
  if (watched.reading != Reading::Off || watched.writable) list(*connection);
  const auto events = static_cast<std::uint32_t>(completion.result);
  const bool failed = completion.result < 0;
  sink.on_ready(*connection, {.readable = !failed && (events & POLLIN) != 0,
                              .writable = !failed && (events & POLLOUT) != 0,
                              .broken = failed || (events & (POLLERR | POLLHUP)) != 0});
}

void UringEngine::received(const Completion& completion, Sink& sink) {
  Connection* const connection = find(completion.key);
  if (connection != nullptr && (completion.flags & IORING_CQE_F_MORE) == 0) {
    connection->watched.receiving = false;
    list(*connection);
  }
  const bool holds = (completion.flags & IORING_CQE_F_BUFFER) != 0;
  const std::uint32_t buffer = completion.flags >> IORING_CQE_BUFFER_SHIFT;
  const std::int32_t result = completion.result;
  // An end that comes together with the last bytes: their answer is sent first, and then the next
  // wait asks again and hears of the end again.
  const bool early_end = result == 0 && connection != nullptr && connection->dirty;
  if (result == -ENOBUFS) {
    parts_.counters.receive_buffers_empty.add();
  } else if (early_end) {
    ASSERT(!connection->watched.receiving);
  } else if (connection != nullptr && result != -ECANCELED) {
    if (result > 0)
      sink.on_bytes(*connection, {buffer_at(buffer), static_cast<std::size_t>(result)});
    else
      sink.on_no_bytes(*connection, -result);
  }
  if (holds) give_back(buffer);
}

// nullptr: gone, or about to go.
Connection* UringEngine::find(std::uint64_t key) {
  Connection* const connection =
      parts_.connections.find(base::ConnId{key >> 32 << 32 | slot_of(key)});
  return connection != nullptr && connection->state != ConnectionState::Dead ? connection : nullptr;
}

void UringEngine::give_back(std::uint32_t buffer) {
  io_uring_buf_ring_add(buffer_ring_, buffer_at(buffer), sizes_.buffer_bytes,
                        static_cast<unsigned short>(buffer), io_uring_buf_ring_mask(sizes_.buffers),
                        0);
  io_uring_buf_ring_advance(buffer_ring_, 1);
}

}  // namespace whoosh::net
