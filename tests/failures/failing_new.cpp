#include "tests/failures/failing_new.h"

#include <atomic>
#include <cstdlib>
#include <limits>
#include <new>

namespace {

constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

std::atomic<std::uint64_t> allocations_left{kNever};
std::atomic<bool> failed{false};
std::atomic<std::int64_t> blocks{0};

bool fails_now() {
  if (allocations_left.load() == kNever || failed.load()) return false;
  if (allocations_left.fetch_sub(1) != 0) return false;
  failed = true;
  return true;
}

void* take(std::size_t size, std::size_t alignment) {
  const std::size_t rounded = (size + alignment - 1) / alignment * alignment;
  void* const memory = std::aligned_alloc(alignment, rounded == 0 ? alignment : rounded);
  if (memory != nullptr) ++blocks;
  return memory;
}

void* allocate(std::size_t size, std::size_t alignment) {
  void* const memory = fails_now() ? nullptr : take(size, alignment);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void release(void* memory) {
  if (memory != nullptr) --blocks;
  std::free(memory);
}

}  // namespace

// The array forms, and those with a size, come down to these.
void* operator new(std::size_t size) { return allocate(size, __STDCPP_DEFAULT_NEW_ALIGNMENT__); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate(size, static_cast<std::size_t>(alignment));
}
// Whoever asks this way can do without: sorting with less memory, say.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return take(size, __STDCPP_DEFAULT_NEW_ALIGNMENT__);
}
void operator delete(void* memory) noexcept { release(memory); }
void operator delete(void* memory, std::size_t) noexcept { release(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { release(memory); }

namespace ddireplay::test {

FailingNew::FailingNew(std::uint64_t fails) {
  failed = false;
  allocations_left = fails;
}

FailingNew::~FailingNew() { allocations_left = kNever; }

bool FailingNew::has_failed() const { return failed; }

std::int64_t live_blocks() { return blocks; }

}  // namespace ddireplay::test
