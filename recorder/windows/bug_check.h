// Puts the recorder's memory into crash dumps, where the system offers to. At PASSIVE_LEVEL.
#pragma once

#include <cstddef>
#include <span>

#include "recorder/windows/ddk.h"

namespace ddireplay::recorder {

// One at a time. `memory` begins on a page, is nonpaged, and stays until remove().
class CrashDumpMemory {
 public:
  // Nothing happens where the kernel has no such callbacks.
  void add(std::span<std::byte> memory);
  void remove();
};

}  // namespace ddireplay::recorder
