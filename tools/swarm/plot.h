// plot_svg: a report as a picture, three panels over the seconds of the window: messages and open
// connections, tick lateness (logarithmic), and who used the processor. Plain SVG, drawn here, that
// any browser shows. Pure; any thread.
#pragma once

#include <string>

#include "tools/swarm/report.h"

namespace whoosh::swarm {

[[nodiscard]] std::string plot_svg(const Report& report);

}  // namespace whoosh::swarm
