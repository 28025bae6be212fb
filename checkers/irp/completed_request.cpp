// Requests at the moment when a driver completes them: what they carry then, and what the driver
// did with them before.

#include <fmt/format.h>

#include <string_view>

#include "checkers/irp/request.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/makers.h"
#include "checkers/text.h"

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

constexpr std::uint8_t kQueryDeviceRelations = 0x07;
constexpr std::uint8_t kQueryInterface = 0x08;
constexpr std::uint32_t kTargetDeviceRelation = 4;
constexpr std::uint32_t kMethodMask = 3;  // of a control code; 0: METHOD_BUFFERED

struct Completed {
  const Step& step;
  const World& world;
  const Irp* irp;       // may be nullptr
  const IrpTurn* turn;  // may be nullptr

  std::uint64_t operator[](Operand operand) const { return step[operand]; }
  bool is_readable() const { return step[Operand::location] != 0; }
  std::uint32_t status() const { return low32(step[Operand::status]); }
  // A dispatch routine of the driver was given it, and it is the driver's to complete.
  bool was_received() const {
    return irp != nullptr && turn != nullptr && turn != &irp->own && turn->owned() &&
           turn->driver == step.driver && turn->location != 0 && is_readable();
  }
  bool is(std::uint8_t major) const { return was_received() && turn->major == major; }
  // It never went further down.
  bool ends_here() const { return was_received() && turn->sends == 0; }
  // The status is the driver's own word: not what came from below.
  bool has_own_status() const {
    return was_received() && !(turn->came_back.seen() && turn->back_status == status());
  }
  // The device lies above another one: it is no PDO.
  bool is_attached() const {
    const replay::Device* device = world.devices().find(turn->device);
    return device != nullptr && device->lower != 0;
  }
};

bool has_no_status(const Completed& done) {
  return done.is_readable() && (done.status() == kStatusPending || done.status() == kNoStatus);
}

bool has_cancel_routine(const Completed& done) { return done[Operand::cancel_routine] != 0; }

template <std::uint8_t Major>
bool turned_into_not_supported(const Completed& done) {
  return done.is(Major) && done.turn->came_back.seen() &&
         done.turn->back_status != kStatusNotSupported && done.status() == kStatusNotSupported;
}

// Requests that tell, and don't ask.
bool refuses_pnp(const Completed& done) {
  constexpr std::uint32_t kMinors = 1u << 0x02 | 1u << 0x03 | 1u << 0x06 | 1u << 0x17;
  return done.is(replay::kMajorPnp) && done.turn->minor < 32 &&
         (kMinors >> done.turn->minor & 1) != 0 && is_error(done.status()) && done.has_own_status();
}

bool refuses_close(const Completed& done) {
  return (done.is(replay::kMajorClose) || done.is(replay::kMajorCleanup)) &&
         is_error(done.status()) && done.has_own_status();
}

bool answers_query_remove_unsupported(const Completed& done) {
  return done.is(replay::kMajorPnp) && done.turn->minor == replay::kMinorQueryRemoveDevice &&
         done.is_attached() && done.status() == kStatusNotSupported && done.has_own_status();
}

template <std::uint8_t Major>
bool completes_untouched(const Completed& done) {
  return done.is(Major) && done.ends_here() && done.is_attached() &&
         done.status() == kStatusNotSupported;
}

bool keeps_successful_pnp(const Completed& done) {
  // A driver that gives the interface itself, or answers a question with a yes that nobody below
  // could take back, may end the request.
  constexpr std::uint32_t kMayEnd =
      1u << replay::kMinorQueryRemoveDevice | 1u << 0x05 | 1u << kQueryInterface;
  return done.is(replay::kMajorPnp) && done.ends_here() && done.is_attached() &&
         done.status() == kStatusSuccess &&
         !(done.turn->minor < 32 && (kMayEnd >> done.turn->minor & 1) != 0);
}

bool keeps_successful_power(const Completed& done) {
  return done.is(replay::kMajorPower) && done.ends_here() && done.is_attached() &&
         done.status() == kStatusSuccess;
}

