// Long: one simulation, read from top to bottom.
//
// rating_sim: how well ratings of an asymmetric team game find true skill. Plays matches of eight
// seats (six of team 1, two of team 2) among players of known skill, rates them by several rules
// side by side, and prints Spearman's correlation of mu with skill after 5 … 60 matches each, and
// at the end: mean sigma; miss, what sigma should be; spread and drift of mu; the learned side bias
// and the wins of team 1 that it stands for in an even match; loss, the mean of -ln(chance given to
// what happened), where guessing 50 % gives 0.6931. Deterministic: the same seed prints the same
// table. docs/adr/0003-team-rating.md stands on it.
//
//   rating_sim [--seed N] [--players N] [--matches N] [--runs N]
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <span>
#include <string_view>
#include <vector>

#include "base/rng.h"
#include "match/rating.h"

namespace {

using whoosh::base::Rng;
namespace match = whoosh::match;

constexpr std::size_t seats = 8;
constexpr std::size_t first_seats = 6;
constexpr std::array<int, 5> checkpoints{5, 10, 20, 40, 60};

double uniform(Rng& rng) {
  return (static_cast<double>(rng.next() >> 11) + 0.5) * 0x1.0p-53;
}

double normal(Rng& rng) {  // Box-Muller
  constexpr double tau_angle = 6.283185307179586;
  return std::sqrt(-2 * std::log(uniform(rng))) * std::cos(tau_angle * uniform(rng));
}

// ---- the world ---------------------------------------------------------------------------------

struct World {
  double town_wins = 0.5;  // of evenly matched teams
  double luck = 2;         // standard deviation, in standard deviations of skill
  double role_share =
      0.5;  // how much of a player's skill is his own in each role, 0 = the same in both
};

struct Person {
  double as_first = 0;
  double as_second = 0;
  [[nodiscard]] double skill()
      const {  // what one rating can hope to know: seats weigh as they are drawn
    return (first_seats * as_first + (seats - first_seats) * as_second) / seats;
  }
};

std::vector<Person> make_people(Rng& rng, std::size_t count, const World& world) {
  std::vector<Person> people(count);
  const double own = world.role_share;
  const double common = std::sqrt(1 - own * own);
  for (Person& person : people) {
    const double base = normal(rng);
    person.as_first = common * base + own * normal(rng);
    person.as_second = common * base + own * normal(rng);
  }
  return people;
}

// Quantile of the standard normal distribution by bisection; exact enough for a bias.
double normal_quantile(double p) {
  double low = -8;
  double high = 8;
  for (int i = 0; i < 80; ++i) {
    const double middle = (low + high) / 2;
    (0.5 * std::erfc(-middle / std::sqrt(2.0)) < p ? low : high) = middle;
  }
  return low;
}

struct Played {
  std::array<std::size_t, seats> who{};  // the last two are team 2
  std::array<std::int32_t, seats> points{};
  bool first_won = false;
};

// Mean skill against mean skill plus luck; the threshold makes teams of average people win as often
// as asked.
Played play(Rng& rng, const std::vector<Person>& people, std::span<const std::size_t> who,
            const World& world) {
  Played played;
  std::copy(who.begin(), who.end(), played.who.begin());
  double first = 0;
  double second = 0;
  for (std::size_t i = 0; i < seats; ++i) {
    const Person& person = people[who[i]];
    const double strength = i < first_seats ? person.as_first : person.as_second;
    (i < first_seats ? first : second) += strength;
    played.points[i] = static_cast<std::int32_t>(100 * (strength + world.luck * normal(rng)));
  }
  first /= first_seats;
  second /= seats - first_seats;
  // Spread of the difference among average groups, so that `town_wins` is the share over all
  // matches.
  const double spread =
      std::sqrt(1.0 / first_seats + 1.0 / (seats - first_seats) + world.luck * world.luck);
  const double threshold = -normal_quantile(world.town_wins) * spread;
  played.first_won = first - second + world.luck * normal(rng) > threshold;
  return played;
}

// ---- the rules ---------------------------------------------------------------------------------

class Rule {
 public:
  explicit Rule(std::size_t people) : ratings_(people) {}
  virtual ~Rule() = default;
  // Answers the chance of team 1 as it seemed before.
  virtual double rate(const Played& played) = 0;
  [[nodiscard]] virtual double bias() const { return 0; }
  [[nodiscard]] const std::vector<match::Rating>& ratings() const { return ratings_; }

 protected:
  std::vector<match::Rating> ratings_;
};

// What libs/match does.
class Means final : public Rule {
 public:
  Means(std::size_t people, match::TeamTuning tuning) : Rule(people), tuning_(tuning) {}

