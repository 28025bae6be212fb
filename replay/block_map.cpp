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

// Calls visit(number of a word, a mask of its bits) for all of [first, last], numbers of bits.
template <class Visit>
void for_each_word(std::uint64_t first, std::uint64_t last, Visit visit) {
  const std::uint64_t last_word = last / kWordBits;
  for (std::uint64_t word = first / kWordBits; word < last_word; ++word, first = 0) {
    visit(word, bits_between(first % kWordBits, kWordBits - 1));
  }
  visit(last_word, bits_between(first % kWordBits, last % kWordBits));
}

}  // namespace

template <class Visit>
void BlockMap::for_each_page(std::uint64_t first, std::uint64_t last, Visit visit) {
  const std::uint64_t last_page = last / kGranulesPerPage;
  for (std::uint64_t page = first / kGranulesPerPage; page < last_page; ++page, first = 0) {
    visit(page, first % kGranulesPerPage, kGranulesPerPage - 1);
  }
  visit(last_page, first % kGranulesPerPage, last % kGranulesPerPage);
}

BlockMap::Page& BlockMap::page_at(std::uint64_t number) {
  if (Page* page = find_page(number)) return *page;
  last_page_ = slab_.make(number);
  pages_.insert(*last_page_);
  return *last_page_;
}

void BlockMap::add(std::uint64_t first, std::uint64_t last) {
  for_each_page(first, last, [&](std::uint64_t number, std::uint64_t from, std::uint64_t to) {
    Page& page = page_at(number);
    ++page.blocks;
    for_each_word(from, to,
                  [&](std::uint64_t word, std::uint64_t mask) { page.taken[word] |= mask; });
  });
  restore_start(first);
}

void BlockMap::remove(std::uint64_t first, std::uint64_t last) {
  const std::uint64_t start = first % kGranulesPerPage;
  if (Page* page = find_page(first / kGranulesPerPage)) {
    page->starts[start / kWordBits] &= ~(std::uint64_t{1} << start % kWordBits);
  }
  for_each_page(first, last, [&](std::uint64_t number, std::uint64_t from, std::uint64_t to) {
    Page* const page = find_page(number);
    if (page == nullptr) return;
    for_each_word(from, to,
                  [&](std::uint64_t word, std::uint64_t mask) { page->taken[word] &= ~mask; });
    if (--page->blocks == 0) drop(*page);
  });
}

void BlockMap::restore_start(std::uint64_t granule) {
  const std::uint64_t start = granule % kGranulesPerPage;
  Page& page = page_at(granule / kGranulesPerPage);
  page.starts[start / kWordBits] |= std::uint64_t{1} << start % kWordBits;
}

void BlockMap::drop(Page& page) {
  last_page_ = nullptr;
  last_number_ = page.number;
  pages_.erase(page);
  slab_.recycle(&page);
}

bool BlockMap::any_taken(const Page& page, std::uint64_t first, std::uint64_t last) {
  std::uint64_t any = 0;
  for_each_word(first, last,
                [&](std::uint64_t word, std::uint64_t mask) { any |= page.taken[word] & mask; });
  return any != 0;
}

bool BlockMap::any_taken(std::uint64_t first, std::uint64_t last) {
  bool any = false;
  for_each_page(first, last, [&](std::uint64_t number, std::uint64_t from, std::uint64_t to) {
    const Page* const page = find_page(number);
    any |= page != nullptr && any_taken(*page, from, to);
  });
  return any;
}

std::uint64_t BlockMap::last_start_in_page(std::uint64_t first, std::uint64_t last) {
  assert(first <= last && first / kGranulesPerPage == last / kGranulesPerPage);
  const Page* page = find_page(first / kGranulesPerPage);
  if (page == nullptr) return kNone;

  const std::uint64_t base = page->number * kGranulesPerPage;
  // The bits above `last` in its word are cut off by shifting them out.
  const unsigned shift = kWordBits - 1 - last % kWordBits;
  std::uint64_t word_index = (last - base) / kWordBits;
  std::uint64_t word = page->starts[word_index] << shift >> shift;
  while (word == 0 && word_index > (first - base) / kWordBits) word = page->starts[--word_index];
  if (word == 0) return kNone;

  const std::uint64_t found = base + word_index * kWordBits + std::bit_width(word) - 1;
  return found < first ? kNone : found;
}

}  // namespace ddireplay::replay
