// Requests that are sent on while nothing holds the device's remove lock: the device below may be
// gone before the request is there.

#include <fmt/format.h>

#include <vector>

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
using replay::RemoveLock;

constexpr std::uint8_t kAny = 0xff;

struct RequestRow {
  std::uint8_t major;
  std::uint8_t minor;
  std::string_view id;
  std::string_view slug;
  std::string_view request;
  std::string_view aliases;
};
// The last one is for all others.
constexpr RequestRow kRows[] = {
    {replay::kMajorRead, kAny, "WDM:RemoveLockForwardRead", "read-forwarded-without-remove-lock",
     "a read request", "WDM:RemoveLockForwardRead2"},
    {replay::kMajorWrite, kAny, "WDM:RemoveLockForwardWrite", "write-forwarded-without-remove-lock",
     "a write request", "WDM:RemoveLockForwardWrite2"},
    {replay::kMajorDeviceControl, kAny, "WDM:RemoveLockForwardDeviceControl",
     "device-control-forwarded-without-remove-lock", "a device-control request",
     "WDM:RemoveLockForwardDeviceControl2"},
    {replay::kMajorInternalDeviceControl, kAny, "WDM:RemoveLockForwardDeviceControlInternal",
     "internal-device-control-forwarded-without-remove-lock", "an internal device-control request",
     "WDM:RemoveLockForwardDeviceControlInternal2"},
    {replay::kMajorPnp, replay::kMinorQueryRemoveDevice, "WDM:RemoveLockQueryMnRemove",
     "query-remove-forwarded-without-remove-lock", "IRP_MN_QUERY_REMOVE_DEVICE", ""},
    {replay::kMajorPnp, replay::kMinorSurpriseRemoval, "WDM:RemoveLockMnSurpriseRemove",
     "surprise-removal-forwarded-without-remove-lock", "IRP_MN_SURPRISE_REMOVAL", ""},
    {kAny, kAny, "WDM:RemoveLockForward", "request-forwarded-without-remove-lock", "a request",
     "WDM:RemoveLockForward2"},
};

std::vector<Rule> make_rules() {
  std::vector<Rule> rules;
  for (const RequestRow& row : kRows) {
    rules.push_back(checked_rule(row.id, row.slug, Evidence::absence, "", row.aliases));
  }
  return rules;
}
const std::vector<Rule> kRules = make_rules();

constexpr Op kOperations[] = {Op::irp_call};

std::size_t row_of(const CallbackFrame& frame) {
  for (std::size_t row = 0;; ++row) {
    const bool major = kRows[row].major == kAny || kRows[row].major == frame.major;
    const bool minor = kRows[row].minor == kAny || kRows[row].minor == frame.minor;
    if (major && minor) return row;
  }
}

class RemoveLockForward final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, FindingSink& sink) override {
    const auto frames = before.threads().frames(*step.event);
    if (frames.empty() || frames.back().kind != replay::CallbackKind::dispatch) return;
    const CallbackFrame& frame = frames.back();
    // A request of the driver's own is not the one that the routine was given.
    if (frame.irp == 0 || frame.irp != step[Operand::irp]) return;
    // The removal itself has rules of its own.
    if (frame.major == replay::kMajorPnp && frame.minor == replay::kMinorRemoveDevice) return;
    const replay::Device* device = before.devices().find(frame.argument);
    if (device == nullptr) return;
    before.remove_locks().for_each_in(device->begin(), device->end(), [&](const RemoveLock& lock) {
      if (lock.holds.empty() && !lock.drained.seen()) report(lock, frame, step, before, sink);
    });
  }

 private:
  static void report(const RemoveLock& lock, const CallbackFrame& frame, const Step& step,
                     const World& world, FindingSink& sink) {
    const std::size_t row = row_of(frame);
    Finding finding;
    finding.rule = &kRules[row];
    finding.parameters = {0, frame.irp, lock.address, frame.argument};
    finding.rests_on = lock.initialised.position;
    finding.sentence =
        fmt::format("{} sent {} on while nobody held the remove lock at {:#x}.",
                    driver_name(world, step.driver), kRows[row].request, lock.address);
    finding.objects.push_back(object_of(lock, world));
    add_entry(finding.objects.back(), Role::violated, step.moment());
    sink.report(std::move(finding));
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_remove_lock_forward() {
  return std::make_unique<RemoveLockForward>();
}

}  // namespace ddireplay::checkers