// Whatever state the device is to enter: the system does not stop for it.
bool refuses_power(const Completed& done) {
  return done.is(replay::kMajorPower) && done.turn->minor == replay::kMinorSetPower &&
         is_error(done.status()) && done.status() != kStatusNotSupported && done.has_own_status();
}

bool answers_wmi_for_another(const Completed& done) {
  constexpr std::uint8_t kMinorMax = 0x0b;  // those with a ProviderId
  const bool names_a_device = done.is(replay::kMajorSystemControl) &&
                              done.turn->minor <= kMinorMax && done.turn->minor != 0x0a &&
                              done.turn->parameters[0] != 0;
  return names_a_device && done.ends_here() && done.is_attached() &&
         done.turn->parameters[0] != done.turn->device;
}

bool relates_to_nothing(const Completed& done) {
  return done.is(replay::kMajorPnp) && done.turn->minor == kQueryDeviceRelations &&
         done.ends_here() && low32(done.turn->parameters[0]) == kTargetDeviceRelation &&
         done.status() == kStatusSuccess && done[Operand::information] == 0;
}

// Bytes that the requester gets of what a request says that it has written or read.
bool says_more_than_there_is(const Completed& done) {
  if (!done.was_received() || done.status() >> 30 == 3) return false;
  const std::uint8_t major = done.turn->major;
  const bool is_buffered_control =
      major == replay::kMajorDeviceControl && (low32(done.turn->parameters[2]) & kMethodMask) == 0;
  if (!is_buffered_control && major != replay::kMajorRead && major != replay::kMajorWrite)
    return false;
  const std::uint32_t size = low32(done.turn->parameters[0]);
  // Without an output buffer nothing is copied, and Information may be the bytes that were taken.
  if (is_buffered_control && size == 0) return false;
  return done[Operand::information] > size;
}

bool was_never_sent(const Completed& done) {
  if (done.irp == nullptr || done.turn != &done.irp->own) return false;
  const IrpMaker maker = done.irp->maker;
  return (maker == IrpMaker::allocate || maker == IrpMaker::asynchronous) &&
         done.irp->driver == done.step.driver && done.turn->sends == 0;
}

bool never_went_down_registered(const Completed& done) {
  return done.was_received() && done.turn->routine_registered.seen();
}

enum class Shows : std::uint8_t {
  status_irp,
  routine_irp,
  caller_irp,
  caller,
  caller_irp_provider,
  nothing
};

struct Row {
  Rule rule;
  bool (*is_broken)(const Completed&);
  Shows shows;
  std::string_view how;  // "MyDriver.sys completed the IRP at 0x... (IRP_MJ_PNP) " and this
};

