// Goal: a certificate changes while we run: the new one is given on, a bad one changes nothing but
// the log and the metrics. Method: real files of an authority of the test's own.
#include "services/role/tls_watch.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "tls/tls_test_support.h"

namespace whoosh::role {
namespace {

namespace fs = std::filesystem;

bool eventually(const std::function<bool()>& holds) {
  for (int i = 0; i < 2000 && !holds(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  return holds();
}

class TlsWatchTest : public testing::Test {
 protected:
  void start(std::int64_t period_ms) {
    watch_ = TlsWatch::make(files_, clock_).value();
    watch_->start([this](const tls::ContextPtr&) { ++told_; }, period_ms);
  }
  [[nodiscard]] std::string subject() const { return watch_->current()->certificate().subject; }
  [[nodiscard]] std::string metrics() const {
    metrics::Exposition out;
    watch_->collect(out);
    return out.text();
  }
  [[nodiscard]] bool says(const std::string& line) const {
    return metrics().find(line) != std::string::npos;
  }
  // As tools that renew do: a new file takes the place of the old one.
  void put(const tls::CertificateFiles& from) {
    fs::rename(from.key, files_.key);
    fs::rename(from.certificate, files_.certificate);
  }

  runtime::OsClock clock_;
  tls::TestAuthority authority_;
  tls::CertificateFiles files_ = authority_.issue("first");
  // At least: a look of its own may find the new pair just before the one that was asked for.
  std::atomic<int> told_{0};
  std::unique_ptr<TlsWatch> watch_;
};

TEST_F(TlsWatchTest, AChangedPairIsTakenByItself) {
  start(10);
  EXPECT_EQ(subject(), "CN = first");
  EXPECT_EQ(told_, 0);
  put(authority_.issue("second"));
  EXPECT_TRUE(eventually([&] { return told_ >= 1; }));
  EXPECT_EQ(subject(), "CN = second");
  EXPECT_TRUE(eventually([&] { return !says("whoosh_tls_reloads_total 0"); }));
}

TEST_F(TlsWatchTest, WhoAsksNeedNotWait) {
  start(3'600'000);
  put(authority_.issue("second"));
  watch_->reload();
  EXPECT_TRUE(eventually([&] { return told_ >= 1; }));
  EXPECT_EQ(subject(), "CN = second");
}

TEST_F(TlsWatchTest, ABadPairLeavesTheFormerOneInUse) {
  start(3'600'000);
  std::ofstream(files_.certificate) << "no certificate";
  watch_->reload();
  EXPECT_TRUE(eventually([&] { return says("whoosh_tls_stale 1"); }));
  EXPECT_EQ(subject(), "CN = first");
  EXPECT_EQ(told_, 0);
  put(authority_.issue("second"));
  watch_->reload();
  EXPECT_TRUE(eventually([&] { return says("whoosh_tls_stale 0") && told_ >= 1; }));
  EXPECT_EQ(subject(), "CN = second");
}

TEST_F(TlsWatchTest, HalfANewPairIsWaitedFor) {
  start(10);
  const auto next = authority_.issue("second");
  fs::rename(next.key, files_.key);
  EXPECT_TRUE(eventually([&] { return says("whoosh_tls_stale 1"); }));
  EXPECT_EQ(told_, 0);
  fs::rename(next.certificate, files_.certificate);
  EXPECT_TRUE(eventually([&] { return told_ >= 1; }));
  EXPECT_TRUE(eventually([&] { return says("whoosh_tls_stale 0"); }));
  EXPECT_EQ(subject(), "CN = second");
}

TEST_F(TlsWatchTest, TheEndOfTheCertificateIsAMetric) {
  files_ = authority_.issue("old", {.begins_s = -7200, .ends_s = -3600});
  start(3'600'000);
  EXPECT_TRUE(says("whoosh_tls_certificate_expires_seconds -3")) << metrics();
}

TEST_F(TlsWatchTest, WithoutAPairThereIsNoStart) {
  EXPECT_FALSE(TlsWatch::make({files_.certificate, "/nowhere/x.key"}, clock_));
  EXPECT_EQ(check_tls_knobs("", ""), "");
  EXPECT_EQ(check_tls_knobs("a", "b"), "");
  EXPECT_NE(check_tls_knobs("a", "").find("--tls-key"), std::string::npos);
  EXPECT_NE(check_tls_knobs("", "b").find("--tls-cert"), std::string::npos);
}

}  // namespace
}  // namespace whoosh::role
