#include "checkers/callback/callback.h"

#include <fmt/format.h>

#include <utility>

#include "checkers/text.h"

namespace ddireplay::checkers {

using replay::CallbackFrame;
using replay::CallbackKind;
using replay::Role;

std::string_view callback_noun(CallbackKind kind) {
  switch (kind) {
    case CallbackKind::dispatch:
      return "dispatch routine";
    case CallbackKind::completion:
      return "completion routine";
    case CallbackKind::dpc:
      return "DPC routine";
    case CallbackKind::isr:
      return "interrupt service routine";
    case CallbackKind::callout:
      return "callout";
    case CallbackKind::fast_io:
      return "fast I/O routine";
    default:
      return "callback";
  }
}

std::uint64_t routine_of(const CallbackFrame& frame, const replay::World& world) {
  return world.trace().function(frame.function).original;
}

void report_callback(const replay::Rule& rule, const CallbackFrame& frame, const replay::Step& step,
                     const replay::World& world, std::array<std::uint64_t, 4> parameters,
                     std::string_view what, replay::FindingSink& sink,
                     std::vector<replay::FindingObject> besides) {
  replay::Finding finding;
  finding.rule = &rule;
  finding.parameters = parameters;
  finding.driver = step.driver;
  finding.rests_on = frame.entered.position;
  finding.sentence = fmt::format("A {} of {} {}.", callback_noun(frame.kind),
                                 driver_name(world, step.driver), what);
  replay::FindingObject object{.kind = "callback",
                               .address = routine_of(frame, world),
                               .size = 0,
                               .tag = 0,
                               .biography = {}};
  object.biography.push_back({Role::running, frame.entered});
  object.biography.push_back({Role::violated, step.moment()});
  finding.objects.push_back(std::move(object));
  for (replay::FindingObject& other : besides) finding.objects.push_back(std::move(other));
  sink.report(std::move(finding));
}

}  // namespace ddireplay::checkers
