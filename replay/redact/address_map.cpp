#include "replay/redact/address_map.h"

#include <algorithm>

#include "format/error.h"

namespace ddireplay::replay {

namespace {

// Windows reserves memory in such units.
constexpr std::uint64_t kUnit = 0x10000;
constexpr std::size_t kJoinAt = 1u << 20;

// Where the two halves of an address space begin and end, and where new regions begin in each.
struct Half {
  std::uint64_t begin;
  std::uint64_t end;
  std::uint64_t first;
};
constexpr Half kHalves32[] = {{kUnit, 0x80000000, 0x20000000},
                              {0x80000000, 0xffff0000, 0xa0000000}};
constexpr Half kHalves64[] = {{kUnit, 0x8000000000000000, 0x0000100000000000},
                              {0x8000000000000000, 0xffffffffffff0000, 0xffffa80000000000}};

const Half& half_of(std::uint64_t address, unsigned pointer_bytes) {
  const auto& halves = pointer_bytes == 4 ? kHalves32 : kHalves64;
  return address < halves[1].begin ? halves[0] : halves[1];
}

}  // namespace

AddressMap::AddressMap(unsigned pointer_bytes) : pointer_bytes_(pointer_bytes) {}

bool AddressMap::is_address(std::uint64_t value) const {
  const Half& half = half_of(value, pointer_bytes_);
  return value >= half.begin && value < half.end;
}

void AddressMap::add(std::uint64_t address, std::uint64_t bytes) {
  if (!is_address(address)) return;
  const std::uint64_t room = half_of(address, pointer_bytes_).end - 1 - address;
  const std::uint64_t last = address + std::min(bytes == 0 ? 0 : bytes - 1, room);
  // Whole units: what points right behind an object goes with it.
  regions_.push_back({address & ~(kUnit - 1), last | (kUnit - 1), 0});
  if (regions_.size() >= std::max(kJoinAt, 2 * joined_)) join();
}

void AddressMap::join() {
  std::ranges::sort(regions_, {}, &Region::begin);
  std::vector<Region> joined;
  for (const Region& region : regions_) {
    const bool is_near =
        !joined.empty() &&
        (region.begin <= joined.back().last || region.begin - joined.back().last <= kUnit) &&
        &half_of(region.begin, pointer_bytes_) == &half_of(joined.back().begin, pointer_bytes_);
    if (is_near) {
      joined.back().last = std::max(joined.back().last, region.last);
    } else {
      joined.push_back(region);
    }
  }
  regions_ = std::move(joined);
  joined_ = regions_.size();
}

// From there on, in units that no old region has.
std::uint64_t AddressMap::free_place(std::uint64_t from, const Region& region) const {
  const std::uint64_t size = region.last - region.begin;
  std::uint64_t place = from;
  auto other = std::ranges::lower_bound(regions_, place, {}, &Region::last);
  while (other != regions_.end() && other->begin <= place + size) {
    place = other->last + 1;
    ++other;
  }
  return place;
}

void AddressMap::place(const std::string& trace) {
  join();
  const Half* half = nullptr;
  std::uint64_t next = 0;
  for (Region& region : regions_) {
    const Half& own = half_of(region.begin, pointer_bytes_);
    if (half != &own) {
      half = &own;
      next = own.first;
    }
    region.moved_to = free_place(next, region);
    const std::uint64_t size = region.last - region.begin;
    if (region.moved_to >= own.end || own.end - region.moved_to <= size) {
      throw format::Error(trace +
                          ": its memory fills the address space so that it can't be moved; cut a "
                          "range out of it first");
    }
    next = region.moved_to + size + 1 + kUnit;
  }
}

std::optional<std::uint64_t> AddressMap::find(std::uint64_t address) const {
  const auto region = std::ranges::lower_bound(regions_, address, {}, &Region::last);
  if (region == regions_.end() || region->begin > address) return std::nullopt;
  return address - region->begin + region->moved_to;
}

}  // namespace ddireplay::replay
