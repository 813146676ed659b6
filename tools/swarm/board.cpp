#include "tools/swarm/board.h"

#include <sys/mman.h>

#include <new>

namespace whoosh::swarm {

void BoardEnd::operator()(Board* board) const {
  munmap(board, bytes);
}

base::Result<BoardPtr> make_board(std::size_t slots) {
  static_assert(sizeof(Board) % alignof(BoardSlot) == 0, "slots begin where it ends");
  const std::size_t bytes = sizeof(Board) + slots * sizeof(BoardSlot);
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    return base::Error{base::ErrorCode::unavailable, "No memory to share between processes."};
  auto* board = new (memory) Board;
  board->slots_size = slots;
  for (std::size_t i = 0; i < slots; ++i) new (&board->slot(i)) BoardSlot;
  return BoardPtr(board, BoardEnd{bytes});
}

}  // namespace whoosh::swarm
