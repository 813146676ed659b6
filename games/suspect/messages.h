// What Suspect says on the wire: payloads of its messages, its events, and the members of its
// views. tools/wiregen writes their TypeScript types from here; `WireTypes` at the end is the list.
//
// Ids are public ids of players ("17", "bot_1"); seconds are seconds of the match. Times of day are
// the room's business. Values only, any thread. Texts are views: into the parser's document for
// inputs, into the State and the content for views. A struct here lives as long as the call that
// fills it.
//
// A field whose name ends in an underscore loses it on the wire (`case_` is "case":
// base/described.h). Every member of a view is always written, empty ones as null: a merge patch
// can't see a key go.
#pragma once

#include <boost/mp11.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/described.h"
#include "base/fixed.h"
#include "rules/limits.h"

namespace whoosh::games::suspect {

using base::FixedVector;
using base::Nullable;

inline constexpr std::size_t seats_max = rules::seats_max;
inline constexpr std::size_t rounds = 3;
inline constexpr std::size_t scenes_per_match = 12;
inline constexpr std::size_t evidence_targets_max = 3;
inline constexpr std::size_t news_names_max = 5;
inline constexpr std::size_t talk_shown_max = 12;
inline constexpr std::size_t whispers_shown_max = 8;

using Text = std::string_view;
using IdList = FixedVector<Text, seats_max>;

// A headline with the names in it; content.cpp holds the headlines to their part.
inline constexpr std::size_t headline_bytes_max = 160;
using NewsText = base::FixedString<headline_bytes_max + news_names_max*(rules::name_bytes_max + 5)>;

// ---- words of the game --------------------------------------------------------------------------

enum class Phase : std::uint8_t { INTERROGATION, VOTING, FINISHED };
BOOST_DESCRIBE_ENUM(Phase, INTERROGATION, VOTING, FINISHED)

enum class Step : std::uint8_t { BRIEFING, ANSWER, CROSSFIRE, VOTE, REVEAL };
BOOST_DESCRIBE_ENUM(Step, BRIEFING, ANSWER, CROSSFIRE, VOTE, REVEAL)

enum class Role : std::uint8_t { WITNESS, INSPECTOR, CULPRIT };
BOOST_DESCRIBE_ENUM(Role, WITNESS, INSPECTOR, CULPRIT)

// one_of: at least one of three is a culprit. clear: this one is clean. blank: a culprit's, to be
// forged.
enum class CardKind : std::uint8_t { one_of, clear, blank };
BOOST_DESCRIBE_ENUM(CardKind, one_of, clear, blank)

enum class EvidenceKind : std::uint8_t { one_of, clear };
BOOST_DESCRIBE_ENUM(EvidenceKind, one_of, clear)

// ---- client to server ---------------------------------------------------------------------------

struct SuspectInput {
  Nullable<Text> target;
};  // SUSPECT, VOTE; null: nobody
BOOST_DESCRIBE_STRUCT(SuspectInput, (), (target))
struct AnswerInput {  // ANSWER
  base::Raw q;        // 1, 2, 3 or "press"
  Text text;
};
BOOST_DESCRIBE_STRUCT(AnswerInput, (), (q, text))
struct SayInput {  // SAY: one of the two
  std::optional<Text> text;
  std::optional<Text> line;  // id of a canned line
};
BOOST_DESCRIBE_STRUCT(SayInput, (), (text, line))
struct WhisperInput {
  Text text;
};  // WHISPER
BOOST_DESCRIBE_STRUCT(WhisperInput, (), (text))
struct EvidenceInput {  // EVIDENCE: empty for a witness, both for a culprit
  std::optional<EvidenceKind> kind;
  std::optional<FixedVector<Text, evidence_targets_max>> targets;
};
BOOST_DESCRIBE_STRUCT(EvidenceInput, (), (kind, targets))
struct PressInput {
  Text target;
};  // PRESS
BOOST_DESCRIBE_STRUCT(PressInput, (), (target))
struct InspectInput {
  Text target;
};  // INSPECT
BOOST_DESCRIBE_STRUCT(InspectInput, (), (target))
struct EscapeInput {
  Text scene;
};  // ESCAPE: id of a scene
BOOST_DESCRIBE_STRUCT(EscapeInput, (), (scene))
struct LockInput {};  // LOCK
BOOST_DESCRIBE_STRUCT(LockInput, (), ())
struct RoleSeenInput {};  // ROLE_SEEN
BOOST_DESCRIBE_STRUCT(RoleSeenInput, (), ())

// ---- events -------------------------------------------------------------------------------------

struct NewsEvent {  // EVENT_NEWS
  NewsText message;
  Phase phase = Phase::VOTING;
  FixedVector<Text, news_names_max> names;
};
BOOST_DESCRIBE_STRUCT(NewsEvent, (), (message, phase, names))
struct SayEvent {
  Text from;
  Text text;
  std::uint32_t at = 0;
};  // EVENT_SAY
BOOST_DESCRIBE_STRUCT(SayEvent, (), (from, text, at))
struct WhisperEvent {
  Text from;
  Text text;
  std::uint32_t at = 0;
};  // EVENT_WHISPER, to culprits
BOOST_DESCRIBE_STRUCT(WhisperEvent, (), (from, text, at))
struct EvidenceEvent {  // EVENT_EVIDENCE; also one row of PublicView.evidence
  Text by;
  EvidenceKind kind = EvidenceKind::one_of;
  FixedVector<Text, evidence_targets_max> targets;
  bool verified = true;
};
BOOST_DESCRIBE_STRUCT(EvidenceEvent, (), (by, kind, targets, verified))
struct PressEvent {
  Text by;
  Text target;
  Text question;
};  // EVENT_PRESS
BOOST_DESCRIBE_STRUCT(PressEvent, (), (by, target, question))
struct InspectEvent {
  Text target;
  bool culprit = false;
};  // EVENT_INSPECT, to the inspector
BOOST_DESCRIBE_STRUCT(InspectEvent, (), (target, culprit))
struct RevealEvent {  // EVENT_REVEAL
  Nullable<Text> accused;
  IdList culprits;
  bool town_wins = false;
  bool slipped_away = false;
};
BOOST_DESCRIBE_STRUCT(RevealEvent, (), (accused, culprits, town_wins, slipped_away))

// Who suspects whom, every player a key.
using Meter = base::FixedMap<Nullable<Text>, seats_max>;

struct TickMembers {
  Meter confmeter;
};  // in TICK
BOOST_DESCRIBE_STRUCT(TickMembers, (), (confmeter))
struct GameOverMembers {  // in GAME_OVER
  Meter confmeter;
  Nullable<Text> accused;
  IdList culprits;
  bool town_wins = false;
  bool slipped_away = false;
};
BOOST_DESCRIBE_STRUCT(GameOverMembers, (), (confmeter, accused, culprits, town_wins, slipped_away))

// ---- the public view ----------------------------------------------------------------------------

struct CaseView {
  Text title;
  Text stolen;
  Text briefing;
};
BOOST_DESCRIBE_STRUCT(CaseView, (), (title, stolen, briefing))
struct SceneView {
  Text id;
  Text name;
};
BOOST_DESCRIBE_STRUCT(SceneView, (), (id, name))
struct QuestionView {
  std::uint8_t round = 0;
  Text type;  // sense, do, people, object
  Text text;
};
BOOST_DESCRIBE_STRUCT(QuestionView, (), (round, type, text))
struct AnswersView {  // one revealed round
  std::uint8_t round = 0;
  Text question;
  FixedVector<Nullable<Text>, seats_max> texts;  // by seat; null: no answer
};
BOOST_DESCRIBE_STRUCT(AnswersView, (), (round, question, texts))
struct PressView {
  Text by;
  Text target;
  Text question;
  std::uint32_t ends_s = 0;
};
BOOST_DESCRIBE_STRUCT(PressView, (), (by, target, question, ends_s))
struct PressAnswerView {
  Text target;
  Text question;
  Nullable<Text> text;
};
BOOST_DESCRIBE_STRUCT(PressAnswerView, (), (target, question, text))
struct NewsView {
  NewsText message;
  FixedVector<Text, news_names_max> names;
};
BOOST_DESCRIBE_STRUCT(NewsView, (), (message, names))
struct EscapeReveal {
  SceneView scene;
  bool correct = false;
};
BOOST_DESCRIBE_STRUCT(EscapeReveal, (), (scene, correct))
struct CardReveal {
  Text holder;
  CardKind kind{};  // blank: a culprit never used it
  FixedVector<Text, evidence_targets_max> targets;
  bool truthful = true;
  bool published = false;
};
BOOST_DESCRIBE_STRUCT(CardReveal, (), (holder, kind, targets, truthful, published))
struct RevealView {
  Nullable<Text> accused;
  IdList culprits;
  Nullable<Text> inspector;
  SceneView scene;
  Nullable<EscapeReveal> escape;
  bool town_wins = false;
  bool slipped_away = false;
  bool is_void = false;
  FixedVector<CardReveal, seats_max> cards;
  Meter votes;
  base::FixedMap<std::int32_t, seats_max> points;
  Nullable<Text> mvp;
  // Since when a player held his final, right suspicion without a break; null: his vote was no
  // culprit.
  base::FixedMap<Nullable<std::uint32_t>, seats_max> right_since;
};
BOOST_DESCRIBE_STRUCT(RevealView, (),
                      (accused, culprits, inspector, scene, escape, town_wins, slipped_away,
                       is_void, cards, votes, points, mvp, right_since))

struct PublicView {
  Phase phase{};
  Step step{};
  std::uint8_t round = 0;  // 1 … 3 from the first question on
  IdList order;            // ids by seat
  CaseView case_;
  FixedVector<SceneView, scenes_per_match> scenes;
  Nullable<QuestionView> question;
  FixedVector<bool, seats_max> answered;
  FixedVector<AnswersView, rounds> answers;
  FixedVector<EvidenceEvent, seats_max> evidence;
  Meter confmeter;
  std::uint8_t locks = 0;
  Nullable<PressView> press;
  FixedVector<PressAnswerView, seats_max> press_answers;
  Nullable<NewsView> news;
  Nullable<RevealView> reveal;
};
BOOST_DESCRIBE_STRUCT(PublicView, (),
                      (phase, step, round, order, case_, scenes, question, answered, answers,
                       evidence, confmeter, locks, press, press_answers, news, reveal))
struct PublicBacklog {
  FixedVector<SayEvent, talk_shown_max> talk;
};  // full views only
BOOST_DESCRIBE_STRUCT(PublicBacklog, (), (talk))

// ---- the private view of a seat -----------------------------------------------------------------

struct CardView {
  CardKind kind{};
  FixedVector<Text, evidence_targets_max> targets;
  bool published = false;
};
BOOST_DESCRIBE_STRUCT(CardView, (), (kind, targets, published))
struct EscapeView {
  Nullable<Text> scene;
  bool locked = false;
};
BOOST_DESCRIBE_STRUCT(EscapeView, (), (scene, locked))
struct PressMeView {
  Text question;
  std::uint32_t ends_s = 0;
};
BOOST_DESCRIBE_STRUCT(PressMeView, (), (question, ends_s))

struct SeatView {
  Role role{};
  Nullable<SceneView> scene;  // null for culprits
  IdList fellows;             // the other culprits, for culprits
  Nullable<CardView> card;
  FixedVector<Nullable<Text>, rounds> my_answers;
  Nullable<Text> my_vote;
  bool locked = false;
  Nullable<InspectEvent> inspected;
  bool can_inspect = false;
  bool can_press = false;
  std::uint8_t says_left = 0;
  Nullable<EscapeView> escape;  // culprits; shared
  Nullable<PressMeView> press_me;
  std::int32_t points = 0;
};
BOOST_DESCRIBE_STRUCT(SeatView, (),
                      (role, scene, fellows, card, my_answers, my_vote, locked, inspected,
                       can_inspect, can_press, says_left, escape, press_me, points))
struct SeatBacklog {
  FixedVector<WhisperEvent, whispers_shown_max> whispers;
};  // full views only
BOOST_DESCRIBE_STRUCT(SeatBacklog, (), (whispers))

// Everything above that a client may want a type for.
using WireTypes =
    boost::mp11::mp_list<SuspectInput, AnswerInput, SayInput, WhisperInput, EvidenceInput,
                         PressInput, InspectInput, EscapeInput, LockInput, RoleSeenInput, NewsEvent,
                         SayEvent, WhisperEvent, EvidenceEvent, PressEvent, InspectEvent,
                         RevealEvent, TickMembers, GameOverMembers, CaseView, SceneView,
                         QuestionView, AnswersView, PressView, PressAnswerView, NewsView,
                         EscapeReveal, CardReveal, RevealView, PublicView, PublicBacklog, CardView,
                         EscapeView, PressMeView, SeatView, SeatBacklog>;

}  // namespace whoosh::games::suspect