  double rate(const Played& played) override {
    match::TeamMatch question;
    question.team_sizes = {first_seats, seats - first_seats};
    question.first_team_score = played.first_won ? 1 : 0;
    question.side_bias = bias_;
    for (std::size_t i = 0; i < seats; ++i) {
      question.players.push_back(
          {ratings_[played.who[i]], i < first_seats ? 1 : 2, played.points[i], false, 1});
    }
    const match::TeamOutcome outcome = match::rate_teams(question, tuning_);
    bias_ = outcome.side_bias;
    for (std::size_t i = 0; i < seats; ++i) ratings_[played.who[i]] = outcome.ratings[i];
    return outcome.first_team_chance;
  }
  [[nodiscard]] double bias() const override { return bias_; }

 private:
  match::TeamTuning tuning_;
  double bias_ = 0;
};

// Stock OpenSkill, Plackett-Luce of two teams: strengths add, c and gamma as in openskill 5.
class Sums final : public Rule {
 public:
  using Rule::Rule;

  double rate(const Played& played) override {
    std::array<double, 2> mu{};
    std::array<double, 2> variance{};
    for (std::size_t i = 0; i < seats; ++i) {
      const match::Rating& rating = ratings_[played.who[i]];
      mu[i < first_seats ? 0 : 1] += rating.mu;
      variance[i < first_seats ? 0 : 1] += rating.sigma * rating.sigma;
    }
    const double c = std::sqrt(variance[0] + variance[1] + 2 * match::beta * match::beta);
    const double p_first = 1 / (1 + std::exp((mu[1] - mu[0]) / c));
    for (std::size_t i = 0; i < seats; ++i) {
      const std::size_t team = i < first_seats ? 0 : 1;
      const bool won = played.first_won == (team == 0);
      const double p = team == 0 ? p_first : 1 - p_first;
      match::Rating& rating = ratings_[played.who[i]];
      const double own = rating.sigma * rating.sigma;
      const double gamma = std::sqrt(variance[team]) / c;
      // The winner takes part in one stage, the loser in the same one: omega = s - p, delta = p (1
      // - p).
      rating.mu += own / c * ((won ? 1 : 0) - p);
      const double shrink = own / (c * c) * gamma * p * (1 - p);
      rating.sigma *= std::sqrt(std::max(1 - shrink, match::kappa));
    }
    return p_first;
  }
};

// Team Elo on means, without knowledge of the sides: K = 32 for everybody. In units of mu (40
// points each).
class Elo final : public Rule {
 public:
  using Rule::Rule;

  double rate(const Played& played) override {
    std::array<double, 2> mean{};
    for (std::size_t i = 0; i < seats; ++i) {
      const std::size_t team = i < first_seats ? 0 : 1;
      mean[team] += ratings_[played.who[i]].mu / static_cast<double>(team == 0 ? first_seats : 2);
    }
    const double points = match::display_per_mu * (mean[0] - mean[1]);
    const double expected = 1 / (1 + std::pow(10, -points / 400));
    const double step = 32 / match::display_per_mu * ((played.first_won ? 1 : 0) - expected);
    for (std::size_t i = 0; i < seats; ++i) {
      ratings_[played.who[i]].mu += i < first_seats ? step : -step;
    }
    return expected;
  }
};

// ---- measuring ---------------------------------------------------------------------------------

std::vector<double> ranks_of(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t from = 0; from < order.size();) {
    std::size_t to = from;
    while (to < order.size() && values[order[to]] == values[order[from]]) ++to;
    for (std::size_t i = from; i < to; ++i) {
      ranks[order[i]] = static_cast<double>(from + to - 1) / 2;
    }
    from = to;
  }
  return ranks;
}

double spearman(const std::vector<double>& a, const std::vector<double>& b) {
  const auto x = ranks_of(a);
  const auto y = ranks_of(b);
  const double mean = static_cast<double>(a.size() - 1) / 2;
  double xy = 0;
  double xx = 0;
  double yy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xy += (x[i] - mean) * (y[i] - mean);
    xx += (x[i] - mean) * (x[i] - mean);
    yy += (y[i] - mean) * (y[i] - mean);
  }
  return xx > 0 && yy > 0 ? xy / std::sqrt(xx * yy) : 0;
}

struct Measure {
  std::vector<double> correlation;  // at each checkpoint
  double sigma = 0;
  double drift = 0;   // mean of mu above its start
  double spread = 0;  // standard deviation of mu
  double bias = 0;
  double bias_rate = 0;  // town wins that the learned bias and an even match predict
  double loss = 0;       // mean of -ln(chance given to what happened), after the first third
  double miss = 0;       // standard deviation of mu around its line over skill: what sigma claims

