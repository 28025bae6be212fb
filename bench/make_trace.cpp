// make_trace EVENTS FILE: the synthetic traffic, recorded into a trace as a driver's calls are: by
// the recorder's hook path, its rings and its writer.
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "bench/recording.h"

namespace ddireplay::bench {
namespace {

// The writer keeps up: nothing may be lost.
constexpr int kStepsPerPump = 200;

bool make_trace(std::uint64_t events, const char* path) {
  const recorder::RecorderConfig config = traffic_config();
  RecorderAlone alone(config);
  FileOutput output(path);
  const recorder::WriterConfig writer_config;
  AlignedMemory writer_memory(recorder::Writer::bytes_needed(config, writer_config));
  recorder::Writer writer(alone.recorder, config, writer_config, output, writer_memory.span());
  format::FileHeader header{};
  header.pointer_bytes = 8;
  header.irql_source = format::IrqlSource::hardware;
  header.processor_count = kProcessors;
  header.trace_id = 1;
  header.clock_hz = kClockHz;
  if (!writer.begin(header)) return false;
  Traffic traffic(alone.recorder);
  std::uint64_t waiting = 0;
  while (writer.events() + waiting < events) {
    for (int i = 0; i < kStepsPerPump; ++i) traffic.step();
    if (!writer.pump(false)) return false;
    waiting = 0;
    for (const recorder::Ring& ring : alone.recorder.rings()) waiting += ring.used();
  }
  return writer.finish(format::EndReason::stopped, false, {}) && writer.lost() == 0;
}

}  // namespace
}  // namespace ddireplay::bench

int main(int argument_count, char** arguments) {
  if (argument_count != 3) {
    std::fprintf(stderr, "usage: make_trace EVENTS FILE\n");
    return 2;
  }
  try {
    if (ddireplay::bench::make_trace(std::strtoull(arguments[1], nullptr, 10), arguments[2])) {
      return 0;
    }
    std::fprintf(stderr, "make_trace: the trace could not be written\n");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "make_trace: %s\n", error.what());
  }
  return 1;
}
