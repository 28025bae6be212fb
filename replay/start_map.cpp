#include "replay/start_map.h"

#include <algorithm>
#include <bit>
#include <cassert>

namespace ddireplay::replay {

namespace {

constexpr unsigned kBitsPerWord = 64;

std::uint64_t bit_of(std::uint64_t granule) { return std::uint64_t{1} << granule % kBitsPerWord; }

}  // namespace

StartMap::Page* StartMap::find_page(std::uint64_t number) {
  if (number != last_number_) {
    last_page_ = pages_.find(number);
    last_number_ = number;
  }
  return last_page_;
}

void StartMap::set(std::uint64_t granule) {
  const std::uint64_t number = granule / kGranulesPerPage;
  Page* page = find_page(number);
  if (page == nullptr) {
    last_page_ = page = slab_.make(number);
    pages_.insert(*page);
  }
  page->bits[granule % kGranulesPerPage / kBitsPerWord] |= bit_of(granule);
}

void StartMap::clear(std::uint64_t granule) {
  Page* page = find_page(granule / kGranulesPerPage);
  if (page == nullptr) return;
  page->bits[granule % kGranulesPerPage / kBitsPerWord] &= ~bit_of(granule);
  const bool is_empty = std::all_of(page->bits.begin(), page->bits.end(),
                                    [](std::uint64_t word) { return word == 0; });
  if (!is_empty) return;
  last_page_ = nullptr;
  pages_.erase(*page);
  slab_.recycle(page);
}

std::optional<std::uint64_t> StartMap::last_in_page(std::uint64_t first, std::uint64_t last) {
  assert(first <= last && first / kGranulesPerPage == last / kGranulesPerPage);
  const Page* page = find_page(first / kGranulesPerPage);
  if (page == nullptr) return std::nullopt;

  const std::uint64_t base = page->number * kGranulesPerPage;
  // The bits above `last` in its word are cut off by shifting them out.
  const unsigned shift = kBitsPerWord - 1 - last % kBitsPerWord;
  std::uint64_t word_index = (last - base) / kBitsPerWord;
  std::uint64_t word = page->bits[word_index] << shift >> shift;
  while (word == 0 && word_index > (first - base) / kBitsPerWord) word = page->bits[--word_index];
  if (word == 0) return std::nullopt;

  const std::uint64_t found = base + word_index * kBitsPerWord + std::bit_width(word) - 1;
  if (found < first) return std::nullopt;
  return found;
}

}  // namespace ddireplay::replay
