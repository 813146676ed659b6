// What a connection costs in tokens: signing and checking, access token and seat ticket
// (performance.md: connect). Each benchmark checks its answer.
#include <benchmark/benchmark.h>

#include "auth/tokens.h"

namespace whoosh::auth {
namespace {

constexpr base::UnixMs now{1'700'000'000'000};

const TokenAuthority& authority() {
  static const TokenAuthority made(std::make_shared<const KeySet>(
      std::move(*KeySet::from_pem(std::vector<std::string>{*make_key_pem()}))));
  return made;
}

Identity somebody() {
  Identity identity;
  identity.user = base::UserId{17};
  identity.username = "ada";
  identity.display_name = "Ada";
  identity.jti = "q83vEjRWeJCrze8SNFZ4kA";
  return identity;
}

void sign_access(benchmark::State& state) {
  for (auto _ : state) {
    const auto token = authority().make_access(somebody(), now);
    if (!token) state.SkipWithError("not signed");
    benchmark::DoNotOptimize(token);
  }
}
BENCHMARK(sign_access)->ThreadRange(1, 2)->UseRealTime();

void check_access(benchmark::State& state) {
  const std::string token = *authority().make_access(somebody(), now);
  for (auto _ : state) {
    const auto identity = authority().check_access(token, now);
    if (!identity || identity->user.value != 17) state.SkipWithError("not accepted");
    benchmark::DoNotOptimize(identity);
  }
}
BENCHMARK(check_access)->ThreadRange(1, 2)->UseRealTime();

void check_forged_access(benchmark::State& state) {
  std::string token = *authority().make_access(somebody(), now);
  token[token.size() - 10] = token[token.size() - 10] == 'A' ? 'B' : 'A';
  for (auto _ : state) {
    const auto identity = authority().check_access(token, now);
    if (identity) state.SkipWithError("accepted");
    benchmark::DoNotOptimize(identity);
  }
}
BENCHMARK(check_forged_access);

}  // namespace
}  // namespace whoosh::auth
