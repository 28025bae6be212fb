// Makes one allocation of this program fail: operator new is replaced by one that counts.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ddireplay::test {

// While it lives, the allocation number `fails` (the first is 0), of whatever thread, throws
// std::bad_alloc. One at a time.
class FailingNew {
 public:
  explicit FailingNew(std::uint64_t fails);
  FailingNew(const FailingNew&) = delete;
  FailingNew& operator=(const FailingNew&) = delete;
  ~FailingNew();

  bool has_failed() const;
};

// What was allocated and not freed so far, in blocks.
std::int64_t live_blocks();

}  // namespace ddireplay::test
