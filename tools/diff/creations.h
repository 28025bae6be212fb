// Which objects come into being by a step, and what each is called.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "format/event.h"
#include "replay/operation.h"

namespace ddireplay::tools::diff {

struct Creation {
  enum class Storage : std::uint8_t {
    none,       // nothing came into being
    memory,     // takes its bytes
    structure,  // lies in memory of somebody's
    lasting,    // a structure that is known for good, wherever it lies
    handle,
  };
  Storage storage = Storage::none;
  std::uint64_t address = 0;
  std::uint64_t size = 0;
  std::string noun{};       // "block"
  std::string_view verb{};  // "allocated"
};

// Nothing where the step's call has failed.
Creation creation_of(const replay::Step& step, const format::Function& function);

// What the step makes an end of.
struct End {
  std::uint64_t address = 0;  // 0: of nothing
  std::uint64_t extension = 0;
  bool is_handle = false;
};
End end_of(const replay::Step& step);

}  // namespace ddireplay::tools::diff
