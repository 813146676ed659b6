// Goal: refusals about who asks are told, others are not, and a flood is counted instead. Method: a
// table of codes, then more refusals than a second has lines.
#include "services/edge/refusal_log.h"

#include <gtest/gtest.h>

namespace whoosh::edge {
namespace {

using base::ErrorCode;

TEST(RefusalLog, TellsWhoWasRefusedAndWhyAndNoSecret) {
  RefusalLog log;
  const auto line = log.line({ErrorCode::bad_token, "192.0.2.7", "r1"}, 1000);
  EXPECT_EQ(line,
            "security event=access_denied code=bad_token method=GET path=/ws status=401 "
            "client=192.0.2.7 user=- request=r1");
  for (const ErrorCode code : {ErrorCode::foreign_origin, ErrorCode::banned, ErrorCode::bad_ticket,
                               ErrorCode::bad_resume, ErrorCode::unauthorized}) {
    EXPECT_TRUE(log.line({code, "", "r"}, 1000).has_value()) << base::error_name(code);
  }
  EXPECT_NE(log.line({ErrorCode::rate_limited, "", "r"}, 1000)->find("event=rate_limited"),
            std::string::npos);
  for (const ErrorCode code : {ErrorCode::room_not_found, ErrorCode::room_full,
                               ErrorCode::unavailable, ErrorCode::upgrade_required}) {
    EXPECT_FALSE(log.line({code, "", "r"}, 1000).has_value()) << base::error_name(code);
  }
}

TEST(RefusalLog, AFloodIsCounted) {
  RefusalLog log;
  int lines = 0;
  for (int at = 0; at < 500; ++at) {
    lines += log.line({ErrorCode::bad_ticket, "", "r"}, 1000 + at).has_value() ? 1 : 0;
  }
  EXPECT_EQ(lines, RefusalLog::lines_per_second_max);
  const auto next = log.line({ErrorCode::bad_ticket, "", "r"}, 2000);
  ASSERT_TRUE(next.has_value());
  EXPECT_TRUE(next->ends_with(" left_out=480")) << *next;
  EXPECT_FALSE(log.line({ErrorCode::bad_ticket, "", "r"}, 2000)->ends_with("left_out=480"));
}

}  // namespace
}  // namespace whoosh::edge
