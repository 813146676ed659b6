// Who sees what. The only place where a State becomes something to send, member by member from an
// explicit list (messages.h): hidden is whatever is not written here.
#pragma once

#include "games/suspect/state.h"
#include "rules/view.h"

namespace whoosh::games::suspect {

void write_view(const State& state, const rules::Table& table, rules::Viewer viewer,
                rules::ViewWriter& out);
void write_tick_members(const State& state, const rules::Table& table, base::JsonWriter& out);

}  // namespace whoosh::games::suspect
