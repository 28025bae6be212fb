// Where blocks start: a map of 256 bits for each page, one bit for 16 bytes. With it the block that
// contains an address is found by looking at the page and the one before, however many blocks there
// are.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "replay/hash_index.h"
#include "replay/slab.h"

namespace ddireplay::replay {

inline constexpr std::uint64_t kPageBytes = 4096;

// Memory in units of 16 bytes: the distance at which the kernel's pool places blocks at least.
constexpr std::uint64_t granule_of(std::uint64_t address) { return address / 16; }

class StartMap {
 public:
  void set(std::uint64_t granule);
  void clear(std::uint64_t granule);

  // The greatest granule in [first, last] that is set. Both must lie in one page.
  std::optional<std::uint64_t> last_in_page(std::uint64_t first, std::uint64_t last);

 private:
  static constexpr std::uint64_t kGranulesPerPage = kPageBytes / 16;
  struct Tag;
  struct Page : HashHook<Tag> {
    explicit Page(std::uint64_t page_number) : number(page_number) {}
    std::uint64_t number;
    std::array<std::uint64_t, kGranulesPerPage / 64> bits{};
  };
  struct NumberOf {
    using type = std::uint64_t;
    type operator()(const Page& page) const { return page.number; }
  };

  // The questions about one block concern one page, or two.
  Page* find_page(std::uint64_t number);

  Slab<Page> slab_;
  HashIndex<Page, Tag, NumberOf> pages_;
  std::uint64_t last_number_ = ~std::uint64_t{0};  // no page has it
  Page* last_page_ = nullptr;                      // of last_number_; nullptr: there is none
};

}  // namespace ddireplay::replay