  void add(const Measure& other) {
    if (correlation.empty()) correlation.resize(other.correlation.size());
    for (std::size_t i = 0; i < other.correlation.size(); ++i)
      correlation[i] += other.correlation[i];
    sigma += other.sigma;
    drift += other.drift;
    spread += other.spread;
    bias += other.bias;
    bias_rate += other.bias_rate;
    loss += other.loss;
    miss += other.miss;
  }
};

double correlation_now(const Rule& rule, const std::vector<Person>& people) {
  std::vector<double> mu;
  std::vector<double> skill;
  for (std::size_t i = 0; i < people.size(); ++i) {
    mu.push_back(rule.ratings()[i].mu);
    skill.push_back(people[i].skill());
  }
  return spearman(mu, skill);
}

// Standard deviation of mu around the best line through (skill, mu).
double miss_of(const Rule& rule, const std::vector<Person>& people) {
  const auto n = static_cast<double>(people.size());
  double x = 0;
  double y = 0;
  for (std::size_t i = 0; i < people.size(); ++i) {
    x += people[i].skill() / n;
    y += rule.ratings()[i].mu / n;
  }
  double xx = 0;
  double xy = 0;
  double yy = 0;
  for (std::size_t i = 0; i < people.size(); ++i) {
    const double dx = people[i].skill() - x;
    const double dy = rule.ratings()[i].mu - y;
    xx += dx * dx;
    xy += dx * dy;
    yy += dy * dy;
  }
  return std::sqrt(std::max(0.0, yy - xy * xy / xx) / n);
}

void measure_end(const Rule& rule, Measure& measure) {
  const auto& ratings = rule.ratings();
  const auto n = static_cast<double>(ratings.size());
  double mean = 0;
  double variance = 0;
  for (const match::Rating& rating : ratings) {
    measure.sigma += rating.sigma / n;
    mean += rating.mu / n;
    variance += rating.sigma * rating.sigma / n;
  }
  measure.drift = mean - match::mu_start;
  double square = 0;
  for (const match::Rating& rating : ratings) square += (rating.mu - mean) * (rating.mu - mean) / n;
  measure.spread = std::sqrt(square);
  measure.bias = rule.bias();
  const double c = std::sqrt(2 * variance + 2 * match::beta * match::beta);
  measure.bias_rate = 1 / (1 + std::exp(-rule.bias() / c));
}

// Everybody plays `matches` matches, in random groups; every rule sees the same matches.
std::vector<Measure> run(Rng& rng, const World& world, std::size_t count, int matches,
                         std::span<Rule* const> rules) {
  const std::vector<Person> people = make_people(rng, count, world);
  std::vector<Measure> measures(rules.size());
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  double judged = 0;
  for (int round = 1; round <= matches; ++round) {
    rng.shuffle(std::span<std::size_t>(order));
    for (std::size_t at = 0; at + seats <= count; at += seats) {
      const Played played =
          play(rng, people, std::span<const std::size_t>(order).subspan(at, seats), world);
      for (std::size_t i = 0; i < rules.size(); ++i) {
        const double chance = rules[i]->rate(played);
        if (round <= matches / 3) continue;
        measures[i].loss -= std::log(std::max(1e-12, played.first_won ? chance : 1 - chance));
      }
      if (round > matches / 3) ++judged;
    }
    if (std::find(checkpoints.begin(), checkpoints.end(), round) == checkpoints.end()) continue;
    for (std::size_t i = 0; i < rules.size(); ++i) {
      measures[i].correlation.push_back(correlation_now(*rules[i], people));
    }
  }
  for (std::size_t i = 0; i < rules.size(); ++i) {
    measure_end(*rules[i], measures[i]);
    measures[i].miss = miss_of(*rules[i], people);
    measures[i].loss /= std::max(1.0, judged);
  }
  return measures;
}

// ---- the table ---------------------------------------------------------------------------------

struct Options {
  std::uint64_t seed = 1;
  std::size_t players = 400;
  int matches = 60;
  int runs = 10;
};

struct Variant {
  const char* name;  // numbers are step, shrink
  match::TeamTuning tuning;
};

match::TeamTuning tuned(double step, double shrink, double rate, double step_max, double personal) {
  match::TeamTuning tuning;
  tuning.step = step;
  tuning.shrink = shrink;
  tuning.bias_rate = rate;
  tuning.step_max = step_max;
  tuning.personal = personal;
  return tuning;
}

