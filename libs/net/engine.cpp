#include "net/engine.h"

#include "net/engine_epoll.h"

namespace whoosh::net {

base::Result<MadeEngine> make_engine(Io, const EngineParts& parts) {
  auto epoll = EpollEngine::make(parts);
  if (!epoll) return epoll.error();
  return MadeEngine{std::move(*epoll), {}};
}

}  // namespace whoosh::net
