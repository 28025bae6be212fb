#include "format/memory_pages.h"

#include <sys/mman.h>
#include <unistd.h>

#include <memory>

namespace ddireplay::format {

void discard_pages(std::span<std::byte> memory) {
  static const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  void* begin = memory.data();
  std::size_t bytes = memory.size();
  if (std::align(page, page, begin, bytes) == nullptr) return;
  // If it fails, memory stays in use that need not.
  ::madvise(begin, bytes / page * page, MADV_DONTNEED);
}

}  // namespace ddireplay::format
