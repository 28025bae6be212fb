#include "tools/report/repair_text.h"

#include <algorithm>

#include "tools/report/append.h"
#include "tools/report/text.h"

namespace ddireplay::tools {
namespace {

using format::ChunkHeader;
using format::FoundChunk;
using format::Repair;

std::string contents_text(const ChunkHeader& header) {
  if (header.kind != format::ChunkKind::events) return "symbols";
  return fmt::format("{} of processor {}", counted(header.event_count, "event"), header.stream);
}

void append_refused(std::string& out, std::span<const FoundChunk> refused) {
  for (const FoundChunk& chunk : refused) {
    append(out, "Refused:   chunk {}, bytes {} to {}, with {}: {}\n", chunk.header.number,
           chunk.offset, chunk.offset + sizeof(ChunkHeader) + chunk.header.payload_bytes - 1,
           contents_text(chunk.header), chunk.problem);
  }
}

void append_missing(std::string& out, std::span<const format::MissingChunks> missing) {
  for (const auto& [first, last] : missing) {
    if (first == last) {
      append(out, "Missing:   chunk {}\n", first);
    } else {
      append(out, "Missing:   chunks {} to {}\n", first, last);
    }
  }
}

void append_gaps(std::string& out, const Repair& repair) {
  for (const format::MissingEvents& gap : repair.gaps) {
    const std::string count =
        gap.count == 0 ? "an unknown number of events" : counted(gap.count, "event");
    const std::string where = gap.before > repair.events ? fmt::format("behind #{}", repair.events)
                                                         : fmt::format("before #{}", gap.before);
    append(out, "Gap:       {} of processor {}, {}\n", count, gap.processor, where);
  }
}

void append_end(std::string& out, const Repair& repair) {
  if (repair.knows_end) return;
  const double seconds = static_cast<double>(repair.last_time) /
                         static_cast<double>(std::max<std::uint64_t>(repair.clock_hz, 1));
  append(out,
         "End:       not known: what came after #{}, {:.6f} s into the recording, is missing\n",
         repair.events, seconds);
}

std::string found_text(const format::FoundTrace& trace) {
  const auto usable =
      static_cast<std::uint64_t>(std::ranges::count_if(trace.chunks, &FoundChunk::usable));
  return fmt::format("{:016x}  {}, {}{}", trace.trace_id, counted(usable, "chunk"),
                     counted(trace.events(), "event"),
                     trace.header ? "" : ", without a file header");
}

}  // namespace

std::string repair_text(const Repair& repair, std::span<const format::ByteRange> unused,
                        std::span<const format::FoundTrace> others) {
  std::string out;
  append(out, "Kept:      {}, {}\n", counted(repair.events, "event"),
         counted(repair.chunks, "chunk"));
  append_refused(out, repair.refused);
  append_missing(out, repair.missing);
  for (const format::ByteRange& range : unused) {
    append(out, "Unused:    bytes {} to {}\n", range.offset, range.offset + range.bytes - 1);
  }
  for (const format::FoundTrace& other : others) {
    append(out, "Other:     {}; `--carve --trace {:016x}` takes it\n", found_text(other),
           other.trace_id);
  }
  append_gaps(out, repair);
  append_end(out, repair);
  for (const std::string& notice : repair.notices) append(out, "Notice:    {}\n", notice);
  if (repair.lost_nothing()) {
    append(out, "{}\n",
           repair.complete ? "Nothing of the trace was lost."
                           : "Nothing more is missing than was when the trace was closed.");
  }
  return out;
}

std::string found_text(std::span<const format::FoundTrace> traces) {
  std::string out;
  for (const format::FoundTrace& trace : traces) append(out, "{}\n", found_text(trace));
  return out;
}

}  // namespace ddireplay::tools
