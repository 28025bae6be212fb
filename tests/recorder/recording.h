// A recorder and its writer over the fake platform, writing to memory.
#pragma once

#include <cstring>
#include <memory>
#include <vector>

#include "recorder/core/presence.h"
#include "recorder/core/recorder.h"
#include "recorder/core/writer.h"
#include "tests/recorder/fake_platform.h"

namespace ddireplay::recorder {

class MemoryOutput final : public Output {
 public:
  bool append(std::span<const std::byte> more) override {
    if (bytes.size() + more.size() > limit) {
      // Like a disk that is full: some of it is there.
      bytes.insert(bytes.end(), more.begin(), more.begin() + more.size() / 2);
      return false;
    }
    bytes.insert(bytes.end(), more.begin(), more.end());
    return true;
  }
  void truncate(std::uint64_t size) override { bytes.resize(size); }

  std::vector<std::byte> bytes;
  std::size_t limit = SIZE_MAX;
};

class AlignedMemory {
 public:
  explicit AlignedMemory(std::size_t bytes)
      : bytes_(bytes), memory_(new (std::align_val_t{64}) std::byte[bytes]) {
    std::memset(memory_.get(), 0, bytes);
  }
  std::span<std::byte> span() { return {memory_.get(), bytes_}; }

 private:
  struct Delete {
    void operator()(std::byte* memory) const { ::operator delete[](memory, std::align_val_t{64}); }
  };
  std::size_t bytes_;
  std::unique_ptr<std::byte[], Delete> memory_;
};

inline constexpr std::uint64_t kStubBase = 0x7f0000000000;

inline RecorderConfig small_config() {
  RecorderConfig config;
  config.processors = 2;
  config.ring_slots = 256;
  config.stubs = {kStubBase, 16, 128};
  config.stacks = 256;
  config.frames = 4096;
  config.memo_entries = 64;
  config.functions = 256;
  config.modules = 16;
  config.text_bytes = 4096;
  return config;
}

struct Recording {
  static constexpr std::uint64_t kDriver = 0x140000000;
  static constexpr std::uint64_t kDriverBytes = 0x10000;

  explicit Recording(const RecorderConfig& config = small_config(),
                     const WriterConfig& writer_config = {.chunk_slots = 128, .index_chunks = 64})
      : recorder_memory(Recorder::bytes_needed(config)),
        writer_memory(Writer::bytes_needed(config, writer_config)),
        recorder(config, recorder_memory.span()),
        writer(recorder, config, writer_config, output, writer_memory.span()) {
    const std::uint16_t module = recorder.tables().add_module(
        {.name = "MyDriver.sys", .base = kDriver, .size = kDriverBytes, .is_target = true});
    target = recorder.add_target(kDriver, kDriverBytes, module);
    recorder.set_recording(true);
  }

  bool begin() {
    format::FileHeader header = {};
    header.pointer_bytes = 8;
    header.processor_count = static_cast<std::uint32_t>(recorder.rings().size());
    header.trace_id = 42;
    header.clock_hz = 1000;
    return writer.begin(header);
  }

  AlignedMemory recorder_memory;
  AlignedMemory writer_memory;
  MemoryOutput output;
  Recorder recorder;
  Writer writer;
  std::uint16_t target;
};

// Plays the thunk: a call through a stub, made from a stack of its own.
class Caller {
 public:
  // Return addresses of the stack; the call site first.
  Caller(Recorder& recorder, std::vector<std::uint64_t> stack) : recorder_(recorder) {
    std::vector<platform::Frame> frames;
    for (std::size_t i = 0; i < stack.size(); ++i) {
      const std::size_t word = i == 0 ? 0 : 20 + 4 * i;
      words[word] = stack[i];
      frames.push_back({stack[i], reinterpret_cast<std::uint64_t>(&words[word])});
    }
    fake::set_walk(frames);
  }

  void enter(std::uint64_t stub, std::initializer_list<std::uint64_t> arguments) {
    frame = {};
    unsigned number = 0;
    for (const std::uint64_t argument : arguments) {
      (number < 4 ? frame.registers[number] : words[1 + number]) = argument;
      ++number;
    }
    frame.stack_pointer = reinterpret_cast<std::uint64_t>(words);
    frame.slot = static_cast<std::uint32_t>((stub - kStubBase) / 16);
    recorder_.on_entry(frame);
  }

  std::uint64_t leave(std::uint64_t result) {
    frame.result = result;
    recorder_.on_exit(frame);
    return frame.result;
  }

  // As the thunk does it: what is only recorded at entry isn't seen returning.
  std::uint64_t call(std::uint64_t stub, std::initializer_list<std::uint64_t> arguments,
                     std::uint64_t result) {
    enter(stub, arguments);
    return frame.action == Action::call ? leave(result) : result;
  }

  std::uint64_t words[128] = {};
  CallFrame frame = {};

 private:
  Recorder& recorder_;
};

}  // namespace ddireplay::recorder
