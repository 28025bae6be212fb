// Remove locks that are initialised again, or beside another one of the same device.

#include <fmt/format.h>

#include "checkers/biography.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/makers.h"
#include "checkers/object_lifetime/known_memory.h"
#include "checkers/remove_lock/remove_lock_object.h"
#include "checkers/text.h"
#include "replay/world.h"

namespace ddireplay::checkers {

namespace {

using replay::Evidence;
using replay::Finding;
using replay::FindingSink;
using replay::Op;
using replay::Operand;
using replay::Role;
using replay::Rule;
using replay::Step;
using replay::World;

using replay::RemoveLock;

enum { kTwice, kSecond };

const Rule kRules[] = {
    checked_rule("C4:D7", "remove-lock-initialised-twice", Evidence::absence),
    checked_rule("WDM:MultRemoveLock", "second-remove-lock-of-device", Evidence::presence),
};

constexpr Op kOperations[] = {Op::removelock_initialize};

class RemoveLockInit final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, FindingSink& sink) override {
    const std::uint64_t address = step[Operand::address];
    if (const RemoveLock* lock = before.remove_locks().find(address)) {
      if (in_known_memory(address, before)) again(*lock, step, before, sink);
      return;
    }
    const replay::Device* device = before.devices().containing(address);
    if (device == nullptr) return;
    const RemoveLock* other = nullptr;
    before.remove_locks().for_each_in(device->begin(), device->end(),
                                      [&](const RemoveLock& lock) { other = &lock; });
    if (other != nullptr) second(*other, *device, step, before, sink);
  }

 private:
  static void again(const RemoveLock& lock, const Step& step, const World& world,
                    FindingSink& sink) {
    Finding finding;
    finding.rule = &kRules[kTwice];
    finding.parameters = {finding.rule->code, lock.address, lock.address, 0};
    finding.rests_on = lock.initialised.position;
    finding.sentence = fmt::format(
        "{} initialised the remove lock at {:#x} again; its memory has been there since.",
        driver_name(world, step.driver), lock.address);
    finding.objects.push_back(object_of(lock, world));
    add_entry(finding.objects.back(), Role::violated, step.moment());
    sink.report(std::move(finding));
  }

  static void second(const RemoveLock& other, const replay::Device& device, const Step& step,
                     const World& world, FindingSink& sink) {
    Finding finding;
    finding.rule = &kRules[kSecond];
    finding.parameters = {0, step[Operand::address], other.address, device.address};
    finding.sentence =
        fmt::format("{} initialised a remove lock at {:#x} in a device that has one at {:#x}.",
                    driver_name(world, step.driver), step[Operand::address], other.address);
    RemoveLock fresh;
    fresh.address = step[Operand::address];
    finding.objects.push_back(object_of(fresh, world));
    add_entry(finding.objects.back(), Role::violated, step.moment());
    finding.objects.push_back(object_of(other, world));
    sink.report(std::move(finding));
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_remove_lock_init() {
  return std::make_unique<RemoveLockInit>();
}

}  // namespace ddireplay::checkers
