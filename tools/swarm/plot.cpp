#include "tools/swarm/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

namespace whoosh::swarm {
namespace {

constexpr double left = 84;
constexpr double right = 876;
constexpr double panel_height = 170;
constexpr double panel_gap = 62;
constexpr double first_top = 96;
constexpr int width = 960;
constexpr int height = 800;

struct Line {
  std::string name;
  const char* colour;
  std::vector<double> values;  // by second of the window; negative: none
};

struct Panel {
  std::string title;
  bool logarithmic = false;
  double top = 0;
  double low = 0;  // of the axis
  double high = 1;
  std::function<std::string(double)> label;
  std::vector<Line> lines;
};

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else
      out.push_back(c);
  }
  return out;
}

// 1, 2 or 5 times a power of ten, at least `value`.
double round_up(double value) {
  if (value <= 0) return 1;
  const double power = std::pow(10, std::floor(std::log10(value)));
  for (const double step : {1.0, 2.0, 5.0, 10.0}) {
    if (step * power >= value * 0.999) return step * power;
  }
  return 10 * power;
}

std::string short_number(double value) {
  if (value >= 1e6) return fmt::format("{:g}M", value / 1e6);
  if (value >= 1e3) return fmt::format("{:g}k", value / 1e3);
  return fmt::format("{:g}", value);
}

std::string short_time(double us) {
  if (us >= 1e6) return fmt::format("{:g} s", us / 1e6);
  if (us >= 1e3) return fmt::format("{:g} ms", us / 1e3);
  return fmt::format("{:g} us", us);
}

double height_of(const Panel& panel, double value) {
  const double bounded = std::clamp(value, panel.low, panel.high);
  const double share = panel.logarithmic
                           ? std::log(bounded / panel.low) / std::log(panel.high / panel.low)
                           : (bounded - panel.low) / (panel.high - panel.low);
  return panel.top + panel_height * (1 - share);
}

void text(std::string& out, double x, double y, const char* anchor, const char* style,
          const std::string& words) {
  out += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\" class=\"{}\">{}</text>\n",
                     x, y, anchor, style, escaped(words));
}

void axis(std::string& out, const Panel& panel) {
  std::vector<double> marks;
  if (panel.logarithmic) {
    for (double mark = panel.low; mark <= panel.high * 1.01; mark *= 10) marks.push_back(mark);
  } else {
    for (int i = 0; i <= 4; ++i) marks.push_back(panel.low + (panel.high - panel.low) * i / 4);
  }
  for (const double mark : marks) {
    const double y = height_of(panel, mark);
    out += fmt::format("<path d=\"M{:.1f} {:.1f}H{:.1f}\" class=\"grid\"/>\n", left, y, right);
    text(out, left - 8, y + 4, "end", "small", panel.label(mark));
  }
}

void draw(std::string& out, const Panel& panel, std::size_t seconds) {
  text(out, left, panel.top - 12, "start", "title", panel.title);
  axis(out, panel);
  const double step = (right - left) / static_cast<double>(std::max<std::size_t>(seconds, 2) - 1);
  double legend = right;
  for (auto line = panel.lines.rbegin(); line != panel.lines.rend(); ++line) {
    text(out, legend, panel.top - 12, "end", "small", line->name);
    legend -= 7.2 * static_cast<double>(line->name.size()) + 8;
    out += fmt::format("<path d=\"M{:.1f} {:.1f}h14\" stroke=\"{}\" class=\"line\"/>\n",
                       legend - 14, panel.top - 16, line->colour);
    legend -= 28;
  }
  for (const Line& line : panel.lines) {
    std::string path;
    bool drawing = false;
    for (std::size_t i = 0; i < line.values.size(); ++i) {
      if (line.values[i] < 0) {
        drawing = false;
        continue;
      }
      path += fmt::format("{}{:.1f} {:.1f}", drawing ? "L" : "M",
                          left + step * static_cast<double>(i), height_of(panel, line.values[i]));
      drawing = true;
    }
    out += fmt::format("<path d=\"{}\" stroke=\"{}\" class=\"line\"/>\n", path, line.colour);
  }
}

double highest(const Panel& panel) {
  double high = 0;
  for (const Line& line : panel.lines) {
    for (const double value : line.values) high = std::max(high, value);
  }
  return high;
}

