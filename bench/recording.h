// Memory for a recorder and its writer, and where the writer's bytes go.
#pragma once

#include <cstdio>
#include <memory>
#include <new>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/traffic.h"
#include "recorder/core/writer.h"

namespace ddireplay::bench {

// Zeroed, aligned for a cache line.
class AlignedMemory {
 public:
  explicit AlignedMemory(std::size_t bytes)
      : bytes_(bytes), memory_(new (std::align_val_t{64}) std::byte[bytes]()) {}
  std::span<std::byte> span() { return {memory_.get(), bytes_}; }

 private:
  struct Delete {
    void operator()(std::byte* memory) const { ::operator delete[](memory, std::align_val_t{64}); }
  };
  std::size_t bytes_;
  std::unique_ptr<std::byte[], Delete> memory_;
};

class FileOutput final : public recorder::Output {
 public:
  explicit FileOutput(const std::string& path) : file_(std::fopen(path.c_str(), "wb")) {
    if (file_ == nullptr) throw std::runtime_error("can't write " + path);
  }
  ~FileOutput() { std::fclose(file_); }
  FileOutput(const FileOutput&) = delete;
  FileOutput& operator=(const FileOutput&) = delete;

  bool append(std::span<const std::byte> bytes) override {
    return std::fwrite(bytes.data(), 1, bytes.size(), file_) == bytes.size();
  }
  // Only a flight recording asks for it.
  bool write_at(std::uint64_t, std::span<const std::byte>) override { return false; }
  void truncate(std::uint64_t) override {}

 private:
  std::FILE* file_;
};

// A recorder by itself.
struct RecorderAlone {
  explicit RecorderAlone(const recorder::RecorderConfig& config)
      : memory(recorder::Recorder::bytes_needed(config)), recorder(config, memory.span()) {}
  AlignedMemory memory;
  recorder::Recorder recorder;
};

// Tells a ring how many values a record has. The recorder must outlive it.
inline auto value_counts(recorder::Recorder& recorder) {
  return [&recorder](const recorder::Record& record) {
    const format::FunctionEntry& function = recorder.tables().functions()[record.function];
    const bool at_exit = (record.flags & format::event_flags::exit) != 0;
    return unsigned{at_exit ? function.exit_count : function.entry_count};
  };
}

// Takes out and forgets.
inline void discard(recorder::Recorder& recorder, std::span<recorder::Slot> room) {
  for (recorder::Ring& ring : recorder.rings()) {
    while (ring.used() != 0) ring.drain(room, value_counts(recorder));
  }
}

}  // namespace ddireplay::bench
