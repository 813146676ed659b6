#include "store/window.h"

#include <algorithm>
#include <vector>

namespace whoosh::store {

bool is_applicable(const match::MatchRecord& record) {
  if (record.seats.empty() || record.seats.size() > seats_max) return false;
  std::vector<std::int64_t> users;
  for (const match::SeatRecord& seat : record.seats) {
    if (seat.user.value < 0) return false;
    if (seat.user.value != 0) users.push_back(seat.user.value);
  }
  std::sort(users.begin(), users.end());
  return std::adjacent_find(users.begin(), users.end()) == users.end();
}

}  // namespace whoosh::store
