// Crowd: one loop of the swarm: thousands of connections on one epoll, each a player in a room or a
// raw WebSocket. It never waits for one of them, keeps some 250 bytes for each, and looks at every
// message: whether it is a frame as the RFC has it, in sequence, when it was due, and, for a share
// of the connections, whether the view that they rebuild is the view that the server has.
//
// A connection:
//
//   waiting ──its turn in the ramp──> connecting ──> knocking ──101──> open ──> closing ──> gone
//                                         └────────────┴──refused──> gone        │
//            away <──cut, or the server went away──────────────────────┘─────────┘
//             └──> connecting, with its resume token
//
// A turn: wait → events → rooms and connections whose second has come (beat) → the ramp's next →
// what the leader says (Board).
//
// Owner: one thread of a run; everything on that thread. Limits: at most 4 MiB for a message.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "net/descriptor.h"
#include "tls/session.h"
#include "tools/swarm/board.h"
#include "tools/swarm/frames.h"
#include "tools/swarm/handshake.h"
#include "tools/swarm/mirror.h"
#include "tools/swarm/plan.h"
#include "tools/swarm/seats.h"
#include "tools/swarm/suspect_bot.h"
#include "tools/swarm/tally.h"

namespace whoosh::swarm {

class Crowd {
 public:
  struct Parts {
    const Plan& plan;
    Board& board;
    std::size_t slot;           // on the board
    std::size_t loops;          // of the whole run
    std::uint32_t connections;  // of this loop
    std::uint32_t first;        // number of its first connection within the run
    SeatQueue* seats;           // nullptr: raw
  };
  // Error: no epoll.
  [[nodiscard]] static base::Result<std::unique_ptr<Crowd>> make(const Parts& parts);
  ~Crowd();

  // Until the board says end and all have left, or 3 s later.
  void run();
  [[nodiscard]] const Tally& tally() const { return tally_; }

 private:
  enum class State : std::uint8_t { waiting, connecting, knocking, open, closing, away, gone };

  struct Bee {  // one connection
    int socket = -1;
    std::uint32_t room = 0;
    std::uint32_t dice = 1;
    State state = State::waiting;
    std::uint8_t place = 0;
    SuspectMemory memory;
    bool ticks : 1 = true;
    bool verified : 1 = false;
    bool cut : 1 = false;    // has this fault
    bool slow : 1 = false;   // has this fault
    bool flood : 1 = false;  // has this fault
    bool been_here : 1 = false;
    bool settled : 1 = false;  // its first try is over
    bool welcomed : 1 = false;
    bool syncing : 1 = false;  // a WELCOME to compare with is on its way
    bool paused : 1 = false;   // reads nothing
    bool in_message : 1 = false;
    bool writing : 1 = false;  // epoll tells when it can write
    bool ended : 1 = false;    // we have sent Close
    std::uint16_t tries = 0;
    std::uint32_t epoch = 0;               // of the handshake's nonce
    std::int64_t seq = -1;                 // of the last STATE; raw: of the last message
    std::int64_t due_ms = 0;               // of the last TICK
    std::int64_t begun_us = 0;             // connect(), or when what was echoed was sent
    std::int64_t wake_ms = 0;              // when a state that only time ends is over
    std::string credential;                // "ticket.…" or "resume.…"
    std::string in;                        // a frame that has begun
    std::string out;                       // what the kernel did not take
    std::unique_ptr<std::string> message;  // fragments
    std::unique_ptr<Mirror> mirror;
    std::unique_ptr<tls::Session> session;  // null: plain
  };
  static_assert(sizeof(Bee) <= 200, "there are a million");

  struct Room {
    Address address;
    std::string host;                  // of the Host header
    std::string name;                  // wss: whose certificate it must be; else empty
    std::string target;                // of the request
    std::vector<std::string> players;  // ids by place
    std::vector<std::uint32_t> bees;
    SuspectStep step = SuspectStep::none;
    std::uint8_t round = 0;
    std::uint8_t match = 0;
    std::uint8_t starter = 0;  // place that presses START
    bool match_on = false;
    std::int64_t start_at_ms = 0;       // 0: nobody is to press it
    std::int64_t due_ms = 0;            // of the last tick
    std::int64_t missed_before_ms = 0;  // due time of the tick before which some were missed
    std::int64_t text_seq = -1;         // of the TICK whose hash this is
    std::uint64_t text_hash = 0;
  };