const Row kRows[] = {
    {checked_rule("C4:43006", "unfailable-pnp-request-failed", Evidence::presence, {},
                  "C9:306 WDM:PnpRemove WDM:NsRemoveLockMnRemove WDM:NsRemoveLockMnSurpriseRemove"),
     refuses_pnp, Shows::nothing, "with an error, though it can't be refused"},
    {checked_rule("C9:6", "completed-without-final-status", Evidence::presence, {},
                  "WDM:CompleteRequestStatusCheck"),
     has_no_status, Shows::status_irp, "without a final status"},
    {checked_rule("C9:7", "completed-with-cancel-routine", Evidence::presence, {}, "C9:23C"),
     has_cancel_routine, Shows::routine_irp, "with a cancel routine set"},
    {checked_rule("C9:216", "pnp-status-lost", Evidence::presence),
     turned_into_not_supported<replay::kMajorPnp>, Shows::caller_irp,
     "with STATUS_NOT_SUPPORTED, though it had come back with another status"},
    {checked_rule("C9:21A", "power-status-lost", Evidence::presence),
     turned_into_not_supported<replay::kMajorPower>, Shows::caller_irp,
     "with STATUS_NOT_SUPPORTED, though it had come back with another status"},
    {checked_rule("C9:220", "wmi-request-of-another-completed", Evidence::presence),
     answers_wmi_for_another, Shows::caller_irp_provider, "which names another device"},
    {checked_rule("C9:22E", "successful-pnp-request-not-passed-down", Evidence::presence, {},
                  "WDM:PnpIrpCompletion"),
     keeps_successful_pnp, Shows::caller_irp, "with success, and did not pass it down"},
    {checked_rule("C9:22F", "untouched-pnp-request-completed", Evidence::presence, {}, "C9:22D"),
     completes_untouched<replay::kMajorPnp>, Shows::caller_irp,
     "as it was, and did not pass it down"},
    {checked_rule("C9:231", "successful-power-request-not-passed-down", Evidence::presence),
     keeps_successful_power, Shows::caller_irp, "with success, and did not pass it down"},
    {checked_rule("C9:232", "untouched-power-request-completed", Evidence::presence, {}, "C9:230"),
     completes_untouched<replay::kMajorPower>, Shows::caller_irp,
     "as it was, and did not pass it down"},
    {checked_rule("C9:239", "completed-what-was-never-sent", Evidence::presence, {},
                  "WDM:IoAllocateComplete WDM:IoBuildFsdComplete"),
     was_never_sent, Shows::caller, "which it had made and never sent"},
    {checked_rule("C9:247", "close-or-cleanup-failed", Evidence::presence), refuses_close,
     Shows::caller_irp, "with an error, though it can't be refused"},
    {checked_rule("C9:24B", "target-relation-without-content", Evidence::presence, {}, "C9:22B"),
     relates_to_nothing, Shows::caller_irp, "with success and without the device that it asks for"},
    {checked_rule("C9:312", "information-larger-than-buffer", Evidence::presence),
     says_more_than_there_is, Shows::caller_irp, "with more bytes than its buffer has"},
    {checked_rule("WDM:CompletionRoutineRegistered", "registered-routine-never-used",
                  Evidence::presence),
     never_went_down_registered, Shows::nothing,
     "though it had set a completion routine with IoSetCompletionRoutineEx"},
    {checked_rule("WDM:NsRemoveLockQueryMnRemove", "query-remove-not-supported", Evidence::presence,
                  "C9:22F"),
     answers_query_remove_unsupported, Shows::nothing, "with STATUS_NOT_SUPPORTED"},
    {checked_rule("WDM:PowerDownFail", "set-power-request-failed", Evidence::presence, {},
                  "WDM:PowerUpFail"),
     refuses_power, Shows::nothing, "with an error"},
};

std::array<std::uint64_t, 3> parameters_of(const Completed& done, Shows shows) {
  const std::uint64_t irp = done[Operand::irp];
  const std::uint64_t caller = caller_of(done.step, done.world);
  switch (shows) {
    case Shows::status_irp:
      return {done.status(), irp, 0};
    case Shows::routine_irp:
      return {done[Operand::cancel_routine], irp, 0};
    case Shows::caller_irp:
      return {caller, irp, 0};
    case Shows::caller:
      return {caller, 0, 0};
    case Shows::caller_irp_provider:
      return {caller, irp, done.turn->parameters[0]};
    case Shows::nothing:
      break;
  }
  return {};
}

const auto kRules = rules_of(kRows);

constexpr Op kOperations[] = {Op::irp_complete};

class CompletedRequest final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, replay::FindingSink& sink) override {
    const std::uint64_t address = step[Operand::irp];
    const Completed done{step, before, before.irps().find(address), before.irps().turn(address)};
    for (std::size_t i = 0; i < kRules.size(); ++i) {
      if (!kRows[i].is_broken(done)) continue;
      report(step,
             {.rule = &kRules[i],
              .parameters = parameters_of(done, kRows[i].shows),
              .sentence = fmt::format("{} completed the IRP at {:#x}{}, {}.",
                                      driver_name(before, step.driver), address, kind_of(done),
                                      kRows[i].how),
              .object = violated_request(step, before)},
             sink);
    }
  }

 private:
  static std::string kind_of(const Completed& done) {
    if (!done.was_received()) return {};
    return fmt::format(" ({}; status {:#x})", request_name(done.turn->major, done.turn->minor),
                       done.status());
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_completed_request() {
  return std::make_unique<CompletedRequest>();
}

}  // namespace ddireplay::checkers
