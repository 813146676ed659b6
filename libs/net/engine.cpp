#include "net/engine.h"

#include "net/engine_epoll.h"
#include "net/engine_uring.h"

namespace whoosh::net {

base::Result<MadeEngine> make_engine(Io io, const EngineParts& parts) {
  MadeEngine made;
  if (io != Io::Epoll) {
    auto uring = UringEngine::make(parts);
    if (uring) return MadeEngine{std::move(*uring), {}};
    made.why_epoll = uring.error().message;
  }
  auto epoll = EpollEngine::make(parts);
  if (!epoll) return epoll.error();
  made.engine = std::move(*epoll);
  return made;
}

}  // namespace whoosh::net
