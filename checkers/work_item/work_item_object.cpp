#include "checkers/work_item/work_item_object.h"

#include "checkers/biography.h"

namespace ddireplay::checkers {

namespace {

using replay::BlockKind;
using replay::PoolBlock;
using replay::Role;
using replay::WorkItem;
using replay::World;

// What IoAllocateWorkItem returned, live or freed; nullptr: the item lies in memory of the driver's
// own, or nothing is known of its beginning.
const PoolBlock* block_of(const WorkItem& item, const World& world) {
  if (item.executive) return nullptr;
  const PoolBlock* around = world.pool().containing(item.address);
  const PoolBlock* block = around != nullptr ? around : world.pool().tombstone(item.address);
  const bool is_its_own =
      block != nullptr && block->kind == BlockKind::work_item && block->address == item.address;
  return is_its_own ? block : nullptr;
}

// Of an IO_WORKITEM in the driver's own memory the size is not known.
std::uint64_t size_of(const WorkItem& item, const PoolBlock* block) {
  if (block != nullptr) return block->charged;
  return item.executive ? item.bytes : 0;
}

}  // namespace

replay::FindingObject object_of(const WorkItem& item, const World& world) {
  const PoolBlock* block = block_of(item, world);
  replay::FindingObject object{.kind = "work item",
                               .address = item.address,
                               .size = size_of(item, block),
                               .tag = 0,
                               .biography = {}};
  add_entry(object, Role::initialised, item.initialised);
  const bool was_freed = !item.initialised.seen() && block != nullptr && block->freed.seen() &&
                         block->freed.position < item.queued_at.position;
  if (was_freed) {
    add_entry(object, Role::allocated, block->allocated);
    add_entry(object, Role::freed, block->freed);
  }
  const bool started_first = item.running && item.started.position < item.queued_at.position;
  if (started_first) add_entry(object, Role::running, item.started);
  add_entry(object, Role::queued, item.queued_at);
  if (item.running && !started_first) add_entry(object, Role::running, item.started);
  return object;
}

}  // namespace ddireplay::checkers
