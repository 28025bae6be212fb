// The machine that the recorder's core runs on in the benchmarks: recorder/core/platform.h, for a
// process of the host.
//
// A thread says which processor and thread it plays. Kernel memory is an array that stands at a
// fixed address of its own, so that the same stream has the same values in every run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "recorder/core/platform.h"

namespace ddireplay::bench {

inline constexpr std::uint64_t kKernelMemory = 0xffffe00000000000;

// What the calling thread is, and the stack that a walk finds. The clock is the processor's time
// stamp counter; where `stepped_time` isn't 0, it is that.
struct Machine {
  std::uint64_t stepped_time = 0;
  std::uint64_t thread = 0;
  std::uint32_t processor = 0;
  std::uint8_t irql = 0;
  std::span<const recorder::platform::Frame> frames{};
};
Machine& machine();

// The bytes that stand at kKernelMemory.
void set_kernel_memory(std::span<std::byte> bytes);

// An image that describe_module() knows.
struct Image {
  const char* name;
  std::uint64_t base;
  std::uint64_t size;
};
void set_images(std::span<const Image> images);

}  // namespace ddireplay::bench