std::vector<Variant> variants() {
  return {
      {"as built", {}},  // step 1, shrink 3
      {"design: 2, 1", tuned(2, 1, 0.02, 2.5, 0.1)},
      {"2, 1, no limit", tuned(2, 1, 0.02, 100, 0.1)},
      {"2, 4", tuned(2, 4, 0.02, 2.5, 0.1)},
      {"1, 1", tuned(1, 1, 0.02, 2.5, 0.1)},
      {"1, 2", tuned(1, 2, 0.02, 2.5, 0.1)},
      {"1, 4", tuned(1, 4, 0.02, 2.5, 0.1)},
      {"0.5, 1", tuned(0.5, 1, 0.02, 2.5, 0.1)},
      {"no personal points", tuned(1, 3, 0.02, 2.5, 0)},
      {"no bias", tuned(1, 3, 0, 2.5, 0.1)},
      {"bias rate 0.005", tuned(1, 3, 0.005, 2.5, 0.1)},
      {"bias rate 0.05", tuned(1, 3, 0.05, 2.5, 0.1)},
  };
}

void print_row(const char* name, const Measure& sum, int runs) {
  std::printf("  %-20s", name);
  for (const double correlation : sum.correlation) std::printf("  %.3f", correlation / runs);
  std::printf("  %6.2f  %6.2f  %6.2f  %+7.2f  %+6.2f  %.3f  %.4f\n", sum.sigma / runs,
              sum.miss / runs, sum.spread / runs, sum.drift / runs, sum.bias / runs,
              sum.bias_rate / runs, sum.loss / runs);
}

void simulate(const World& world, const Options& options) {
  const std::vector<Variant> all = variants();
  std::vector<Measure> sums(all.size() + 2);
  for (int i = 0; i < options.runs; ++i) {
    Rng rng(options.seed * 1000 + static_cast<std::uint64_t>(i));
    std::vector<Means> means;
    means.reserve(all.size());
    std::vector<Rule*> rules;
    for (const Variant& variant : all) {
      rules.push_back(&means.emplace_back(options.players, variant.tuning));
    }
    Sums stock(options.players);
    Elo elo(options.players);
    rules.push_back(&stock);
    rules.push_back(&elo);
    const auto measures = run(rng, world, options.players, options.matches, rules);
    for (std::size_t k = 0; k < rules.size(); ++k) sums[k].add(measures[k]);
  }
  std::printf("town wins %.2f, luck %.1f, role share %.1f\n", world.town_wins, world.luck,
              world.role_share);
  std::printf("  %-20s", "rule \\ matches");
  for (const int matches : checkpoints) {
    if (matches <= options.matches) std::printf("  %5d", matches);
  }
  std::printf("  %6s  %6s  %6s  %7s  %6s  %5s  %6s\n", "sigma", "miss", "spread", "drift", "bias",
              "even", "loss");
  for (std::size_t k = 0; k < all.size(); ++k) print_row(all[k].name, sums[k], options.runs);
  print_row("OpenSkill sums", sums[all.size()], options.runs);
  print_row("Elo on means, K 32", sums[all.size() + 1], options.runs);
  std::printf("\n");
}

template <class T>
bool read_number(const char* text, T least, T most, T& out) {
  const std::string_view view(text);
  const auto [end, error] = std::from_chars(view.data(), view.data() + view.size(), out);
  return error == std::errc{} && end == view.data() + view.size() && out >= least && out <= most;
}

bool parse(int argc, char** argv, Options& options) {
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    const char* value = argv[i + 1];
    const bool good =
        name == "--seed"      ? read_number<std::uint64_t>(value, 0, 1'000'000, options.seed)
        : name == "--players" ? read_number<std::size_t>(value, seats, 1'000'000, options.players)
        : name == "--matches" ? read_number(value, 1, 10'000, options.matches)
        : name == "--runs"    ? read_number(value, 1, 10'000, options.runs)
                              : false;
    if (!good) return false;
  }
  return argc % 2 == 1;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!parse(argc, argv, options)) {
    std::fputs("usage: rating_sim [--seed N] [--players N] [--matches N] [--runs N]\n", stderr);
    return 2;
  }
  std::printf("seed %llu, %zu players, %d matches each, %d runs; six against two\n\n",
              static_cast<unsigned long long>(options.seed), options.players, options.matches,
              options.runs);
  for (const double town_wins : {0.45, 0.55, 0.68}) {
    for (const double luck : {1.0, 2.0}) simulate({town_wins, luck, 0.5}, options);
  }
  return 0;
}
