// What a connection costs in tokens: signing and checking, access token and seat ticket
// (performance.md: connect), by size of the key. Each benchmark checks its answer.
#include <benchmark/benchmark.h>

#include <map>
#include <mutex>

#include "auth/tokens.h"

namespace whoosh::auth {
namespace {

constexpr base::UnixMs now{1'700'000'000'000};
constexpr int by_secret = 0;  // in place of a size: seat tickets of a secret

const TokenAuthority& authority(int bits) {
  static std::mutex mutex;  // protects made
  static std::map<int, TokenAuthority> made;
  const std::lock_guard lock(mutex);
  const auto found = made.find(bits);
  if (found != made.end()) return found->second;
  auto keys = std::make_shared<const KeySet>(std::move(*KeySet::from_pem(
      std::vector<std::string>{*make_key_pem(bits == by_secret ? rsa_bits_default : bits)})));
  std::optional<ClusterKey> seats;
  if (bits == by_secret) seats = *ClusterKey::from_secret(std::string(32, 's'));
  return made.try_emplace(bits, std::move(keys), Audience{}, seats).first->second;
}

Identity somebody() {
  Identity identity;
  identity.user = base::UserId{17};
  identity.username = "ada";
  identity.display_name = "Ada";
  identity.jti = "q83vEjRWeJCrze8SNFZ4kA";
  return identity;
}
SeatTicket seat() {
  SeatTicket ticket;
  ticket.jti = "q83vEjRWeJCrze8SNFZ4kA";
  ticket.user = base::UserId{17};
  ticket.name = "Ada";
  ticket.avatar = "fox";
  ticket.room = base::RoomId::make(7, base::ShardNo{3}, 1);
  ticket.role = "player";
  return ticket;
}
int bits_of(const benchmark::State& state) {
  return static_cast<int>(state.range(0));
}

void sign_access(benchmark::State& state) {
  const TokenAuthority& tokens = authority(bits_of(state));
  for (auto _ : state) {
    const auto token = tokens.make_access(somebody(), now);
    if (!token) state.SkipWithError("not signed");
    benchmark::DoNotOptimize(token);
  }
}
BENCHMARK(sign_access)->Arg(2048)->Arg(3072)->UseRealTime();

void check_access(benchmark::State& state) {
  const TokenAuthority& tokens = authority(bits_of(state));
  const std::string token = *tokens.make_access(somebody(), now);
  for (auto _ : state) {
    const auto identity = tokens.check_access(token, now);
    if (!identity || identity->user.value != 17) state.SkipWithError("not accepted");
    benchmark::DoNotOptimize(identity);
  }
}
BENCHMARK(check_access)->Arg(2048)->Arg(3072)->ThreadRange(1, 2)->UseRealTime();

void sign_seat(benchmark::State& state) {
  const TokenAuthority& tokens = authority(bits_of(state));
  for (auto _ : state) {
    const auto token = tokens.make_seat(seat(), now);
    if (!token) state.SkipWithError("not signed");
    benchmark::DoNotOptimize(token);
  }
}
BENCHMARK(sign_seat)->Arg(2048)->Arg(3072)->Arg(by_secret)->UseRealTime();

void check_seat(benchmark::State& state) {
  const TokenAuthority& tokens = authority(bits_of(state));
  const std::string token = *tokens.make_seat(seat(), now);
  for (auto _ : state) {
    const auto ticket = tokens.check_seat(token, now);
    if (!ticket || ticket->user.value != 17) state.SkipWithError("not accepted");
    benchmark::DoNotOptimize(ticket);
  }
}
BENCHMARK(check_seat)->Arg(2048)->Arg(3072)->Arg(by_secret)->ThreadRange(1, 2)->UseRealTime();

void check_forged_access(benchmark::State& state) {
  const TokenAuthority& tokens = authority(bits_of(state));
  std::string token = *tokens.make_access(somebody(), now);
  token[token.size() - 10] = token[token.size() - 10] == 'A' ? 'B' : 'A';
  for (auto _ : state) {
    const auto identity = tokens.check_access(token, now);
    if (identity) state.SkipWithError("accepted");
    benchmark::DoNotOptimize(identity);
  }
}
BENCHMARK(check_forged_access)->Arg(3072);

}  // namespace
}  // namespace whoosh::auth
