// The steps of queue.h, as Redis runs them. KEYS[1] is {queue}:arrivals, whose name gives all
// others (they share its slot); ARGV[1] is the time.
#pragma once

#include "state/redis/script.h"

namespace whoosh::state::redis {

// id, user, line, text, expires_at, searching_max, a room that is known to be gone or ''. Answers
// ['fresh' or 'mine', seen], ['playing', seen, room], ['other'] or ['full'].
extern const Script join_ticket_script;
// id, user. Answers what it is, or nil.
extern const Script find_ticket_script;
// id or '', user. 0: there is no such ticket.
extern const Script cancel_ticket_script;
// number of arrival after which, most answered. Answers ids with their numbers.
extern const Script searching_script;
// name of this call, room's text, room, ids. 1: all of them are matched, by this call.
extern const Script match_script;
// room, users.
extern const Script match_over_script;

}  // namespace whoosh::state::redis
