// What viewers see: the State they know and the State of now, and STATE for what is between them.
#include <algorithm>
#include <utility>

#include "room/room.h"

namespace whoosh::room {

// Who plays at which seat: the people of a match keep their places to its end.
rules::Table Room::table() const {
  rules::Table table;
  places_.for_each([&](Place, const Person& person) {
    if (person.seat == base::no_seat) return;
    rules::SeatInfo seat;
    seat.id = person.id();
    RULE_CHECK(seat.name.assign(person.name.view()), "a name fits");
    seat.bot = !person.is_human();
    seat.newcomer = person.newcomer;
    table.seats.push_back(seat);
  });
  return table;
}

OpenMatch& Room::open(Turn& turn) const {
  OpenMatch& match = turn.scratch.open;
  if (!match.holds(run_->serial())) {
    run_->open_in(match);
    match.table = table();
  }
  return match;
}

OpenMatch& Room::open_to_change(Turn& turn) {
  if (has_shown_ && saved_ == SavedStates::none) saved_ = turn.scratch.saved.save(run_->packed());
  return open(turn);
}

Room::Source Room::source(OpenMatch& match) const {
  return {match.state(), &match.table, started_at_};
}

rules::Clock Room::clock(OpenMatch& match) const {
  return run_->game().clock(match.state(), match.table);
}

wire::ViewClock Room::view_clock(const Source& from) const {
  const rules::Clock clock = run_->game().clock(from.state, *from.table);
  return {std::string(clock.phase), std::string(clock.step), from.started_at.value,
          from.started_at.plus_ms(std::int64_t{clock.step_ends_s} * options_.tick_ms).value};
}

void Room::write_public(const Source& from, rules::ViewWriter& out, bool full) const {
  out.clear(full);
  run_->game().view(from.state, *from.table, {}, out);
  out.member("clock", view_clock(from));
}

void Room::write_private(const Source& from, base::Seat seat, rules::ViewWriter& out,
                         bool full) const {
  out.clear(full);
  if (seat != base::no_seat) run_->game().view(from.state, *from.table, {seat}, out);
  RULE_CHECK(full || out.list().size() <= private_members_max,
             "a seat's view has too many members");
}

void Room::flush(Turn& turn) {
  guarded([&] { flush_now(turn); });
}

void Room::flush_now(Turn& turn) {
  const bool heard = places_.here() > 0 || live_ > 0;
  if (room_dirty_ && heard) turn.out.send(Targets::places() | Targets::live(), room_text());
  if (view_dirty_ && run_) {
    if (heard)
      flush_views(turn);
    else
      shown_hash_ = 0;  // nobody knows anything: whoever comes is told everything
    take_as_shown(turn);
  }
  room_dirty_ = view_dirty_ = false;
}

// Viewers know the State of now.
void Room::take_as_shown(Turn& turn) {
  if (saved_ != SavedStates::none) turn.scratch.saved.release(saved_);
  saved_ = SavedStates::none;
  shown_started_at_ = started_at_;
  has_shown_ = true;
}

void Room::flush_views(Turn& turn) {
  public_changes(turn);
  send_patches(turn, turn.scratch.public_patch);
}

bool Room::older_source(Turn& turn, Source& out) const {
  if (!has_shown_) return false;
  OpenMatch& match = open(turn);
  const auto packed = saved_ == SavedStates::none ? run_->packed() : turn.scratch.saved.at(saved_);
  out = {match.older(packed), &match.table, shown_started_at_};
  return true;
}

void Room::public_changes(Turn& turn) {
  Scratch& scratch = turn.scratch;
  scratch.public_patch.clear();
  write_public(source(open(turn)), scratch.public_view, false);
  const std::uint64_t hash = scratch.public_view.hash();
  if (std::exchange(shown_hash_, hash) == hash && has_shown_) return;
  scratch.older_view.clear(false);
  Source older;
  if (older_source(turn, older)) write_public(older, scratch.older_view, false);
  append_changes(scratch.older_view, scratch.public_view, scratch.public_patch);
}

void Room::private_changes(Turn& turn, Person& person) {
  Scratch& scratch = turn.scratch;
  scratch.private_patch.clear();
  write_private(source(open(turn)), person.seat, scratch.private_view, false);
  const std::uint64_t hash = scratch.private_view.hash();
  if (std::exchange(person.shown_hash, hash) == hash && has_shown_) return;
  scratch.older_view.clear(false);
  Source older;
  if (older_source(turn, older)) write_private(older, person.seat, scratch.older_view, false);
  append_changes(scratch.older_view, scratch.private_view, scratch.private_patch);
}

// Viewers who have the same to hear at the same seq hear the same text.
void Room::send_patches(Turn& turn, std::string_view public_patch) {
  std::uint32_t seqs[places_max + 1];
  Targets groups[places_max + 1];
  std::size_t count = 0;
  const auto add = [&](Targets who, std::uint32_t seq) {
    for (std::size_t i = 0; i < count; ++i) {
      if (seqs[i] != seq) continue;
      groups[i] = groups[i] | who;
      return;
    }
    seqs[count] = seq;
    groups[count++] = who;
  };
  places_.for_each([&](Place place, Person& person) {
    if (!person.is_here()) return;
    private_changes(turn, person);
    const std::string& patch = turn.scratch.private_patch;
    if (public_patch.empty() && patch.empty()) return;
    ++person.seq;
    if (patch.empty())
      add(Targets::of(place), person.seq);
    else
      send_state(turn, Targets::of(place), person.seq, public_patch, patch);
  });
  if (public_patch.empty()) return;
  ++live_seq_;
  if (live_ > 0) add(Targets::live(), live_seq_);
  for (std::size_t i = 0; i < count; ++i) send_state(turn, groups[i], seqs[i], public_patch, {});
}

void Room::send_state(Turn& turn, Targets to, std::uint32_t seq, std::string_view a,
                      std::string_view b) {
  std::string& frame = turn.scratch.frame;
  frame.assign(R"({"type":"STATE","payload":{)");
  base::JsonWriter(frame).member("seq", seq);
  frame.append(R"(,"patch":{)").append(a);
  if (!a.empty() && !b.empty()) frame.push_back(',');
  frame.append(b).append("}}}");
  turn.out.send(to, frame);
}

Feed& Room::crowd_feed() {
  if (crowd_feed_ == nullptr) crowd_feed_ = std::make_unique<Feed>();
  return *crowd_feed_;
}

// The audience hears everything that is public, but seldom.
void Room::flush_crowd(Turn& turn) {
  if (crowd_ == 0) return;
  if (crowd_room_dirty_) turn.out.send(Targets::crowd(), room_text());
  crowd_room_dirty_ = false;
  if (!crowd_view_dirty_ || !run_) return;
  crowd_view_dirty_ = false;
  Scratch& scratch = turn.scratch;
  write_public(source(open(turn)), scratch.public_view, false);
  scratch.public_patch.clear();
  crowd_feed().diff(scratch.public_view, scratch.public_patch);
  if (scratch.public_patch.empty()) return;
  send_state(turn, Targets::crowd(), ++crowd_seq_, scratch.public_patch, {});
}

// Before a match is forgotten: every member of every viewer's state goes, so that his state is {}
// again.
void Room::retire_views(Turn& turn) {
  if (!run_) return;
  Scratch& scratch = turn.scratch;
  const Source now = source(open(turn));
  write_public(now, scratch.public_view, true);
  scratch.public_patch.clear();
  append_nulls(scratch.public_view, scratch.public_patch);
  places_.for_each([&](Place place, Person& person) {
    if (!person.is_here()) return;
    scratch.private_patch.clear();
    write_private(now, person.seat, scratch.private_view, true);
    append_nulls(scratch.private_view, scratch.private_patch);
    send_state(turn, Targets::of(place), ++person.seq, scratch.public_patch, scratch.private_patch);
  });
  if (live_ > 0) send_state(turn, Targets::live(), ++live_seq_, scratch.public_patch, {});
  if (crowd_ > 0) send_state(turn, Targets::crowd(), ++crowd_seq_, scratch.public_patch, {});
  take_as_shown(turn);
  if (crowd_feed_) crowd_feed_->clear();
  view_dirty_ = crowd_view_dirty_ = false;
}

}  // namespace whoosh::room
