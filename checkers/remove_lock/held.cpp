// Remove locks that a dispatch routine acquired for its request, and still holds when it returns
// with the request done.

#include <fmt/format.h>

#include <vector>

#include "checkers/biography.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/makers.h"
#include "checkers/remove_lock/remove_lock_object.h"
#include "checkers/text.h"
#include "replay/irp_codes.h"
#include "replay/nt_status.h"
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

constexpr std::uint8_t kAnyMajor = 0xff;

struct MajorRow {
  std::uint8_t major;
  std::string_view id;
  std::string_view slug;
  std::string_view request;
  std::string_view aliases;
};
// The last one is for all others.
constexpr MajorRow kRows[] = {
    {replay::kMajorCreate, "WDM:RemoveLockReleaseCreate", "remove-lock-held-after-create",
     "a create request", ""},
    {replay::kMajorClose, "WDM:RemoveLockReleaseClose", "remove-lock-held-after-close",
     "a close request", ""},
    {replay::kMajorRead, "WDM:RemoveLockReleaseRead", "remove-lock-held-after-read",
     "a read request", ""},
    {replay::kMajorWrite, "WDM:RemoveLockReleaseWrite", "remove-lock-held-after-write",
     "a write request", ""},
    {replay::kMajorDeviceControl, "WDM:RemoveLockReleaseDeviceControl",
     "remove-lock-held-after-device-control", "a device-control request", ""},
    {replay::kMajorInternalDeviceControl, "WDM:RemoveLockReleaseInternalDeviceControl",
     "remove-lock-held-after-internal-device-control", "an internal device-control request", ""},
    {replay::kMajorShutdown, "WDM:RemoveLockReleaseShutdown", "remove-lock-held-after-shutdown",
     "a shutdown request", ""},
    {replay::kMajorCleanup, "WDM:RemoveLockReleaseCleanup", "remove-lock-held-after-cleanup",
     "a cleanup request", ""},
    {replay::kMajorPower, "WDM:RemoveLockReleasePower", "remove-lock-held-after-power",
     "a power request", ""},
    {replay::kMajorSystemControl, "WDM:RemoveLockReleaseSystemControl",
     "remove-lock-held-after-system-control", "a WMI request", ""},
    {replay::kMajorPnp, "WDM:RemoveLockReleasePnp", "remove-lock-held-after-pnp", "a PnP request",
     "WDM:RemoveLock"},
    {kAnyMajor, "WDM:RemoveLockRelease2", "remove-lock-held-after-request", "a request", ""},
};

std::vector<Rule> make_rules() {
  std::vector<Rule> rules;
  for (const MajorRow& row : kRows) {
    rules.push_back(checked_rule(row.id, row.slug, Evidence::absence, "", row.aliases));
  }
  return rules;
}
const std::vector<Rule> kRules = make_rules();

constexpr Op kOperations[] = {Op::callback_leave};

std::size_t row_of(std::uint8_t major) {
  std::size_t row = 0;
  while (kRows[row].major != major && kRows[row].major != kAnyMajor) ++row;
  return row;
}

// Acquired with the request's tag since the routine was given it: an earlier request may have had
// the same address.
bool is_of(const RemoveLock::Hold& hold, const CallbackFrame& frame) {
  return hold.tag == frame.irp && hold.acquired.position > frame.entered.position;
}

replay::FindingObject held_lock(const RemoveLock& lock, const CallbackFrame& frame,
                                const World& world) {
  replay::FindingObject object = initialised_lock(lock, world);
  for (const RemoveLock::Hold& hold : lock.holds) {
    if (is_of(hold, frame)) add_entry(object, Role::locked, hold.acquired);
  }
  return object;
}

class RemoveLockHeld final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, FindingSink& sink) override {
    if (step.event->raised()) return;
    const auto status = static_cast<std::uint32_t>(step[Operand::result]);
    if (status == replay::kStatusPending) return;
    const auto frames = before.threads().frames(*step.event);
    if (frames.empty() || frames.back().kind != replay::CallbackKind::dispatch) return;
    const CallbackFrame& frame = frames.back();
    if (frame.irp == 0 || frame.function != step.event->function) return;
    before.remove_locks().for_each([&](const RemoveLock& lock) {
      // What is held under another tag is not for the request: a work item may hold it, or a file.
      const RemoveLock::Hold* hold = lock.holds.empty() ? nullptr : lock.find(frame.irp);
      if (hold == nullptr || !is_of(*hold, frame)) return;
      report(lock, *hold, frame, step, before, sink);
    });
  }

 private:
  static void report(const RemoveLock& lock, const RemoveLock::Hold& hold,
                     const CallbackFrame& frame, const Step& step, const World& world,
                     FindingSink& sink) {
    const std::size_t row = row_of(frame.major);
    Finding finding;
    finding.rule = &kRules[row];
    finding.parameters = {0, frame.irp, lock.address, hold.tag};
    finding.rests_on = hold.acquired.position;
    finding.sentence = fmt::format(
        "{} returned from the dispatch routine for {} with the status {:#x}, and still holds the "
        "remove lock at {:#x} for it.",
        driver_name(world, step.driver), kRows[row].request,
        static_cast<std::uint32_t>(step[Operand::result]), lock.address);
    finding.objects.push_back(held_lock(lock, frame, world));
    add_entry(finding.objects.back(), Role::violated, step.moment());
    sink.report(std::move(finding));
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_remove_lock_held() {
  return std::make_unique<RemoveLockHeld>();
}

}  // namespace ddireplay::checkers
