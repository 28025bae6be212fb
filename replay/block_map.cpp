#include "replay/block_map.h"

#include <algorithm>
#include <bit>
#include <cassert>

namespace ddireplay::replay {

namespace {

constexpr std::uint64_t kWordBits = 64;

// Bits [from, to] of a word.
std::uint64_t bits_between(std::uint64_t from, std::uint64_t to) {
  return (~std::uint64_t{0} << from) & (~std::uint64_t{0} >> (kWordBits - 1 - to));
}

// Calls visit(number of a word, a mask of its bits) for all of [first, last], numbers of bits, as
// long as it returns true.
template <class Visit>
void for_each_word(std::uint64_t first, std::uint64_t last, Visit visit) {
  for (std::uint64_t word = first / kWordBits; word <= last / kWordBits; ++word) {
    const std::uint64_t from = word == first / kWordBits ? first % kWordBits : 0;
    const std::uint64_t to = word == last / kWordBits ? last % kWordBits : kWordBits - 1;
    if (!visit(word, bits_between(from, to))) return;
  }
}

}  // namespace

BlockMap::Page& BlockMap::page_at(std::uint64_t number) {
  if (Page* page = find_page(number)) return *page;
  last_page_ = slab_.make(number);
  pages_.insert(*last_page_);
  return *last_page_;
}

void BlockMap::add(std::uint64_t first, std::uint64_t last) {
  Page& page = page_at(first / kGranulesPerPage);
  const std::uint64_t start = first % kGranulesPerPage;
  page.starts[start / kWordBits] |= std::uint64_t{1} << start % kWordBits;
  for_each_word(first, last, [&](std::uint64_t word, std::uint64_t mask) {
    constexpr std::uint64_t kWordsPerPage = kGranulesPerPage / kWordBits;
    page_at(word / kWordsPerPage).taken[word % kWordsPerPage] |= mask;
    return true;
  });
}

void BlockMap::remove(std::uint64_t first, std::uint64_t last) {
  clear_start(first);
  for_each_word(first, last, [&](std::uint64_t word, std::uint64_t mask) {
    constexpr std::uint64_t kWordsPerPage = kGranulesPerPage / kWordBits;
    if (Page* page = find_page(word / kWordsPerPage)) page->taken[word % kWordsPerPage] &= ~mask;
    return true;
  });
  for (const std::uint64_t granule : {first, last}) {
    if (Page* page = find_page(granule / kGranulesPerPage)) drop_if_empty(*page);
  }
}

void BlockMap::clear_start(std::uint64_t granule) {
  Page* page = find_page(granule / kGranulesPerPage);
  if (page == nullptr) return;
  const std::uint64_t start = granule % kGranulesPerPage;
  page->starts[start / kWordBits] &= ~(std::uint64_t{1} << start % kWordBits);
}

void BlockMap::drop_if_empty(Page& page) {
  std::uint64_t any = 0;
  for (const std::uint64_t word : page.starts) any |= word;
  for (const std::uint64_t word : page.taken) any |= word;
  if (any != 0) return;
  last_page_ = nullptr;
  last_number_ = page.number;
  pages_.erase(page);
  slab_.recycle(&page);
}

bool BlockMap::any_taken(std::uint64_t first, std::uint64_t last) {
  bool any = false;
  for_each_word(first, last, [&](std::uint64_t word, std::uint64_t mask) {
    constexpr std::uint64_t kWordsPerPage = kGranulesPerPage / kWordBits;
    const Page* page = find_page(word / kWordsPerPage);
    any = page != nullptr && (page->taken[word % kWordsPerPage] & mask) != 0;
    return !any;
  });
  return any;
}

std::optional<std::uint64_t> BlockMap::last_start_in_page(std::uint64_t first, std::uint64_t last) {
  assert(first <= last && first / kGranulesPerPage == last / kGranulesPerPage);
  const Page* page = find_page(first / kGranulesPerPage);
  if (page == nullptr) return std::nullopt;

  const std::uint64_t base = page->number * kGranulesPerPage;
  // The bits above `last` in its word are cut off by shifting them out.
  const unsigned shift = kWordBits - 1 - last % kWordBits;
  std::uint64_t word_index = (last - base) / kWordBits;
  std::uint64_t word = page->starts[word_index] << shift >> shift;
  while (word == 0 && word_index > (first - base) / kWordBits) word = page->starts[--word_index];
  if (word == 0) return std::nullopt;

  const std::uint64_t found = base + word_index * kWordBits + std::bit_width(word) - 1;
  if (found < first) return std::nullopt;
  return found;
}

}  // namespace ddireplay::replay
