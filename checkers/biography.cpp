#include "checkers/biography.h"

#include <algorithm>

namespace ddireplay::checkers {

using replay::FindingObject;
using replay::Role;

void add_entry(FindingObject& object, Role role, const replay::Moment& moment) {
  if (moment.seen()) object.biography.push_back({role, moment});
}

FindingObject object_of(const replay::PoolBlock& block) {
  FindingObject object{.kind = replay::block_kind_name(block.kind),
                       .address = block.address,
                       .size = block.charged,
                       .tag = block.tag,
                       .biography = {}};
  add_entry(object, Role::allocated, block.allocated);
  add_entry(object, Role::freed, block.freed);
  return object;
}

FindingObject object_of(const replay::Timer& timer, std::uint64_t bytes) {
  FindingObject object{
      .kind = "timer", .address = timer.address, .size = bytes, .tag = 0, .biography = {}};
  add_entry(object, Role::initialised, timer.initialised);
  add_entry(object, Role::armed, timer.set);
  return object;
}

FindingObject object_of(const replay::Dpc& dpc, std::uint64_t bytes) {
  FindingObject object{
      .kind = "dpc", .address = dpc.address, .size = bytes, .tag = 0, .biography = {}};
  add_entry(object, Role::initialised, dpc.initialised);
  if (dpc.queued) add_entry(object, Role::queued, dpc.queued_at);
  return object;
}

FindingObject image_object(const replay::Step& step, const replay::World& world) {
  FindingObject object{.kind = "image", .address = 0, .size = 0, .tag = 0, .biography = {}};
  if (step.driver == format::kNoModuleId) return object;
  const format::Module& module = world.trace().module(step.driver);
  object.address = module.base;
  object.size = module.size;
  if (const replay::Driver* driver = world.drivers().find(step.driver)) {
    add_entry(object, Role::loaded, driver->loaded);
    add_entry(object, Role::unloaded, driver->unloaded);
  }
  if (step.op == replay::Op::image_unload) {
    object.address = step[replay::Operand::address];
    object.size = step[replay::Operand::size];
    add_entry(object, Role::unloaded, step.moment());
  }
  return object;
}

FindingObject ended_memory(const replay::Step& step, const replay::World& world) {
  if (step.op == replay::Op::image_unload) return image_object(step, world);
  if (step.block != nullptr) {
    FindingObject block = object_of(*step.block);
    add_entry(block, Role::freed, step.moment());
    return block;
  }
  FindingObject object{.kind = "device",
                       .address = step.memory.begin,
                       .size = step.memory.end - step.memory.begin,
                       .tag = 0,
                       .biography = {}};
  if (const replay::Device* device = world.devices().find(step.memory.begin)) {
    add_entry(object, Role::created, device->created);
  }
  add_entry(object, Role::deleted, step.moment());
  return object;
}

FindingObject call_object(const replay::Step& step) {
  FindingObject object{.kind = "call", .address = 0, .size = 0, .tag = 0, .biography = {}};
  add_entry(object, Role::violated, step.moment());
  return object;
}

FindingObject object_of(const replay::LifetimeObject& object) {
  FindingObject told{.kind = replay::object_kind(object.kind).name,
                     .address = object.address,
                     .size = object.bytes,
                     .tag = 0,
                     .biography = {}};
  add_entry(told, Role::created, object.created);
  add_entry(told, Role::deleted, object.ended);
  return told;
}

FindingObject object_of(const replay::Handle& handle) {
  FindingObject object{.kind = "handle", .address = handle.value, .biography = {}};
  add_entry(object, Role::created, handle.opened);
  add_entry(object, Role::deleted, handle.closed);
  return object;
}

FindingObject object_of(const replay::Lock& lock, const replay::World& world) {
  FindingObject object{.kind = replay::lock_kind_name(lock.kind),
                       .address = lock.shown_address(),
                       .size = 0,
                       .tag = 0,
                       .biography = {}};
  add_entry(object, Role::initialised, lock.initialised);
  add_entry(object, Role::deleted, lock.deleted);
  if (!lock.held()) {
    add_entry(object, Role::locked, lock.acquired);
    add_entry(object, Role::unlocked, lock.released);
  }
  for (const replay::LockOwner owner : lock.owners) {
    if (const replay::Hold* hold = world.locks().hold(owner, lock)) {
      add_entry(object, Role::locked, hold->since);
    }
  }
  std::stable_sort(object.biography.begin(), object.biography.end(),
                   [](const replay::BiographyEntry& left, const replay::BiographyEntry& right) {
                     return left.moment.position < right.moment.position;
                   });
  return object;
}

}  // namespace ddireplay::checkers
