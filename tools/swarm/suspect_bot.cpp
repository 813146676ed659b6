#include "tools/swarm/suspect_bot.h"

#include <fmt/format.h>

#include <array>
#include <iterator>

namespace whoosh::swarm {
namespace {

constexpr std::array answers = {"a bit draughty",    "more stairs than expected",
                                "people in a hurry", "smells like rain",
                                "quite loud",        "very shiny"};
constexpr std::array remarks = {"I have my eye on somebody.", "That answer sounds borrowed.",
                                "You have been quiet.", "I was there, believe me."};

class Mover {
 public:
  Mover(SuspectMemory& memory, const SuspectMoment& moment, Dice dice, std::string& out)
      : memory_(memory), moment_(moment), dice_(dice), out_(out) {}

  bool move() {
    switch (moment_.step) {
      case SuspectStep::none:
      case SuspectStep::reveal:
        return false;
      case SuspectStep::briefing:
        return !memory_.seen_role && often(0.2) && (memory_.seen_role = true, say("ROLE_SEEN", {}));
      case SuspectStep::answer:
        return answer();
      case SuspectStep::crossfire:
        return crossfire();
      case SuspectStep::vote:
        return vote();
    }
    return false;
  }

 private:
  bool often(double per_second) { return dice_.happens(per_second * moment_.activity); }

  bool say(std::string_view type, std::string_view members) {
    out_.clear();
    fmt::format_to(std::back_inserter(out_), R"({{"type":"{}","payload":{{{}}}}})", type, members);
    return true;
  }
  bool name_somebody(std::string_view type) {
    return say(type, fmt::format(R"("target":"{}")", somebody()));
  }
  const std::string& somebody() {
    const auto others = static_cast<std::uint32_t>(moment_.players.size()) - 1;
    const std::uint32_t chosen = dice_.below(others);
    return moment_.players[chosen + (chosen >= moment_.place ? 1 : 0)];
  }
  bool talk() {
    return say("SAY", fmt::format(R"("text":"{}")", remarks[dice_.below(remarks.size())]));
  }

  bool answer() {
    if (memory_.answered_round == moment_.round || !often(0.12)) return false;
    memory_.answered_round = moment_.round;
    return say("ANSWER", fmt::format(R"("q":{},"text":"{}")", moment_.round,
                                     answers[dice_.below(answers.size())]));
  }

  // A culprit's card is blank: he clears somebody.
  bool publish() {
    memory_.published = true;
    if (memory_.role != SuspectRole::culprit) return say("EVIDENCE", {});
    return say("EVIDENCE", fmt::format(R"("kind":"clear","targets":["{}"])", somebody()));
  }

  bool crossfire() {
    if (often(0.04)) return name_somebody("SUSPECT");
    if (often(0.03)) return talk();
    if (!memory_.published && often(0.02)) return publish();
    if (!memory_.pressed && often(0.006)) return memory_.pressed = true, name_somebody("PRESS");
    if (memory_.role == SuspectRole::inspector && !memory_.inspected && often(0.03))
      return memory_.inspected = true, name_somebody("INSPECT");
    if (memory_.role == SuspectRole::culprit && often(0.01))
      return say("WHISPER", R"("text":"Who is it going to be?")");
    return false;
  }

  bool vote() {
    if (memory_.locked) return false;
    if (!memory_.voted && often(0.08)) return memory_.voted = true, name_somebody("VOTE");
    if (memory_.voted && often(0.02)) return memory_.locked = true, say("LOCK", {});
    if (often(0.02)) return talk();
    if (memory_.role == SuspectRole::culprit && often(0.03)) return escape();
    return false;
  }

  // Only who keeps the view knows the scenes' ids.
  bool escape() {
    if (moment_.view == nullptr) return false;
    const boost::json::value* scenes = moment_.view->if_contains("scenes");
    if (scenes == nullptr || !scenes->is_array() || scenes->get_array().empty()) return false;
    const auto& list = scenes->get_array();
    const auto& scene = list[dice_.below(static_cast<std::uint32_t>(list.size()))];
    const boost::json::value* id =
        scene.is_object() ? scene.get_object().if_contains("id") : nullptr;
    if (id == nullptr || !id->is_string()) return false;
    return say("ESCAPE", fmt::format(R"("scene":"{}")", std::string_view(id->get_string())));
  }

  SuspectMemory& memory_;
  const SuspectMoment& moment_;
  Dice dice_;
  std::string& out_;
};

}  // namespace

SuspectStep suspect_step(std::string_view name) {
  if (name == "BRIEFING") return SuspectStep::briefing;
  if (name == "ANSWER") return SuspectStep::answer;
  if (name == "CROSSFIRE") return SuspectStep::crossfire;
  if (name == "VOTE") return SuspectStep::vote;
  if (name == "REVEAL") return SuspectStep::reveal;
  return SuspectStep::none;
}

SuspectRole suspect_role(std::string_view name) {
  if (name == "WITNESS") return SuspectRole::witness;
  if (name == "INSPECTOR") return SuspectRole::inspector;
  if (name == "CULPRIT") return SuspectRole::culprit;
  return SuspectRole::unknown;
}

std::string_view suspect_move(SuspectMemory& memory, const SuspectMoment& moment, Dice dice,
                              std::string& scratch) {
  if (moment.players.size() < 2) return {};
  return Mover(memory, moment, dice, scratch).move() ? std::string_view(scratch)
                                                     : std::string_view();
}

}  // namespace whoosh::swarm
