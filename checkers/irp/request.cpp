#include "checkers/irp/request.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "checkers/biography.h"
#include "replay/irp_codes.h"

namespace ddireplay::checkers {

using replay::CallbackFrame;
using replay::CallbackKind;
using replay::FindingObject;
using replay::Operand;
using replay::Role;

const CallbackFrame* dispatch_frame(const replay::Step& step, const replay::World& world) {
  return world.threads().innermost(*step.event, CallbackKind::dispatch);
}

std::uint64_t caller_of(const replay::Step& step, const replay::World& world) {
  if (step.event->stack == format::kNoStack || step.driver == format::kNoModuleId) return 0;
  const format::Module& module = world.trace().module(step.driver);
  const auto stack = world.trace().stack(step.event->stack);
  const auto own = std::find_if(stack.begin(), stack.end(),
                                [&](std::uint64_t address) { return module.contains(address); });
  return own == stack.end() ? 0 : *own;
}

bool comes_back_seen(const replay::IrpTurn& turn, const replay::World& world) {
  return turn.has_routine && turn.driver != format::kNoModuleId &&
         (turn.was_registered || world.trace().module(turn.driver).contains(turn.routine));
}

std::string request_name(std::uint8_t major, std::uint8_t minor) {
  const std::string_view name = replay::irp_major_name(major);
  if (name.empty()) return fmt::format("major function {:#x}", major);
  const bool has_minors = major == replay::kMajorPnp || major == replay::kMajorPower ||
                          major == replay::kMajorSystemControl;
  return has_minors ? fmt::format("{}, minor {:#x}", name, minor) : std::string(name);
}

FindingObject request_object(std::uint64_t address, const replay::Irp* irp,
                             const replay::IrpTurn* turn) {
  FindingObject object{.kind = "irp", .address = address, .size = 0, .tag = 0, .biography = {}};
  if (irp != nullptr) add_entry(object, Role::allocated, irp->made);
  if (turn != nullptr) {
    if (irp == nullptr || turn != &irp->own) add_entry(object, Role::received, turn->begun);
    add_entry(object, Role::sent, turn->sent);
    add_entry(object, Role::completed, turn->completed);
  } else if (irp != nullptr) {
    add_entry(object, Role::completed, irp->completed);
    add_entry(object, Role::freed, irp->freed);
  }
  return object;
}

FindingObject gone_request_object(std::uint64_t address, const replay::World& world) {
  const replay::Irp* irp = world.irps().find(address);
  FindingObject object = request_object(address, irp, irp == nullptr ? nullptr : &irp->own);
  if (irp == nullptr) return object;
  if (!irp->own.completed.seen()) add_entry(object, Role::completed, irp->completed);
  add_entry(object, Role::freed, irp->freed);
  return object;
}

FindingObject violated_request(const replay::Step& step, const replay::World& world) {
  const std::uint64_t address = step[Operand::irp];
  FindingObject object =
      request_object(address, world.irps().find(address), world.irps().turn(address));
  add_entry(object, Role::violated, step.moment());
  return object;
}

void report(const replay::Step& step, FoundCase found, replay::FindingSink& sink) {
  replay::Finding finding;
  finding.rule = found.rule;
  finding.parameters = {found.rule->code, found.parameters[0], found.parameters[1],
                        found.parameters[2]};
  finding.rests_on = found.rests_on;
  finding.driver = step.driver;
  finding.sentence = std::move(found.sentence);
  finding.objects.push_back(std::move(found.object));
  sink.report(std::move(finding));
}

}  // namespace ddireplay::checkers
