// How an edge enters its rooms in the directory again after the state has lost them: each shard's
// rooms on that shard's thread, a few at a time, so that ten thousand rooms flood neither the state
// nor the loop. Rooms open and close meanwhile: one that is gone when it has been entered is
// released again; one that opens enters itself.
#include <spdlog/spdlog.h>

#include <atomic>
#include <memory>
#include <utility>

#include "services/edge/edge_server.h"

namespace whoosh::edge {
namespace {

using base::ErrorCode;

constexpr std::size_t at_once_max = 32;  // of one shard

// Counts the shards that have ended; the last one answers.
struct Sum {
  std::atomic<std::size_t> missing;
  std::atomic<std::size_t> failed{0};
  runtime::Reply<std::size_t> reply;

  Sum(std::size_t shards, runtime::Reply<std::size_t> to) : missing(shards), reply(std::move(to)) {}
  void add(std::size_t failures) {
    failed += failures;
    if (--missing == 0) reply(failed.load());
  }
};

// One shard's share. Owned by the answers that it waits for; the loop's thread only.
class Reentry : public std::enable_shared_from_this<Reentry> {
 public:
  struct Parts {
    shard::Shard& shard;
    runtime::Mailbox& loop;
    state::Directory& directory;
    std::string node;
    std::shared_ptr<Sum> sum;
  };

  Reentry(Parts parts, std::uint16_t number) : parts_(std::move(parts)) {
    for (const base::RoomId room : parts_.shard.rooms()) {
      if (room.node() == number) rooms_.push_back(room);
    }
  }

  void go_on() {
    while (waiting_ < at_once_max && !rooms_.empty()) {
      const base::RoomId room = rooms_.back();
      rooms_.pop_back();
      claim(room);
    }
    if (waiting_ == 0) parts_.sum->add(failed_);
  }

 private:
  void claim(base::RoomId room) {
    const auto report = parts_.shard.report(room);
    if (!report) return;  // closed meanwhile
    const wire::RoomCard& card = report->summary.card;
    state::RoomEntry entry;
    entry.room = room;
    entry.code = card.code;
    entry.node = parts_.node;
    entry.epoch = static_cast<std::uint32_t>(report->summary.epoch);
    entry.game = card.game;
    entry.is_public = card.visibility == "public";
    entry.created_at = base::parse_rfc3339(card.created_at).value_or(base::UnixMs{});
    ++waiting_;
    parts_.directory.claim_room(
        entry, {parts_.loop,
                [self = shared_from_this(), entry](const base::Result<state::RoomEntry>& claimed) {
                  self->claimed(entry, claimed);
                  --self->waiting_;
                  self->go_on();
                }});
  }

  void claimed(const state::RoomEntry& wanted, const base::Result<state::RoomEntry>& entry) {
    if (!entry && entry.error().code == ErrorCode::conflict) {
      spdlog::error("room {} lives on elsewhere: closed here", wanted.room.text());
      if (const auto closed = parts_.shard.close_room(wanted.room, "This room has moved."); !closed)
        spdlog::debug("room {} was closed already", wanted.room.text());
    } else if (!entry) {
      ++failed_;
    } else if (!parts_.shard.card(wanted.room)) {  // it closed, and released itself, too early
      parts_.directory.release_room(wanted.room, wanted.epoch,
                                    {parts_.loop, [room = wanted.room](base::Result<> released) {
                                       if (!released)
                                         spdlog::warn("room {} stays in the directory: {}",
                                                      room.text(), released.error().sentence());
                                     }});
    } else if (entry->code != wanted.code) {
      spdlog::warn("room {}: its code {} is another room's now", wanted.room.text(), wanted.code);
    }
  }

  const Parts parts_;
  std::vector<base::RoomId> rooms_;
  std::size_t waiting_ = 0;
  std::size_t failed_ = 0;
};

}  // namespace

void EdgeServer::reenter_rooms(std::uint16_t number, runtime::Reply<std::size_t> reply) {
  const auto sum = std::make_shared<Sum>(handlers_.size(), std::move(reply));
  for (std::size_t i = 0; i < handlers_.size(); ++i) {
    net::Loop& loop = server_->loop(i);
    loop.post([this, i, number, sum, &loop] {
      const auto reentry = std::make_shared<Reentry>(
          Reentry::Parts{handlers_[i]->shard(), loop, shared_.directory, shared_.config.node, sum},
          number);
      reentry->go_on();
    });
  }
}

}  // namespace whoosh::edge
