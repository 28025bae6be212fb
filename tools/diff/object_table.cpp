#include "tools/diff/object_table.h"

#include <algorithm>
#include <iterator>

namespace ddireplay::tools::diff {

void ObjectTable::add_memory(std::uint64_t address, std::uint64_t size, std::uint32_t object) {
  const std::uint64_t end = address + std::max<std::uint64_t>(size, 1);
  auto place = memory_.upper_bound(address);
  if (place != memory_.begin() && std::prev(place)->second.end > address) --place;
  while (place != memory_.end() && place->first < end) {
    starts_.erase(place->first);
    place = memory_.erase(place);
  }
  memory_.insert_or_assign(address, Memory{end, object});
  starts_[address] = object;
  gone_.erase(address);
}

void ObjectTable::add_structure(std::uint64_t address, std::uint32_t object, std::uint32_t frame) {
  gone_.erase(address);
  structures_[address] = {object, owner_of(address), frame};
}

void ObjectTable::forget(std::uint64_t address) {
  const Found found = find(address);
  if (found.object == kNone || !found.is_whole) return;
  gone_[address] = found.object;
  structures_.erase(address);
  if (starts_.erase(address) != 0) memory_.erase(address);
}

std::uint32_t ObjectTable::find_gone(std::uint64_t address) const {
  const auto known = gone_.find(address);
  return known == gone_.end() ? kNone : known->second;
}

std::uint32_t ObjectTable::owner_of(std::uint64_t address) const {
  const auto after = memory_.upper_bound(address);
  if (after == memory_.begin()) return kNone;
  const Memory& memory = std::prev(after)->second;
  return address < memory.end ? memory.object : kNone;
}

ObjectTable::Found ObjectTable::find(std::uint64_t address) const {
  const auto structure = structures_.find(address);
  if (structure == structures_.end()) {
    const auto start = starts_.find(address);
    if (start != starts_.end()) return {start->second, true};
    return {owner_of(address), false};
  }
  const std::uint32_t owner = owner_of(address);
  if (structure->second.owner != owner) return {owner, starts_.contains(address)};
  const std::uint32_t frame = owner == kNone ? structure->second.frame : kNone;
  return {structure->second.object, true, frame};
}

std::uint32_t ObjectTable::find_handle(std::uint64_t handle) const {
  const auto known = handles_.find(handle);
  return known == handles_.end() ? kNone : known->second;
}

}  // namespace ddireplay::tools::diff
