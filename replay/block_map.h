// Where small blocks of memory start, and which memory they take: a map of 256 bits of each for
// each page, one bit for 16 bytes. With it the block that contains an address is found by looking
// at the page and the one before, however many blocks there are; and that new memory is nobody
// else's is seen without looking at any block.
#pragma once

#include <array>
#include <cstdint>

#include "replay/hash_index.h"
#include "replay/page.h"
#include "replay/slab.h"

namespace ddireplay::replay {

// Memory in units of 16 bytes: the distance at which the kernel's pool places blocks at least.
inline constexpr std::uint64_t kGranuleBytes = 16;
constexpr std::uint64_t granule_of(std::uint64_t address) { return address / kGranuleBytes; }

class BlockMap {
 public:
  // A block from granule `first` to `last`, which are both its own, and not far from each other.
  // Blocks that share a granule, which only misaligned ones do, take it together: when one is
  // removed it is free, and no block starts there.
  void add(std::uint64_t first, std::uint64_t last);
  void remove(std::uint64_t first, std::uint64_t last);
  // Another block starts there than the one that was removed.
  void restore_start(std::uint64_t granule);

  bool any_taken(std::uint64_t first, std::uint64_t last);
  // The greatest granule in [first, last] in which a block starts; kNone: there is none. Both must
  // lie in one page.
  static constexpr std::uint64_t kNone = ~std::uint64_t{0};
  std::uint64_t last_start_in_page(std::uint64_t first, std::uint64_t last);

 private:
  static constexpr std::uint64_t kGranulesPerPage = kPageBytes / kGranuleBytes;
  static constexpr std::uint64_t kWordBits = 64;
  // Calls visit(number of a page, first and last granule in it) for each page of a block.
  template <class Visit>
  static void for_each_page(std::uint64_t first, std::uint64_t last, Visit visit);
  using Bits = std::array<std::uint64_t, kGranulesPerPage / kWordBits>;
  struct Tag;
  struct Page : HashHook<Tag> {
    explicit Page(std::uint64_t page_number) : number(page_number) {}
    std::uint64_t number;
    std::uint64_t blocks = 0;  // that have a granule here
    Bits starts{};
    Bits taken{};
  };
  struct NumberOf {
    using type = std::uint64_t;
    type operator()(const Page& page) const { return page.number; }
  };

  // The questions about one block concern one page, or two.
  Page* find_page(std::uint64_t number) {
    if (number != last_number_) {
      last_page_ = pages_.find(number);
      last_number_ = number;
    }
    return last_page_;
  }
  Page& page_at(std::uint64_t number);
  void drop(Page& page);
  static bool any_taken(const Page& page, std::uint64_t first, std::uint64_t last);

  Slab<Page> slab_;
  HashIndex<Page, Tag, NumberOf> pages_;
  std::uint64_t last_number_ = ~std::uint64_t{0};  // no page has it
  Page* last_page_ = nullptr;                      // of last_number_; nullptr: there is none
};

}  // namespace ddireplay::replay
