#include "services/cli/log.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <chrono>

#include "base/json_writer.h"
#include "base/time.h"

namespace whoosh::cli {
namespace {

// One JSON object a line: {"ts":…,"level":…,"msg":…}; the text is escaped, whatever is in it.
class JsonFormatter final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    const auto ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(message.time.time_since_epoch())
            .count();
    const auto level = spdlog::level::to_string_view(message.level);
    std::string line;
    base::JsonWriter json(line);
    json.begin_object()
        .member("ts", base::rfc3339({ms}))
        .member("level", std::string_view(level.data(), level.size()))
        .member("msg", std::string_view(message.payload.data(), message.payload.size()))
        .end_object();
    line.push_back('\n');
    out.append(line.data(), line.data() + line.size());
  }
  [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<JsonFormatter>();
  }
};

}  // namespace

void start_log(const std::string& level, const std::string& format) {
  auto logger =
      std::make_shared<spdlog::logger>("whoosh", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_level(spdlog::level::from_str(level == "warn" ? "warning" : level));
  logger->flush_on(spdlog::level::info);
  if (format == "json")
    logger->set_formatter(std::make_unique<JsonFormatter>());
  else
    logger->set_pattern("%Y-%m-%d %H:%M:%S.%e %l %v");
  spdlog::set_default_logger(std::move(logger));
}

}  // namespace whoosh::cli