  explicit Crowd(const Parts& parts);

  // crowd.cpp: the turn
  void turn();
  [[nodiscard]] int patience_ms() const;
  void hear_board();
  void leave_all();
  [[nodiscard]] base::Result<> add_raw(std::uint32_t first);
  void beats();
  void ramp();
  void beat(Bee& bee);
  void take_seats();
  void admit(SeatOffer offer);

  // crowd_connect.cpp: from nothing to open, and back
  void add_bee(std::uint32_t room, std::uint8_t place, std::string credential);
  void connect(Bee& bee);
  bool bind_local(int socket, std::size_t index);
  void connected(Bee& bee);
  void knock(Bee& bee);
  void read_sealed(Bee& bee, std::string_view sealed);
  void take_bytes(Bee& bee, std::string_view bytes, int error, bool ended);
  void write_raw(Bee& bee, std::string_view bytes);
  void read_handshake(Bee& bee, std::string_view bytes, bool ended);
  void opened(Bee& bee);
  void event(Bee& bee, std::uint32_t events);
  void readable(Bee& bee);
  void read_frames(Bee& bee, std::string_view bytes);
  void on_frame(Bee& bee, const ServerFrame& frame);
  void broken(Bee& bee, const char* why);
  void failed(Bee& bee, std::string why);
  void drop(Bee& bee, State next, std::int64_t wake_ms);
  void come_back(Bee& bee, std::int64_t in_ms);
  void settled(Bee& bee);
  void nobody_hears(const Bee& gone);
  void send(Bee& bee, net::Opcode opcode, std::string_view payload);
  void write_out(Bee& bee, std::string_view bytes);
  void watch(Bee& bee, int operation);

  // crowd_messages.cpp: what the server says
  void on_text(Bee& bee, std::string_view text);
  void on_raw(Bee& bee, std::string_view text);
  void on_welcome(Bee& bee, std::string_view text);
  void on_tick(Bee& bee, std::string_view text);
  void on_state(Bee& bee, std::string_view text);
  void on_error(Bee& bee, std::string_view text);
  void on_event(Bee& bee, std::string_view type, std::string_view text);
  void on_moved(Bee& bee, std::string_view text);
  void hear_step(Room& room, std::string_view text);
  void room_tick(Room& room, std::int64_t due_ms);
  void hear_tick_hz(std::string_view text);
  void mirror_welcome(Bee& bee, std::string_view text);
  void wrong(std::string what);

  // crowd_play.cpp: what its players do
  void play(Bee& bee);
  void press_start(Bee& bee);
  void misbehave(Bee& bee);
  void echo(Bee& bee);
  void say(Bee& bee, std::string_view text);

  [[nodiscard]] Room& room_of(const Bee& bee) { return rooms_[bee.room]; }
  [[nodiscard]] Dice dice(Bee& bee) { return Dice(bee.dice); }
  [[nodiscard]] Knock knock_of(const Bee& bee) const;
  void count_lateness(std::int64_t due_ms);

  const Plan& plan_;
  Board& board_;
  BoardSlot& slot_;
  const std::size_t slot_number_;
  const std::uint32_t connections_;
  const double ramp_per_s_;
  SeatQueue* const seats_;
  net::Descriptor epoll_;
  std::vector<Bee> bees_;    // reserved whole: never moved
  std::vector<Room> rooms_;  // raw: one for each URL, without players
  std::vector<char> buffer_;
  std::vector<char> sealed_;  // as received
  tls::Exchange exchange_;
  std::string scratch_;
  std::string frame_;
  Tally tally_;
  Second* second_ = nullptr;  // of now; nullptr: outside the window
  bool in_window_ = false;
  bool leaving_ = false;
  bool storm_done_ = false;
  double period_ms_ = 1000;  // of a tick, as WELCOME says
  std::int64_t now_us_ = 0;  // unix time
  std::int64_t now_ms_ = 0;
  std::int64_t leave_by_ms_ = 0;
  std::int64_t ramp_began_ms_ = 0;
  std::int64_t beat_at_ms_ = 0;
  std::int64_t window_cpu_began_us_ = 0;
  std::uint32_t next_to_connect_ = 0;
  std::uint32_t next_to_beat_ = 0;
  double beats_due_ = 0;
  std::uint32_t connecting_ = 0;
  std::uint32_t nonce_ = 0;
};

}  // namespace whoosh::swarm
