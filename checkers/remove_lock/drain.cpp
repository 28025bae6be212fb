// The release that waits for all others: it belongs into the removal of the device, and the removal
// needs it.

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "checkers/biography.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/makers.h"
#include "checkers/remove_lock/remove_lock_object.h"
#include "checkers/text.h"
#include "replay/irp_codes.h"
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

using replay::CallbackFrame;
using replay::CallbackKind;
using replay::RemoveLock;

enum { kOutside, kMissing };

const Rule kRules[] = {
    checked_rule("WDM:IoReleaseRemoveLockAndWaitOutsideRemoveDevice",
                 "remove-lock-drained-outside-removal", Evidence::presence),
    checked_rule("WDM:RemoveLockMnRemove", "device-removed-without-draining-remove-lock",
                 Evidence::absence, "", "WDM:RemoveLockMnRemove2 WDM:RemoveLockCheck"),
};

constexpr Op kOperations[] = {Op::removelock_drain, Op::device_delete, Op::callback_enter};

bool is_removal(const CallbackFrame& frame) {
  return frame.kind == CallbackKind::dispatch && frame.major == replay::kMajorPnp &&
         frame.minor == replay::kMinorRemoveDevice;
}
// Somebody else's callback may finish a removal.
bool may_be_for_removal(const CallbackFrame& frame) {
  return frame.kind != CallbackKind::dispatch && frame.kind != CallbackKind::add_device &&
         frame.kind != CallbackKind::unload && frame.kind != CallbackKind::driver_entry;
}

class RemoveLockDrain final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, FindingSink& sink) override {
    if (step.op == Op::callback_enter) return note_plug_and_play(step);
    const auto frames = before.threads().frames(*step.event);
    const bool in_removal = std::any_of(frames.begin(), frames.end(), is_removal);
    if (step.op == Op::device_delete) {
      if (in_removal) delete_device(step, before, sink);
      return;
    }
    if (in_removal || frames.empty()) return;
    if (std::any_of(frames.begin(), frames.end(), may_be_for_removal)) return;
    if (plug_and_play_.count(step.driver) == 0) return;
    // A lock elsewhere is not a device's: what the driver waits for with it is its own affair.
    if (before.devices().containing(step[Operand::address]) == nullptr) return;
    drain(step, before, sink);
  }

 private:
  // A driver without AddDevice is never told to remove a device: it drains its locks in Unload.
  void note_plug_and_play(const Step& step) {
    const auto kind = static_cast<CallbackKind>(step[Operand::kind]);
    if (kind == CallbackKind::add_device) plug_and_play_.insert(step.driver);
  }

  static void drain(const Step& step, const World& world, FindingSink& sink) {
    RemoveLock unknown;
    unknown.address = step[Operand::address];
    const RemoveLock* lock = world.remove_locks().find(unknown.address);
    Finding finding;
    finding.rule = &kRules[kOutside];
    finding.parameters = {0, unknown.address, step[Operand::object], 0};
    finding.sentence = fmt::format(
        "{} called IoReleaseRemoveLockAndWait for the remove lock at {:#x} outside "
        "IRP_MN_REMOVE_DEVICE.",
        driver_name(world, step.driver), unknown.address);
    finding.objects.push_back(object_of(lock == nullptr ? unknown : *lock, world));
    add_entry(finding.objects.back(), Role::violated, step.moment());
    sink.report(std::move(finding));
  }

  static void delete_device(const Step& step, const World& world, FindingSink& sink) {
    const replay::Device* device = world.devices().find(step[Operand::address]);
    if (device == nullptr) return;
    world.remove_locks().for_each_in(device->begin(), device->end(), [&](const RemoveLock& lock) {
      if (lock.drained.seen()) return;
      Finding finding;
      finding.rule = &kRules[kMissing];
      finding.parameters = {0, lock.address, device->address, lock.holds.size()};
      finding.rests_on = lock.initialised.position;
      finding.sentence = fmt::format(
          "{} deleted the device at {:#x} in IRP_MN_REMOVE_DEVICE without having waited for "
          "the remove lock at {:#x} in it.",
          driver_name(world, step.driver), device->address, lock.address);
      finding.objects.push_back(object_of(lock, world));
      add_entry(finding.objects.back(), Role::violated, step.moment());
      sink.report(std::move(finding));
    });
  }

  std::set<format::ModuleId> plug_and_play_;  // drivers that have been given a device
};

}  // namespace

std::unique_ptr<replay::Checker> make_remove_lock_drain() {
  return std::make_unique<RemoveLockDrain>();
}

}  // namespace ddireplay::checkers
