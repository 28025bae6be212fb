// Devices that are detached and deleted: too early, twice, in the wrong order, or not at all.

#include <fmt/format.h>

#include "checkers/device/device_finding.h"
#include "checkers/irp/request.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/makers.h"
#include "checkers/text.h"

namespace ddireplay::checkers {

namespace {

using replay::CallbackFrame;
using replay::CallbackKind;
using replay::Device;
using replay::Evidence;
using replay::IrpTurn;
using replay::Op;
using replay::Operand;
using replay::Rule;
using replay::Step;
using replay::World;

enum {
  kDeletedAttached,
  kNothingAttached,
  kStaysAttached,
  kStays,
  kDeletedTwice,
  kDetachedTooEarly,
  kDeletedTooEarly,
  kDeletedBeforeRemove
};

const Rule kRules[] = {
    checked_rule("C9:201", "attached-device-deleted", Evidence::absence),
    checked_rule("C9:202", "detached-what-is-not-attached", Evidence::absence),
    checked_rule("C9:21D", "device-attached-after-removal", Evidence::absence),
    checked_rule("C9:21E", "device-left-after-removal", Evidence::absence, "C9:21D"),
    checked_rule("C9:240", "device-deleted-twice", Evidence::absence),
    checked_rule("C9:241", "device-detached-at-surprise-removal", Evidence::presence, {},
                 "WDM:PnpSurpriseRemove"),
    checked_rule("C9:242", "device-deleted-at-surprise-removal", Evidence::presence),
    checked_rule("WDM:DeleteDevice", "device-deleted-before-removal", Evidence::absence),
};

constexpr Op kOperations[] = {Op::device_delete, Op::device_detach, Op::callback_leave};
constexpr std::uint64_t kDeviceType = 3;

class DeviceRemoval final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, replay::FindingSink& sink) override {
    const Call call{step, before, sink};
    switch (step.op) {
      case Op::device_delete:
        return deleted(call);
      case Op::device_detach:
        return detached(call);
      default:
        return left(call);
    }
  }

 private:
  struct Call {
    const Step& step;
    const World& world;
    replay::FindingSink& sink;
  };

  // The Plug and Play request of the dispatch routine that runs, if it is that minor's and for that
  // device.
  static const IrpTurn* pnp_turn(const Call& call, std::uint8_t minor, std::uint64_t device) {
    const CallbackFrame* frame = dispatch_frame(call.step, call.world);
    if (frame == nullptr) return nullptr;
    const IrpTurn* turn = call.world.irps().of_frame(frame->entered.position);
    const bool is_it = turn != nullptr && turn->location != 0 && turn->major == replay::kMajorPnp &&
                       turn->minor == minor && turn->device == device;
    return is_it ? turn : nullptr;
  }

  static void deleted(const Call& call) {
    const std::uint64_t address = call.step[Operand::address];
    const Device* device = call.world.devices().find(address);
    if (device == nullptr) {
      const Device* gone = call.world.devices().deleted(address);
      if (gone == nullptr || gone->driver != call.step.driver) return;
      return found(call, kDeletedTwice, address, gone, "deleted, for the second time,",
                   gone->deleted.position);
    }
    if (device->lower != 0) {
      found(call, kDeletedAttached, address, device, "deleted, and did not detach,",
            device->attached.position);
    }
    if (pnp_turn(call, replay::kMinorSurpriseRemoval, address) != nullptr) {
      found(call, kDeletedTooEarly, address, device, "deleted, at its surprise removal,", 0);
    }
    const IrpTurn* removal = pnp_turn(call, replay::kMinorRemoveDevice, address);
    const bool is_too_early = removal != nullptr && device->attached.seen() &&
                              removal->state == IrpTurn::State::held && removal->sends == 0;
    if (is_too_early) {
      found(call, kDeletedBeforeRemove, address, device,
            "deleted, before it had passed its removal on,", removal->begun.position);
    }
  }

  static void detached(const Call& call) {
    const std::uint64_t lower = call.step[Operand::address];
    const Device* device = call.world.devices().above(lower);
    if (device != nullptr &&
        pnp_turn(call, replay::kMinorSurpriseRemoval, device->address) != nullptr) {
      found(call, kDetachedTooEarly, device->address, device, "detached, at its surprise removal,",
            0);
    }
    const bool is_known = call.step[Operand::type] == kDeviceType;
    const replay::Moment before = call.world.devices().detached(lower);
    const bool has_nothing = is_known ? call.step[Operand::object] == 0 : before.seen();
    if (!has_nothing) return;
    replay::FindingObject object = device_object(lower, nullptr, call.step);
    report(call.step,
           {.rule = &kRules[kNothingAttached],
            .parameters = {caller_of(call.step, call.world), lower, 0},
            .sentence = fmt::format("{} called IoDetachDevice for the device at {:#x}, to which "
                                    "nothing is attached.",
                                    driver_name(call.world, call.step.driver), lower),
            .object = std::move(object),
            .rests_on = is_known ? call.step.event->position : before.position},
           call.sink);
  }

  // A dispatch routine that has handled the removal of its device. A PDO, which is attached to
  // nothing, may stay.
  static void left(const Call& call) {
    if (static_cast<CallbackKind>(call.step[Operand::kind]) != CallbackKind::dispatch) return;
    const CallbackFrame* frame = call.world.threads().frame_left(*call.step.event);
    if (frame == nullptr || call.step.event->raised()) return;
    const std::uint32_t result = low32(call.step[Operand::result]);
    if (result == kStatusPending || is_error(result)) return;
    const IrpTurn* turn = call.world.irps().of_frame(frame->entered.position);
    const bool is_removal = turn != nullptr && turn->location != 0 &&
                            turn->major == replay::kMajorPnp &&
                            turn->minor == replay::kMinorRemoveDevice;
    if (!is_removal) return;
    const Device* device = call.world.devices().find(turn->device);
    const bool is_stacked = device != nullptr && device->driver == call.step.driver &&
                            device->attached.seen() &&
                            device->attached.position < turn->begun.position;
    if (!is_stacked) return;
    if (device->lower != 0) {
      found(call, kStaysAttached, device->address, device, "did not detach, at its removal,",
            device->attached.position);
    }
    found(call, kStays, device->address, device, "did not delete, at its removal,",
          device->created.position);
  }

  static void found(const Call& call, int rule, std::uint64_t address, const Device* device,
                    std::string_view what, std::uint64_t rests_on) {
    const CallbackFrame* frame = dispatch_frame(call.step, call.world);
    const std::uint64_t irp = frame == nullptr ? 0 : frame->irp;
    const std::uint64_t caller = caller_of(call.step, call.world);
    const bool is_word = kRules[rule].bug_check == 0;
    report(call.step,
           {.rule = &kRules[rule],
            .parameters = is_word || rule == kDeletedAttached
                              ? std::array<std::uint64_t, 3>{is_word ? 0 : caller, 0, 0}
                              : std::array<std::uint64_t, 3>{caller, irp, address},
            .sentence = fmt::format("{} {} its device at {:#x}.",
                                    driver_name(call.world, call.step.driver), what, address),
            .object = device_object(address, device, call.step),
            .rests_on = rests_on},
           call.sink);
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_device_removal() { return std::make_unique<DeviceRemoval>(); }

}  // namespace ddireplay::checkers
