// Writes a .ddt file from the host: converting, repairing, reducing, and tests.
//
// The file appears under its name when finish() has written and verified all of it; until then it
// is NAME.partial, which is removed when the writer is destroyed unfinished.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "format/error.h"
#include "format/event.h"
#include "format/freestanding/layout.h"
#include "format/trace_reader.h"

namespace ddireplay::format {

struct WriterOptions {
  std::uint32_t events_per_chunk = 64 * 1024;
  int level = 1;  // zstd's
};

// What append() takes: an event by the writer's own ids.
struct NewEvent {
  std::uint64_t time = 0;
  std::uint64_t thread = 0;
  std::span<const std::uint64_t> values{};  // as many as the function's layout says
  FunctionId function = 0;
  StackId stack = kNoStack;
  std::uint16_t processor = 0;
  std::uint8_t irql = kIrqlUnknown;
  std::uint8_t flags = 0;
};

// Not thread-safe. What its caller does wrong (an unknown id, a wrong number of values) throws
// std::logic_error.
class TraceWriter {
 public:
  // Of `header` the machine's properties are taken; magic, versions and checksum are set here.
  // Throws Error when the file can't be created.
  TraceWriter(const std::string& path, const FileHeader& header, const WriterOptions& options = {});
  // In memory: take_bytes() after finish() returns the trace.
  TraceWriter(const FileHeader& header, const WriterOptions& options = {});
  TraceWriter(const TraceWriter&) = delete;
  TraceWriter& operator=(const TraceWriter&) = delete;
  ~TraceWriter();

  ModuleId add_module(const Module& module);
  // Throws Error where prototype or derived is malformed.
  FunctionId add_function(std::string_view name, std::string_view prototype,
                          std::string_view derived, ModuleId module, std::uint64_t original);
  StackId add_stack(std::span<const std::uint64_t> frames);  // the same frames: the same id

  // Events of one processor come in time order; those of several may be interleaved. Throws Error
  // where time goes back, or a chunk can't be written.
  void append(const NewEvent& event);
  // Events of that processor were lost here. Its next event begins a new chunk.
  void gap(std::uint16_t processor, std::uint64_t lost);
  // Ends the processor's current chunk here, even if it is empty. Chunks stand in the file in the
  // order of their numbers; without one given it is the lowest that is free. `time` is that of a
  // chunk without events. The number must be free.
  void end_chunk(std::uint16_t processor, std::optional<std::uint32_t> number = std::nullopt,
                 std::uint64_t time = 0);
  bool is_free(std::uint32_t chunk_number) const;
  // They come to stand in one chunk, in front of the footer.
  void add_symbols(std::span<const ModuleSymbols> symbols);

  // Writes what is pending, processor by processor, and the footer. Of `footer`, events and modules
  // are counted here, and lost is raised to the sum of the gaps. Throws Error (a full disk, say);
  // the file's name is then as it was before.
  void finish(const FooterInfo& footer);
  std::vector<std::byte> take_bytes();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ddireplay::format
