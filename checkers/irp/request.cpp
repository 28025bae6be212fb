#include "checkers/irp/request.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "checkers/biography.h"

namespace ddireplay::checkers {

using replay::CallbackFrame;
using replay::CallbackKind;
using replay::FindingObject;
using replay::Operand;
using replay::Role;

const CallbackFrame* dispatch_frame(const replay::Step& step, const replay::World& world) {
  const auto frames = world.threads().frames(*step.event);
  const auto found = std::find_if(frames.rbegin(), frames.rend(), [](const CallbackFrame& frame) {
    return frame.kind == CallbackKind::dispatch;
  });
  return found == frames.rend() ? nullptr : &*found;
}

const CallbackFrame* left_frame(const replay::Step& step, const replay::World& world) {
  const auto frames = world.threads().frames(*step.event);
  const auto found = std::find_if(frames.rbegin(), frames.rend(), [&](const CallbackFrame& frame) {
    return frame.function == step.event->function;
  });
  return found == frames.rend() ? nullptr : &*found;
}

std::uint64_t caller_of(const replay::Step& step, const replay::World& world) {
  if (step.event->stack == format::kNoStack || step.driver == format::kNoModuleId) return 0;
  const format::Module& module = world.trace().module(step.driver);
  const auto stack = world.trace().stack(step.event->stack);
  const auto own = std::find_if(stack.begin(), stack.end(),
                                [&](std::uint64_t address) { return module.contains(address); });
  return own == stack.end() ? 0 : *own;
}

std::string request_name(std::uint8_t major, std::uint8_t minor) {
  static constexpr std::string_view kNames[] = {
      "CREATE",
      "CREATE_NAMED_PIPE",
      "CLOSE",
      "READ",
      "WRITE",
      "QUERY_INFORMATION",
      "SET_INFORMATION",
      "QUERY_EA",
      "SET_EA",
      "FLUSH_BUFFERS",
      "QUERY_VOLUME_INFORMATION",
      "SET_VOLUME_INFORMATION",
      "DIRECTORY_CONTROL",
      "FILE_SYSTEM_CONTROL",
      "DEVICE_CONTROL",
      "INTERNAL_DEVICE_CONTROL",
      "SHUTDOWN",
      "LOCK_CONTROL",
      "CLEANUP",
      "CREATE_MAILSLOT",
      "QUERY_SECURITY",
      "SET_SECURITY",
      "POWER",
      "SYSTEM_CONTROL",
      "DEVICE_CHANGE",
      "QUERY_QUOTA",
      "SET_QUOTA",
      "PNP",
  };
  if (major >= std::size(kNames)) return fmt::format("major function {:#x}", major);
  const bool has_minors = major == kPnp || major == kPower || major == kSystemControl;
  const std::string name = fmt::format("IRP_MJ_{}", kNames[major]);
  return has_minors ? fmt::format("{}, minor {:#x}", name, minor) : name;
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
