// What AddDevice makes: a device that is attached above the one it was called for, and ready.

#include <fmt/format.h>

#include <unordered_map>

#include "checkers/device/device_finding.h"
#include "checkers/irp/request.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/makers.h"
#include "checkers/text.h"

namespace ddireplay::checkers {

namespace {

using replay::CallbackKind;
using replay::Device;
using replay::Evidence;
using replay::Op;
using replay::Operand;
using replay::Rule;
using replay::Step;
using replay::World;

enum {
  kNotPagable,
  kInitialising,
  kOtherKindOfIo,
  kBothKindsOfIo,
  kOtherType,
  kAttachedFirst,
  kAttachedElsewhere
};

const Rule kRules[] = {
    checked_rule("C9:23F", "power-pagable-not-inherited", Evidence::presence),
    checked_rule("C9:243", "device-left-initializing", Evidence::presence),
    checked_rule("C9:244", "kind-of-io-not-inherited", Evidence::presence),
    checked_rule("C9:245", "buffered-and-direct-io", Evidence::presence),
    checked_rule("C9:246", "device-type-not-inherited", Evidence::presence),
    checked_rule("WDM:AddDevice", "attached-before-created", Evidence::absence),
    checked_rule("WDM:PnpSameDeviceObject", "attached-to-unexpected-device", Evidence::presence),
};

constexpr Op kOperations[] = {Op::callback_enter, Op::callback_leave, Op::device_create,
                              Op::device_attach, Op::gap};

// DEVICE_OBJECT.Flags.
constexpr std::uint32_t kBufferedIo = 0x04;
constexpr std::uint32_t kDirectIo = 0x10;
constexpr std::uint32_t kDeviceInitializing = 0x80;
constexpr std::uint32_t kPowerPagable = 0x2000;
constexpr std::uint32_t kPowerInrush = 0x4000;

struct Adding {
  std::uint64_t pdo;
  std::uint64_t entered;
  bool has_created = false;
};

class AddDevice final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, replay::FindingSink& sink) override {
    if (step.op == Op::gap) return adding_.clear();
    const bool is_callback = step.op == Op::callback_enter || step.op == Op::callback_leave;
    if (is_callback && static_cast<CallbackKind>(step[Operand::kind]) != CallbackKind::add_device) {
      return;
    }
    if (step.op == Op::callback_enter) {
      adding_[step.event->thread] = {step[Operand::device], step.event->position};
      return;
    }
    const auto adding = adding_.find(step.event->thread);
    if (adding == adding_.end()) return;
    if (step.op == Op::device_create) {
      adding->second.has_created = true;
    } else if (step.op == Op::device_attach) {
      attach(adding->second, step, before, sink);
    } else {
      leave(adding->second, step, before, sink);
      adding_.erase(adding);
    }
  }

 private:
  static void attach(const Adding& adding, const Step& step, const World& world,
                     replay::FindingSink& sink) {
    const std::uint64_t address = step[Operand::address];
    const Device* device = world.devices().find(address);
    if (device == nullptr && !adding.has_created) {
      found(kAttachedFirst, address, device, step, world, sink,
            "attached, before it had created any,", adding.entered);
    }
    const std::uint64_t asked = step[Operand::device];
    if (asked != 0 && adding.pdo != 0 && asked != adding.pdo) {
      found(
          kAttachedElsewhere, address, device, step, world, sink,
          fmt::format("attached to {:#x}, and not to the device that AddDevice was given,", asked),
          0);
    }
  }

  static void leave(const Adding& adding, const Step& step, const World& world,
                    replay::FindingSink& sink) {
    if (step.event->raised() || is_error(low32(step[Operand::result]))) return;
    const std::uint64_t address = step[Operand::object];
    const Device* device = world.devices().find(address);
    if (device == nullptr || device->created.position < adding.entered) return;
    const std::uint32_t flags = low32(step[Operand::flags]);
    if ((flags & kDeviceInitializing) != 0) {
      found(kInitialising, address, device, step, world, sink, "left DO_DEVICE_INITIALIZING set in",
            0);
    }
    if ((flags & kBufferedIo) != 0 && (flags & kDirectIo) != 0) {
      found(kBothKindsOfIo, address, device, step, world, sink,
            "set both DO_BUFFERED_IO and DO_DIRECT_IO in", 0);
    }
    const bool is_pagable_below = device->lower != 0 && (device->lower_flags & kPowerPagable) != 0;
    if (is_pagable_below && (flags & (kPowerPagable | kPowerInrush)) == 0) {
      found(kNotPagable, address, device, step, world, sink,
            "did not set DO_POWER_PAGABLE, as the device below has it, in", 0);
    }
    // Above the physical device it may be a function driver, whose choice these two are.
    if (device->lower == 0 || device->lower == adding.pdo) return;
    constexpr std::uint32_t kKindsOfIo = kBufferedIo | kDirectIo;
    const bool is_known_below = device->lower_flags != 0;
    if (is_known_below && (flags & kKindsOfIo) != (device->lower_flags & kKindsOfIo)) {
      found(kOtherKindOfIo, address, device, step, world, sink,
            "did not copy DO_BUFFERED_IO and DO_DIRECT_IO from the device below to", 0);
    }
    const std::uint64_t type = step[Operand::type];
    if (type != 0 && device->lower_type != 0 && type != device->lower_type) {
      found(kOtherType, address, device, step, world, sink,
            fmt::format("gave type {:#x} and not {:#x}, that of the device below, to", type,
                        device->lower_type),
            0);
    }
  }

  static void found(int rule, std::uint64_t address, const Device* device, const Step& step,
                    const World& world, replay::FindingSink& sink, std::string_view what,
                    std::uint64_t rests_on) {
    const bool has_code = kRules[rule].bug_check != 0;
    report(step,
           {.rule = &kRules[rule],
            .parameters = {has_code ? caller_of(step, world) : 0, 0, has_code ? address : 0},
            .sentence = fmt::format("{} {} its device at {:#x}.", driver_name(world, step.driver),
                                    what, address),
            .object = device_object(address, device, step),
            .rests_on = rests_on},
           sink);
  }

  std::unordered_map<std::uint64_t, Adding> adding_;  // by thread
};

}  // namespace

std::unique_ptr<replay::Checker> make_add_device() { return std::make_unique<AddDevice>(); }

}  // namespace ddireplay::checkers
