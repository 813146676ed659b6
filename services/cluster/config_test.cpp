// Goal: a wrong knob is named, a secret is never shown, a file's text is what counts. Method:
// tables.
#include "services/cluster/config.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>

namespace whoosh::cluster {
namespace {

const std::string secret(40, 's');

template <class Config>
Config good() {
  Config config;
  config.cluster_secret = secret;
  EXPECT_TRUE(resolve(config));
  return config;
}

template <class Config>
void expect_wrong(const std::string& knob, const std::function<void(Config&)>& change) {
  Config config = good<Config>();
  change(config);
  const auto checked = check(config);
  ASSERT_FALSE(checked) << knob;
  EXPECT_NE(checked.error().message.find("--" + knob), std::string::npos)
      << checked.error().message;
}

TEST(ClusterConfig, DefaultsAreGood) {
  EXPECT_TRUE(check(good<ApiConfig>()));
  EXPECT_TRUE(check(good<EdgeConfig>()));
  EXPECT_TRUE(check(good<MatchmakerConfig>()));
  EXPECT_FALSE(good<EdgeConfig>().node_name.empty());
}

TEST(ClusterConfig, AnInternalHostIsAnAddressOrAName) {
  for (const char* host : {"10.0.0.7", "fd00::7", "edge-1", "edge-0.edge.whoosh.svc"}) {
    EdgeConfig config = good<EdgeConfig>();
    config.internal_host = host;
    EXPECT_TRUE(check(config)) << host;
  }
}

TEST(ClusterConfig, AWrongValueNamesItsKnob) {
  expect_wrong<ApiConfig>("state", [](auto& c) { c.state = "memory"; });
  expect_wrong<ApiConfig>("cluster-secret", [](auto& c) { c.cluster_secret = "short"; });
  expect_wrong<ApiConfig>("keys", [](auto& c) { c.keys.clear(); });
  expect_wrong<ApiConfig>("log-level", [](auto& c) { c.log_level = "loud"; });
  expect_wrong<ApiConfig>("log-format", [](auto& c) { c.log_format = "xml"; });
  expect_wrong<ApiConfig>("database", [](auto& c) { c.database = "mysql://x"; });
  expect_wrong<ApiConfig>("database-connections", [](auto& c) { c.database_connections = 0; });
  expect_wrong<ApiConfig>("api-threads", [](auto& c) { c.api_threads = 65; });
  expect_wrong<ApiConfig>("password-cost", [](auto& c) { c.password_cost = "cheap"; });
  expect_wrong<ApiConfig>("public-url", [](auto& c) { c.public_url = "whoosh.example"; });
  expect_wrong<ApiConfig>("edge-url", [](auto& c) { c.edge_url = "https://whoosh.example"; });
  expect_wrong<ApiConfig>("trusted-proxies", [](auto& c) { c.trusted_proxies = {"proxy"}; });
  expect_wrong<EdgeConfig>("node-name", [](auto& c) { c.node_name = "a b"; });
  expect_wrong<EdgeConfig>("advertise-ws-url", [](auto& c) { c.advertise_ws_url = "edge-1"; });
  expect_wrong<EdgeConfig>("internal-host", [](auto& c) { c.internal_host = "0.0.0.0"; });
  expect_wrong<EdgeConfig>("internal-host", [](auto& c) { c.internal_host = "edge 1"; });
  expect_wrong<EdgeConfig>("tick-ms", [](auto& c) { c.tick_ms = 1; });
  expect_wrong<EdgeConfig>("drain-s", [](auto& c) { c.drain_s = 100'000; });
  expect_wrong<MatchmakerConfig>("edge-url", [](auto& c) { c.edge_url = "x"; });
}

TEST(ClusterConfig, NothingSecretIsPrinted) {
  ApiConfig config = good<ApiConfig>();
  config.state = "redis://user:hunter2@redis.example:6379/1";
  config.database = "postgres://whoosh:hunter2@db.example/whoosh";
  const std::string text = print(config);
  EXPECT_EQ(text.find("hunter2"), std::string::npos) << text;
  EXPECT_EQ(text.find(secret), std::string::npos) << text;
  EXPECT_NE(text.find("cluster-secret = (given)\n"), std::string::npos) << text;
  EXPECT_NE(text.find("state = redis://redis.example:6379/1\n"), std::string::npos) << text;
  EXPECT_NE(text.find("db.example"), std::string::npos) << text;
  EXPECT_NE(text.find("http-port = 8000\n"), std::string::npos) << text;
}

TEST(ClusterConfig, SecretsFromFiles) {
  const auto path = std::filesystem::temp_directory_path() / "whoosh_config_test_secret";
  std::ofstream(path) << secret << "\n";
  EdgeConfig config;
  config.cluster_secret_file = path.string();
  ASSERT_TRUE(resolve(config));
  EXPECT_EQ(config.cluster_secret, secret);
  EXPECT_TRUE(check(config));
  std::filesystem::remove(path);
  const auto missing = resolve(config);
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("--cluster-secret-file"), std::string::npos);
}

}  // namespace
}  // namespace whoosh::cluster
