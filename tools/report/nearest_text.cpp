#include "tools/report/nearest_text.h"

#include "format/error.h"
#include "tools/report/append.h"
#include "tools/report/text.h"

namespace ddireplay::tools {
namespace {

[[noreturn]] void fail_without_symbol(std::uint64_t address, Symbolizer& symbolizer) {
  const unsigned width = symbolizer.pointer_bytes();
  const Frame& frame = symbolizer.frame(address);
  const std::string where =
      frame.module.empty()
          ? fmt::format("{} lies in no module; see lm", ticked_pointer(address, width))
          : fmt::format("{} is {}: no symbol is known there; give its PDB's folder with --symbols",
                        ticked_pointer(address, width), frame_name(frame, width));
  throw format::Error(where, format::ExitStatus::usage);
}

}  // namespace

std::string nearest_text(std::uint64_t address, Symbolizer& symbolizer) {
  const std::optional<Nearest> nearest = symbolizer.nearest(address);
  if (!nearest) fail_without_symbol(address, symbolizer);
  const unsigned width = symbolizer.pointer_bytes();
  const Frame& frame = nearest->frame;
  std::string out;
  if (!frame.file.empty()) {
    append(out, "{}({})", frame.file, frame.line);
    if (frame.line_displacement != 0) append(out, "+{:#x}", frame.line_displacement);
    append(out, "\n");
  }
  append(out, "({})   {}", ticked_pointer(nearest->start, width), frame_name(frame, width));
  if (!nearest->next.empty()) {
    append(out, "   |  ({})   {}", ticked_pointer(nearest->next_start, width), nearest->next);
  }
  append(out, "\n");
  if (frame.displacement == 0) {
    append(out, "Exact matches:\n    {}\n", function_name(frame, width));
  }
  return out;
}

}  // namespace ddireplay::tools
