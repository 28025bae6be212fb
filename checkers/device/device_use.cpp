// Devices that are given to functions which want another one, or want it once.

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

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

enum { kSecondTimer, kNoPdo, kLowerDevice, kStartIoRecursion };

const Rule kRules[] = {
    checked_rule("C9:A", "second-timer-of-a-device", Evidence::absence),
    checked_rule("C9:24D", "pdo-expected", Evidence::presence),
    checked_rule("WDM:IoSetCompletionRoutineExCheckDeviceObject",
                 "completion-routine-for-lower-device", Evidence::presence),
    checked_rule("WDM:StartIoRecursion", "start-io-starts-next-packet", Evidence::absence),
};

constexpr Op kOperations[] = {Op::device_create, Op::device_delete, Op::irp_register, Op::gap};

constexpr std::string_view kInitializeTimer = "IoInitializeTimer";
constexpr std::string_view kStartNext = "IoStartNextPacket";
constexpr std::string_view kStartIoAttributes = "IoSetStartIoAttributes";

// Functions whose first argument is a PDO.
constexpr std::string_view kWantPdo[] = {

    "IoGetDeviceProperty",
    "IoGetDevicePropertyData",
    "IoGetDmaAdapter",
    "IoInvalidateDeviceRelations",
    "IoInvalidateDeviceState",
    "IoOpenDeviceRegistryKey",
    "IoRegisterDeviceInterface",
    "IoReportTargetDeviceChange",
    "IoReportTargetDeviceChangeAsynchronous",
    "IoRequestDeviceEject",
    "IoSetDevicePropertyData",
};

class DeviceUse final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, replay::FindingSink& sink) override {
    if (step.op == Op::irp_register) return register_routine(step, before, sink);
    if (step.op == Op::gap) return timers_.clear();
    timers_.erase(step[Operand::address]);
    deferring_.erase(step[Operand::address]);
  }

  bool concerns(const format::Function& function, const World&) override {
    return function.name == kInitializeTimer || function.name == kStartNext ||
           function.name == kStartIoAttributes || wants_pdo(function.name);
  }
  void on_call(const Step& step, const World& before, replay::FindingSink& sink) override {
    const std::string_view name = before.trace().function(step.event->function).name;
    if (name == kInitializeTimer) return initialize_timer(step, before, sink);
    if (name == kStartNext) return start_next(step, before, sink);
    if (name == kStartIoAttributes) {
      if (step.event->values[1] != 0) deferring_.insert(step.event->values[0]);
      return;
    }
    const Device* device = before.devices().find(step.event->values[0]);
    if (device == nullptr || device->lower == 0) return;
    found(kNoPdo, device->address, device, step, before, sink,
          fmt::format("gave {}, which wants a PDO,", name), 0);
  }

 private:
  static bool wants_pdo(std::string_view name) {
    return std::find(std::begin(kWantPdo), std::end(kWantPdo), name) != std::end(kWantPdo);
  }

  void initialize_timer(const Step& step, const World& world, replay::FindingSink& sink) {
    const int result = world.trace().function(step.event->function).layout.find("return");
    const bool has_failed = step.event->raised() || result < 0 ||
                            result >= step.event->value_count ||
                            is_error(low32(step.event->values[result]));
    if (has_failed) return;
    const std::uint64_t address = step.event->values[0];
    const auto [known, is_first] = timers_.try_emplace(address, step.event->position);
    if (is_first) return;
    found(kSecondTimer, address, world.devices().find(address), step, world, sink,
          "initialised, for the second time, the timer of", known->second);
  }

  void start_next(const Step& step, const World& world, replay::FindingSink& sink) const {
    const std::uint64_t address = step.event->values[0];
    const auto frames = world.threads().frames(*step.event);
    const bool is_in_start_io = !frames.empty() && frames.back().kind == CallbackKind::start_io &&
                                frames.back().argument == address;
    if (!is_in_start_io || deferring_.count(address) != 0) return;
    const Device* device = world.devices().find(address);
    found(kStartIoRecursion, address, device, step, world, sink,
          "called IoStartNextPacket from the StartIo routine of",
          device == nullptr ? 0 : device->created.position);
  }

  static void register_routine(const Step& step, const World& world, replay::FindingSink& sink) {
    const std::uint64_t address = step[Operand::device];
    const Device* upper = world.devices().above(address);
    const bool is_own = world.devices().find(address) != nullptr;
    if (upper == nullptr || is_own || upper->driver != step.driver) return;
    found(
        kLowerDevice, upper->address, upper, step, world, sink,
        fmt::format("gave IoSetCompletionRoutineEx the device at {:#x}, which lies below", address),
        0);
  }

  static void found(int rule, std::uint64_t address, const Device* device, const Step& step,
                    const World& world, replay::FindingSink& sink, std::string_view what,
                    std::uint64_t rests_on) {
    const bool shows_device = rule == kSecondTimer;
    const bool shows_caller = rule == kNoPdo;
    const std::uint64_t caller = caller_of(step, world);
    report(step,
           {.rule = &kRules[rule],
            .parameters = {shows_device   ? address
                           : shows_caller ? caller
                                          : 0,
                           0, shows_caller ? address : 0},
            .sentence = fmt::format("{} {} its device at {:#x}.", driver_name(world, step.driver),
                                    what, address),
            .object = device_object(address, device, step),
            .rests_on = rests_on},
           sink);
  }

  std::unordered_map<std::uint64_t, std::uint64_t> timers_;  // positions, by device
  std::unordered_set<std::uint64_t> deferring_;              // devices
};

}  // namespace

std::unique_ptr<replay::Checker> make_device_use() { return std::make_unique<DeviceUse>(); }

}  // namespace ddireplay::checkers
