// Names as compilers decorate them, and as people write them.
#pragma once

#include <string>
#include <string_view>

namespace ddireplay::tools {

// The qualified name that a decorated one stands for ("?Arm@Timer@@QEAAXXZ", "_ZN5Timer3ArmEv" ->
// "Timer::Arm"): no types, as the debuggers show functions. What is not decorated comes back as it
// is.
std::string undecorated(std::string_view name);

}  // namespace ddireplay::tools
