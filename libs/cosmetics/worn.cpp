#include "cosmetics/worn.h"

#include "base/assert.h"

namespace whoosh::cosmetics {

std::uint16_t number_of(std::string_view id, Kind kind) {
  const Item* const found = find(id);
  if (found == nullptr || found->kind != kind) return 0;
  return static_cast<std::uint16_t>(found - all().data() + 1);
}

const Item* item(std::uint16_t number) {
  if (number == 0) return nullptr;
  ASSERT(number <= all().size());
  return &all()[number - 1];
}

}  // namespace whoosh::cosmetics
