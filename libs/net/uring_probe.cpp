#include "net/uring_probe.h"

#include <fmt/format.h>
#include <liburing.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "net/descriptor.h"

namespace whoosh::net {
namespace {

struct Ring {
  ~Ring() {
    if (open) io_uring_queue_exit(&ring);
  }
  io_uring ring{};
  bool open = false;
};

// One send as UringEngine makes them; how it ended, or nothing: it was whole.
std::optional<std::int32_t> send_once(io_uring& ring, int fd, std::span<const char> bytes) {
  io_uring_sqe* const request = io_uring_get_sqe(&ring);
  io_uring_prep_send(request, fd, bytes.data(), bytes.size(), uring_send_flags);
  request->flags |= IOSQE_CQE_SKIP_SUCCESS;
  if (const int submitted = io_uring_submit(&ring); submitted < 0) return submitted;
  io_uring_cqe* done = nullptr;
  if (io_uring_peek_cqe(&ring, &done) != 0) return std::nullopt;
  const std::int32_t result = done->res;
  io_uring_cqe_seen(&ring, done);
  return result;
}

// What the engine relies on: whole sends are silent, and of what is cut short the part is told.
base::Result<void> try_sends(io_uring& ring) {
  int pair[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) != 0)
    return uring_refusal("socketpair", errno);
  const Descriptor from(pair[0]);
  const Descriptor to(pair[1]);
  const std::vector<char> much(std::size_t{8} << 20);  // more than a socket takes at once
  const auto whole = send_once(ring, from.get(), std::span(much).first(100));
  const auto part = send_once(ring, from.get(), much);
  const auto none = send_once(ring, from.get(), much);
  int arrived = 0;
  const bool told = ::ioctl(to.get(), FIONREAD, &arrived) == 0 && !whole && part && *part > 0 &&
                    *part + 100 == arrived && none == -EAGAIN;
  if (told) return {};
  return base::Error{base::ErrorCode::unavailable, "this kernel does not tell how far a send got"};
}

// A filter may permit the making of a ring and forbid its use: so all calls are tried.
base::Result<void> use_a_ring() {
  Ring owner;
  io_uring& ring = owner.ring;
  if (const int made = io_uring_queue_init(2, &ring, uring_setup_flags()); made < 0)
    return uring_refusal("io_uring_setup", -made);
  owner.open = true;
  io_uring_prep_nop(io_uring_get_sqe(&ring));
  if (const int submitted = io_uring_submit_and_wait(&ring, 1); submitted < 0)
    return uring_refusal("io_uring_enter", -submitted);
  io_uring_cq_advance(&ring, 1);
  alignas(4096) std::array<char, 4096> page{};
  io_uring_buf_reg buffers{};
  buffers.ring_addr = reinterpret_cast<std::uint64_t>(page.data());
  buffers.ring_entries = 1;
  if (const int registered = io_uring_register_buf_ring(&ring, &buffers, 0); registered < 0)
    return uring_refusal("io_uring_register", -registered);
  const auto sends = try_sends(ring);
  io_uring_unregister_buf_ring(&ring, 0);
  constexpr unsigned needed = IORING_FEAT_NODROP | IORING_FEAT_EXT_ARG | IORING_FEAT_CQE_SKIP;
  if ((ring.features & needed) != needed) return uring_refusal("io_uring_setup", EINVAL);
  return sends;
}

}  // namespace

base::Error uring_refusal(const char* call, int error) {
  std::string why = fmt::format("{}: {}", call, std::strerror(error));
  if (error == EPERM || error == EACCES)
    why += "; forbidden by a seccomp filter or kernel.io_uring_disabled";
  if (error == EINVAL) why += "; it needs Linux 6.1 or newer";
  return {base::ErrorCode::unavailable, std::move(why)};
}

unsigned uring_setup_flags() {
  return IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_SUBMIT_ALL;
}

base::Result<void> try_a_ring() {
  base::Result<void> result;
  std::thread([&result] { result = use_a_ring(); }).join();  // tidy: no-locks: joined at once
  return result;
}

}  // namespace whoosh::net
