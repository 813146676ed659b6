// Goal: the shell's tools for rooms and nodes do what REST's do, and what changes something is in
// the audit log first. Method: every action on a pretended edge, as tables and as JSON.
#include "services/admin/live_shell.h"

#include <gtest/gtest.h>

#include "services/admin/output.h"
#include "services/api/harness_edge.h"
#include "state/memory/directory.h"
#include "store/memory/memory.h"

namespace whoosh::admin {
namespace {

using base::ErrorCode;

struct Bench {
  runtime::ManualClock clock;
  runtime::OsEntropy entropy;
  std::unique_ptr<store::Store> store = store::memory::open();
  state::memory::Directory directory{entropy};
  api::PretendedEdge edge{directory, clock};
  LiveShell shell{{edge, directory, store.get(), clock, entropy}, {false, "root"}};
  LiveShell json{{edge, directory, store.get(), clock, entropy}, {true, "root"}};
  Shell log{*store, clock, entropy, {false, "root"}};

  state::RoomEntry open_room(const std::string& game = "suspect") {
    runtime::QueueMailbox mailbox;
    std::optional<state::RoomEntry> made;
    api::NewRoom room;
    room.game = game;
    edge.create_room(room, {mailbox, [&](auto entry) { made = entry.value(); }});
    while (!made) mailbox.run_all();
    return *made;
  }
};

bool says(const LiveShell::Text& text, std::string_view what) {
  return text.has_value() && text->find(what) != text->npos;
}
ErrorCode code(const LiveShell::Text& text) {
  return text ? ErrorCode::internal : text.error().code;
}

TEST(LiveShell, lists_rooms_in_the_order_of_their_ids) {
  Bench b;
  const state::RoomEntry first = b.open_room();
  const state::RoomEntry second = b.open_room("brainwave");
  const auto all = b.shell.rooms({});
  ASSERT_TRUE(says(all, first.room.text()));
  ASSERT_TRUE(says(all, second.room.text()));
  EXPECT_LT(all->find(first.room.text()), all->find(second.room.text()));
  EXPECT_FALSE(says(all, "and more"));
  const auto one = b.shell.rooms({"", "", 1});
  EXPECT_TRUE(says(one, first.room.text()));
  EXPECT_FALSE(says(one, second.room.text()));
  EXPECT_TRUE(says(one, "and more"));
  EXPECT_TRUE(says(b.json.rooms({"", "", 1}), "\"next\":\"" + first.room.text() + "\""));
  EXPECT_TRUE(says(b.json.rooms({}), R"("next":null)"));
  EXPECT_FALSE(says(b.shell.rooms({"brainwave"}), first.room.text()));
  EXPECT_EQ(code(b.shell.rooms({"chess"})), ErrorCode::game_not_found);
}

TEST(LiveShell, lists_rooms_of_one_node) {
  Bench b;
  const state::RoomEntry first = b.open_room();
  b.open_room();
  EXPECT_TRUE(says(b.shell.rooms({"", "solo"}), first.room.text()));
  EXPECT_TRUE(says(b.json.rooms({"", "solo", 1}), "\"next\":\"" + first.room.text() + "\""));
  const auto none = b.shell.rooms({"", "edge-9"});
  EXPECT_EQ(code(none), ErrorCode::node_not_found);
  EXPECT_EQ(none.error().sentence(), "There is no living node edge-9.");
}

TEST(LiveShell, shows_a_room_by_id_or_code) {
  Bench b;
  const state::RoomEntry room = b.open_room();
  EXPECT_TRUE(says(b.shell.room(room.code), room.room.text()));
  EXPECT_TRUE(says(b.shell.room(room.room.text()), "node:         solo\n"));
  EXPECT_TRUE(says(b.json.room(room.code), R"("summary":)"));
  const auto none = b.shell.room("ZZZZ");
  EXPECT_EQ(code(none), ErrorCode::room_not_found);
  EXPECT_EQ(none.error().sentence(), "There is no room ZZZZ.");
}

TEST(LiveShell, closes_a_room_and_says_why) {
  Bench b;
  const state::RoomEntry room = b.open_room();
  const auto nothing = b.shell.close_room(room.code, " ");
  EXPECT_EQ(code(nothing), ErrorCode::invalid_input);
  EXPECT_TRUE(nothing.error().fields.contains("--reason"));
  EXPECT_TRUE(b.edge.script.closed.empty());
  EXPECT_TRUE(says(b.shell.close_room(room.code, " Insults. "), "is closed\n"));
  ASSERT_EQ(b.edge.script.closed.size(), 1U);
  EXPECT_EQ(b.edge.script.closed[0].first, room.room);
  EXPECT_EQ(b.edge.script.closed[0].second, "Insults.");
  EXPECT_EQ(code(b.shell.close_room(room.code, "Insults.")), ErrorCode::room_not_found);
  const auto log = b.log.audit({.action = "room.close"});
  EXPECT_TRUE(says(log, "room:" + room.room.text()));
  EXPECT_TRUE(says(log, "root (shell)"));
  EXPECT_EQ(std::count(log->begin(), log->end(), '\n'), 2) << "a head and one row";
}

TEST(LiveShell, drains_a_node_and_opens_it_again) {
  Bench b;
  EXPECT_TRUE(says(b.shell.nodes(), "solo"));
  EXPECT_TRUE(says(b.shell.drain("solo", true, "A new kernel."), "no new rooms"));
  EXPECT_TRUE(b.edge.script.draining);
  EXPECT_TRUE(says(b.shell.nodes(), "draining"));
  EXPECT_TRUE(says(b.json.nodes(), R"("draining":true)"));
  EXPECT_TRUE(says(b.shell.drain("solo", false, "It is there."), "again"));
  EXPECT_FALSE(b.edge.script.draining);
  EXPECT_EQ(code(b.shell.drain("edge-9", true, "A new kernel.")), ErrorCode::node_not_found);
  EXPECT_EQ(code(b.shell.drain("solo", true, "")), ErrorCode::invalid_input);
  const auto log = b.log.audit({});
  EXPECT_TRUE(says(log, "node.drain"));
  EXPECT_TRUE(says(log, "node.undrain"));
  EXPECT_FALSE(says(log, "edge-9")) << "what is not there is not in the log";
}

TEST(Output, a_room_live_is_readable) {
  wire::RoomReport report;
  report.summary.card.code = "BRTK";
  report.summary.card.phase = wire::RoomPhase::playing;
  report.summary.node = "edge-1";
  report.match = wire::LiveMatch{"17", "2026-01-31T12:00:00.000Z", 42, "VOTING", "VOTING", false};
  wire::RoomPlayer ann;
  ann.id = "5";
  ann.name = "Ann";
  ann.connected = true;
  ann.host = true;
  ann.score = 7;
  report.state.players.push_back(ann);
  const std::string text = room_lines(report);
  EXPECT_NE(text.find("phase:        playing\n"), text.npos) << text;
  EXPECT_NE(text.find("match:        17, 42 s, VOTING\n"), text.npos) << text;
  EXPECT_NE(text.find("5   Ann   host  here  7\n"), text.npos) << text;
}

}  // namespace
}  // namespace whoosh::admin
