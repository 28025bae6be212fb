// Requests at the moment when a driver sends them: what the request itself shows then.

#include <fmt/format.h>

#include "checkers/irp/request.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/makers.h"
#include "checkers/text.h"
#include "replay/irql.h"
#include "replay/samples.h"

namespace ddireplay::checkers {

namespace {

using replay::Evidence;
using replay::Irp;
using replay::IrpMaker;
using replay::IrpTurn;
using replay::Op;
using replay::Operand;
using replay::Rule;
using replay::Step;
using replay::World;

constexpr std::uint64_t kIrpType = 6;
constexpr std::uint64_t kDeviceType = 3;
constexpr std::uint64_t kInvokes = 0xe0;   // SL_INVOKE_ON_..., which go with a completion routine
constexpr std::uint64_t kReturned = 0x03;  // SL_PENDING_RETURNED, SL_ERROR_RETURNED

// A call that sends a request, and what is known of that request before it.
struct Sent {
  const Step& step;
  const World& world;
  const Irp* irp;       // may be nullptr
  const IrpTurn* turn;  // may be nullptr

  std::uint64_t operator[](Operand operand) const { return step[operand]; }
  // The trace says what the request carries.
  bool is_readable() const { return step[Operand::location] != 0; }
  std::uint8_t major() const { return static_cast<std::uint8_t>(step[Operand::major]); }
  std::uint8_t minor() const { return static_cast<std::uint8_t>(step[Operand::minor]); }
  std::uint32_t status() const { return low32(step[Operand::status]); }
  // The driver that sends it made it by a call, and it is nobody else's.
  bool is_own() const {
    return irp != nullptr && turn == &irp->own && irp->is_allocated() && irp->driver == step.driver;
  }
  bool is_first_of_own() const { return is_own() && turn->sends == 0; }
  // A dispatch routine of the driver was given it, and it is still the driver's.
  bool is_forwarded() const {
    return irp != nullptr && turn != nullptr && turn != &irp->own && turn->owned() &&
           turn->driver == step.driver && turn->location != 0 && is_readable();
  }
  bool is_skipped() const { return (*this)[Operand::location] == turn->location + 0x48; }
};

bool has_no_device(const Sent& sent) { return sent[Operand::device] == 0; }

bool is_no_irp(const Sent& sent) {
  return sent[Operand::type] != 0 && sent[Operand::type] != kIrpType;
}

bool is_no_device(const Sent& sent) {
  return sent[Operand::device] != 0 && sent[Operand::extra] != 0 &&
         sent[Operand::extra] != kDeviceType;
}

bool has_cancel_routine(const Sent& sent) { return sent[Operand::cancel_routine] != 0; }

bool is_out_of_locations(const Sent& sent) {
  return sent.is_readable() && static_cast<std::int8_t>(sent[Operand::count]) <= 1;
}

// What the driver's own stack location has after IoSkipCurrentIrpStackLocation is another's, and
// right.
bool has_old_control(const Sent& sent) {
  return sent.is_forwarded() && !sent.is_skipped() && sent[Operand::completion] == 0 &&
         (sent[Operand::control] & kReturned) != 0;
}

bool has_upper_routine(const Sent& sent) {
  if (!sent.is_forwarded() || sent.is_skipped()) return false;
  const std::uint64_t routine = sent[Operand::completion];
  const bool is_own = sent.step.driver != format::kNoModuleId &&
                      sent.world.trace().module(sent.step.driver).contains(routine);
  return routine != 0 && !is_own && routine == sent.turn->upper_routine &&
         sent[Operand::context] == sent.turn->upper_context &&
         (sent[Operand::control] & kInvokes) != 0;
}

// What may be neither changed nor turned into something else on its way down.
bool is_for_the_stack(std::uint8_t major) {
  return major == replay::kMajorPnp || major == replay::kMajorPower ||
         major == replay::kMajorSystemControl;
}

bool is_not_copied(const Sent& sent) {
  return sent.is_forwarded() && !sent.is_skipped() && is_for_the_stack(sent.turn->major) &&
         sent.major() != sent.turn->major;
}

bool carries_user_address(const Sent& sent) {
  return sent.is_first_of_own() && sent.is_readable() && sent[Operand::mode] == 0 &&
         (sent.world.is_user_address(sent[Operand::buffer]) ||
          sent.world.is_user_address(sent[Operand::user_buffer]));
}

template <std::uint8_t Major>
bool begins_with_bad_status(const Sent& sent) {
  return sent.is_first_of_own() && sent.is_readable() && sent.major() == Major &&
         sent.status() != kStatusNotSupported;
}

// The driver failed it, and sends it on nevertheless.
template <std::uint8_t Major>
bool is_failed(const Sent& sent) {
  return sent.is_forwarded() && sent.turn->major == Major && is_error(sent.status()) &&
         sent.status() != kStatusNotSupported && sent.status() != sent.turn->status;
}

// To the device that AddDevice was given, though others lie between.
bool passes_by_a_device(const Sent& sent) {
  if (!sent.is_forwarded()) return false;
  const replay::Device* device = sent.world.devices().find(sent.turn->device);
  return device != nullptr && device->lower != 0 && device->asked != 0 &&
         device->asked != device->lower && sent[Operand::device] == device->asked;
}

// Plug and Play requests of which the documents say that no driver may send them.
bool is_reserved(const Sent& sent) {
  constexpr std::uint32_t kMinors = 1u << 0x00 | 1u << 0x01 | 1u << 0x02 | 1u << 0x03 | 1u << 0x04 |
                                    1u << 0x05 | 1u << 0x06 | 1u << 0x0a | 1u << 0x0b | 1u << 0x0c |
                                    1u << 0x0d | 1u << 0x11 | 1u << 0x12 | 1u << 0x14 | 1u << 0x15 |
                                    1u << 0x17 | 1u << 0x18 | 1u << 0x19;
  return sent.is_first_of_own() && sent.is_readable() && sent.major() == replay::kMajorPnp &&
         sent.minor() < 32 && (kMinors >> sent.minor() & 1) != 0;
}

bool is_threaded_at_apc_level(const Sent& sent) {
  return sent.is_own() && sent.irp->is_threaded() && sent.step.irql() != format::kIrqlUnknown &&
         sent.step.irql() >= replay::kApcLevel;
}

bool comes_back_to_nobody(const Sent& sent) {
  if (!sent.is_own() || !sent.is_readable()) return false;
  const bool needs_one =
      sent.irp->maker == IrpMaker::allocate || sent.irp->maker == IrpMaker::asynchronous;
  return needs_one && (sent[Operand::completion] == 0 || (sent[Operand::control] & kInvokes) == 0);
}

bool has_interrupts_off(const Sent& sent) {
  return sent[Operand::interrupts] == replay::kInterruptsOff;
}

bool has_refused_routine(const Sent& sent) {
  return sent.turn != nullptr && sent.turn->driver == sent.step.driver &&
         sent.turn->routine_refused.seen();
}

// What Windows shows as parameters 2 to 4.
enum class Shows : std::uint8_t { irp, device, caller_irp, caller, user_address, nothing };

struct Row {
  Rule rule;
  bool (*is_broken)(const Sent&);
  Shows shows;
  std::string_view how;  // "MyDriver.sys sent the IRP at 0x... to the device at 0x... " and this
};

const Row kRows[] = {
    {checked_rule("C4:C0", "request-sent-with-interrupts-off", Evidence::presence),
     has_interrupts_off, Shows::irp, "with interrupts off"},
    {checked_rule("C4:E2", "kernel-request-with-user-address", Evidence::presence),
     carries_user_address, Shows::user_address,
     "for kernel mode, with a buffer in the user's half of memory"},
    {checked_rule("C4:4100F", "refused-completion-routine-ignored", Evidence::presence, {},
                  "WDM:IoSetCompletionExCompleteIrp WDM:IoSetCompletionRoutineExCheck"),
     has_refused_routine, Shows::nothing, "though IoSetCompletionRoutineEx had failed"},
    {checked_rule("C9:3", "sent-what-is-no-request", Evidence::presence), is_no_irp, Shows::irp,
     "which is no IRP"},
    {checked_rule("C9:4", "request-sent-to-what-is-no-device", Evidence::presence), is_no_device,
     Shows::device, "which is no device"},
    {checked_rule("C9:203", "request-sent-with-cancel-routine", Evidence::presence),
     has_cancel_routine, Shows::caller_irp, "with a cancel routine set"},
    {checked_rule("C9:204", "request-sent-to-null", Evidence::presence), has_no_device,
     Shows::caller, "where a device should be"},
    {checked_rule("C9:206", "control-of-next-location-not-cleared", Evidence::presence),
     has_old_control, Shows::caller, "with what the stack location's Control had before"},
    {checked_rule("C9:207", "upper-completion-routine-copied", Evidence::presence),
     has_upper_routine, Shows::caller_irp, "with the completion routine of the driver above"},
    {checked_rule("C9:208", "request-out-of-stack-locations", Evidence::presence),
     is_out_of_locations, Shows::caller_irp, "without a stack location for it"},
    {checked_rule("C9:20E", "pnp-request-with-bad-first-status", Evidence::presence),
     begins_with_bad_status<replay::kMajorPnp>, Shows::caller_irp,
     "as its first, and its status is not STATUS_NOT_SUPPORTED"},
    {checked_rule("C9:20F", "power-request-with-bad-first-status", Evidence::presence),
     begins_with_bad_status<replay::kMajorPower>, Shows::caller_irp,
     "as its first, and its status is not STATUS_NOT_SUPPORTED"},
    {checked_rule("C9:210", "wmi-request-with-bad-first-status", Evidence::presence),
     begins_with_bad_status<replay::kMajorSystemControl>, Shows::caller_irp,
     "as its first, and its status is not STATUS_NOT_SUPPORTED"},
    {checked_rule("C9:211", "request-passed-by-a-device", Evidence::presence), passes_by_a_device,
     Shows::caller_irp, "and passed by the device that it is attached above"},
    {checked_rule("C9:212", "next-location-not-copied", Evidence::presence), is_not_copied,
     Shows::caller_irp, "without having copied or skipped its stack location"},
    {checked_rule("C9:215", "failed-pnp-request-passed-down", Evidence::presence),
     is_failed<replay::kMajorPnp>, Shows::caller_irp, "though it had failed it"},
    {checked_rule("C9:219", "failed-power-request-passed-down", Evidence::presence),
     is_failed<replay::kMajorPower>, Shows::caller_irp, "though it had failed it"},
    {checked_rule("C9:237", "reserved-request-sent", Evidence::presence), is_reserved,
     Shows::caller, "which only the system may send"},
    {checked_rule("C9:302", "threaded-request-sent-at-apc-level", Evidence::presence),
     is_threaded_at_apc_level, Shows::caller_irp, "at APC_LEVEL or above"},
    {checked_rule("WDM:IoAllocateForward", "own-request-without-completion-routine",
                  Evidence::presence, {}, "WDM:IoBuildFsdForward"),
     comes_back_to_nobody, Shows::nothing, "without a completion routine"},
};

std::array<std::uint64_t, 3> parameters_of(const Sent& sent, Shows shows) {
  const std::uint64_t irp = sent[Operand::irp];
  switch (shows) {
    case Shows::irp:
      return {irp, 0, 0};
    case Shows::device:
      return {sent[Operand::device], 0, 0};
    case Shows::caller_irp:
      return {caller_of(sent.step, sent.world), irp, 0};
    case Shows::caller:
      return {caller_of(sent.step, sent.world), 0, 0};
    case Shows::user_address: {
      const bool is_buffer = sent.world.is_user_address(sent[Operand::buffer]);
      return {irp, sent[is_buffer ? Operand::buffer : Operand::user_buffer], 0};
    }
    case Shows::nothing:
      break;
  }
  return {};
}

const auto kRules = rules_of(kRows);

constexpr Op kOperations[] = {Op::irp_call};

class SentRequest final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, replay::FindingSink& sink) override {
    const std::uint64_t address = step[Operand::irp];
    const Sent sent{step, before, before.irps().find(address), before.irps().turn(address)};
    for (std::size_t i = 0; i < kRules.size(); ++i) {
      if (!kRows[i].is_broken(sent)) continue;
      report(step,
             {.rule = &kRules[i],
              .parameters = parameters_of(sent, kRows[i].shows),
              .sentence = fmt::format("{} sent the IRP at {:#x} to {:#x}, {}.",
                                      driver_name(before, step.driver), address,
                                      step[Operand::device], kRows[i].how),
              .object = violated_request(step, before)},
             sink);
      // What is no request, or no device, says nothing more that could be believed.
      if (kRows[i].is_broken == is_no_irp) return;
    }
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_sent_request() { return std::make_unique<SentRequest>(); }

}  // namespace ddireplay::checkers
