#include "checkers/mdl/mdl_finding.h"

#include <algorithm>
#include <string_view>

#include "checkers/biography.h"

namespace ddireplay::checkers {

using replay::FindingObject;
using replay::Operand;
using replay::Role;

namespace {

struct FlagWord {
  std::uint64_t flag;
  std::string_view word;
};
constexpr FlagWord kFlagWords[] = {
    {replay::kMdlLocked, "locked"},
    {replay::kMdlMapped, "mapped"},
    {replay::kMdlNonpagedSource, "built over nonpaged pool"},
    {replay::kMdlPartial, "partial"},
    {replay::kMdlPartialMapped, "mapped as a partial one"},
    {replay::kMdlIoSpace, "of I/O space"},
};

}  // namespace

FindingObject mdl_object(std::uint64_t address, const replay::World& world) {
  FindingObject object{.kind = "mdl", .address = address, .size = 0, .tag = 0, .biography = {}};
  const replay::Mdl* mdl = world.mdls().find(address);
  if (mdl == nullptr) return object;
  add_entry(object, Role::allocated, mdl->allocated);
  add_entry(object, Role::locked, mdl->locked_at);
  add_entry(object, Role::mapped, mdl->system.mapped);
  for (const replay::MdlMapping& mapping : mdl->user) {
    add_entry(object, Role::mapped, mapping.mapped);
  }
  std::stable_sort(object.biography.begin(), object.biography.end(),
                   [](const auto& left, const auto& right) {
                     return left.moment.position < right.moment.position;
                   });
  return object;
}

std::string describe_mdl_flags(std::uint64_t flags) {
  std::string text;
  for (const FlagWord& one : kFlagWords) {
    if ((flags & one.flag) == 0) continue;
    if (!text.empty()) text += " and ";
    text += one.word;
  }
  return text.empty() ? "neither locked nor mapped" : text;
}

replay::Finding mdl_finding(const replay::Rule& rule, std::uint64_t last, const replay::Step& step,
                            const replay::World& world, std::string sentence) {
  replay::Finding finding;
  finding.rule = &rule;
  finding.parameters = {rule.code, step[Operand::address], step[Operand::flags], last};
  finding.sentence = std::move(sentence);
  finding.objects.push_back(mdl_object(step[Operand::address], world));
  add_entry(finding.objects.back(), Role::violated, step.moment());
  return finding;
}

}  // namespace ddireplay::checkers