Panel messages_panel(const Report& report, std::int64_t first, std::size_t seconds) {
  Panel panel;
  panel.title = "Messages received a second, and open connections";
  Line messages{"messages/s", "#2563eb", std::vector<double>(seconds, -1)};
  Line open{"open", "#9ca3af", std::vector<double>(seconds, -1)};
  for (const auto& [at, second] : report.tally.seconds)
    messages.values[static_cast<std::size_t>(at - first)] = static_cast<double>(second.frames);
  for (const UsageSecond& second : report.usage)
    open.values[static_cast<std::size_t>(second.at - first)] = static_cast<double>(second.open);
  // The second in which the window begins or ends is not whole.
  if (seconds > 2 && messages.values.front() < messages.values[1] / 2) messages.values.front() = -1;
  if (seconds > 2 && messages.values.back() < messages.values[seconds - 2] / 2)
    messages.values.back() = -1;
  panel.lines = {std::move(messages), std::move(open)};
  panel.high = round_up(highest(panel));
  panel.label = short_number;
  return panel;
}

Panel lateness_panel(const Report& report, std::int64_t first, std::size_t seconds) {
  Panel panel;
  panel.title = "Tick lateness against the due time";
  panel.logarithmic = true;
  panel.low = 100;
  panel.label = short_time;
  const std::vector<double> none(seconds, -1);
  panel.lines = {{"p50", "#16a34a", none}, {"p99", "#d97706", none}, {"max", "#dc2626", none}};
  for (const auto& [at, second] : report.tally.seconds) {
    if (second.lateness_us.count() == 0) continue;
    const auto i = static_cast<std::size_t>(at - first);
    panel.lines[0].values[i] = static_cast<double>(second.lateness_us.quantile(0.5));
    panel.lines[1].values[i] = static_cast<double>(second.lateness_us.quantile(0.99));
    panel.lines[2].values[i] = static_cast<double>(second.lateness_us.max());
  }
  panel.high = std::pow(10, std::ceil(std::log10(std::max(highest(panel), 10'000.0))));
  return panel;
}

Panel processor_panel(const Report& report, std::int64_t first, std::size_t seconds) {
  Panel panel;
  panel.title = "Cores used";
  const std::vector<double> none(seconds, -1);
  panel.lines = {
      {"server", "#2563eb", none}, {"swarm", "#d97706", none}, {"idle", "#9ca3af", none}};
  for (const UsageSecond& second : report.usage) {
    const auto i = static_cast<std::size_t>(second.at - first);
    if (report.has_server()) panel.lines[0].values[i] = second.server_cores;
    panel.lines[1].values[i] = second.swarm_cores;
    panel.lines[2].values[i] = second.idle_cores;
  }
  if (!report.has_server()) panel.lines.erase(panel.lines.begin());
  panel.high = round_up(highest(panel));
  panel.label = short_number;
  return panel;
}

}  // namespace

std::string plot_svg(const Report& report) {
  std::int64_t first = INT64_MAX;
  std::int64_t last = INT64_MIN;
  const auto see = [&](std::int64_t at) {
    first = std::min(first, at);
    last = std::max(last, at);
  };
  for (const auto& [at, second] : report.tally.seconds) see(at);
  for (const UsageSecond& second : report.usage) see(second.at);
  if (first > last) first = last = 0;
  const auto seconds = static_cast<std::size_t>(last - first + 1);

  std::string out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" "
      "height=\"{1}\">\n<style>text{{font-family:sans-serif;fill:#111827}}.head{{font-size:17px;"
      "font-weight:600}}.title{{font-size:14px;font-weight:600}}.small{{font-size:12px;"
      "fill:#4b5563}}.grid{{stroke:#e5e7eb;fill:none}}.line{{fill:none;stroke-width:1.8;"
      "stroke-linejoin:round;stroke-linecap:round}}</style>\n"
      "<rect width=\"{0}\" height=\"{1}\" fill=\"#ffffff\"/>\n",
      width, height);
  text(out, left, 32, "start", "head", report.what);
  text(out, left, 52, "start", "small",
       report.machine + (report.version.empty() ? "" : "; whoosh " + report.version));
  Panel panels[] = {messages_panel(report, first, seconds), lateness_panel(report, first, seconds),
                    processor_panel(report, first, seconds)};
  double top = first_top;
  for (Panel& panel : panels) {
    panel.top = top;
    draw(out, panel, seconds);
    top += panel_height + panel_gap;
  }
  const double foot = top - panel_gap + 20;
  text(out, left, foot, "start", "small", "0 s");
  text(out, right, foot, "end", "small", fmt::format("{} s", seconds - 1));
  text(out, left, foot + 24, "start", "small", report.verdict());
  return out + "</svg>\n";
}

}  // namespace whoosh::swarm
