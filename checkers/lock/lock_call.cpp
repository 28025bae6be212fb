#include "checkers/lock/lock_call.h"

#include <fmt/format.h>

#include "checkers/biography.h"
#include "replay/samples.h"

namespace ddireplay::checkers {

using replay::FindingObject;
using replay::Lock;
using replay::LockKind;
using replay::Op;
using replay::Operand;
using replay::Step;
using replay::World;

LockKind lock_kind(const Step& step) { return static_cast<LockKind>(step[Operand::kind]); }

bool has_flag(const Step& step, std::uint64_t flag) { return (step[Operand::flags] & flag) != 0; }

bool begins_acquisition(const Step& step, const World& world) {
  return step.op == Op::lock_request ||
         (step.op == Op::lock_acquire && !world.locks().was_requested(step));
}

bool apcs_enabled(const Step& step) { return step[Operand::apcs] == replay::kApcsEnabled; }

bool is_in_own_memory(std::uint64_t address, const Step& step, const World& world) {
  if (const replay::PoolBlock* block = world.pool().containing(address)) {
    return block->kind == replay::BlockKind::pool;
  }
  if (world.devices().containing(address) != nullptr) return true;
  if (step.driver == format::kNoModuleId) return false;
  const format::Module& image = world.trace().module(step.driver);
  return address - image.base < image.size;
}

FindingObject lock_object(const Step& step, const World& world) {
  FindingObject object{.kind = replay::lock_kind_name(lock_kind(step)),
                       .address = step[Operand::address],
                       .size = 0,
                       .tag = 0,
                       .biography = {}};
  if (const Lock* lock = world.locks().find(step)) object = object_of(*lock, world);
  add_entry(object, replay::Role::violated, step.moment());
  return object;
}

std::string lock_text(LockKind kind, std::uint64_t address) {
  if (kind == LockKind::cancel_spin) return "the cancel spin lock";
  return fmt::format("the {} at {:#x}", replay::lock_kind_name(kind), address);
}

std::string lock_text(const Step& step, const World& world) {
  const Lock* lock = world.locks().find(step);
  const LockKind kind = lock_kind(step);
  return lock_text(kind, lock == nullptr ? step[Operand::address] : lock->address);
}

}  // namespace ddireplay::checkers
