// A violation of a rule, with everything that a person needs to see it happen.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "format/event.h"
#include "replay/moment.h"
#include "replay/rule.h"

namespace ddireplay::replay {

// What a stack of a biography stands for.
enum class Role : std::uint8_t {
  violated,  // the call that broke the rule
  allocated,
  freed,
  initialised,
  armed,
  queued,
  cancelled,
  running,
  locked,
  unlocked,
  referenced,
  created,
  deleted,
  loaded,
  unloaded,
  mapped,
  received,
  sent,
  completed,
};
std::string_view role_name(Role role);

struct BiographyEntry {
  Role role = Role::violated;
  Moment moment;
};

// One object that a finding is about: a leaked block, the armed timer, the block that holds it.
struct FindingObject {
  std::string_view kind;  // block_kind_name(), "timer", "dpc", "device", "image": a literal
  std::uint64_t address = 0;
  std::uint64_t size = 0;                 // bytes; 0 where it has none
  std::uint32_t tag = 0;                  // pool tag; 0: none
  std::vector<BiographyEntry> biography;  // in the order of positions
};

enum class Verdict : std::uint8_t {
  violation,
  unknown,  // a gap in the trace, or its late start, or what was left out of it, could explain it
};

struct Finding {
  const Rule* rule = nullptr;
  std::array<std::uint64_t, 4> parameters{};  // as Windows would show them; [0] is the rule's code
  std::uint64_t position = 0;                 // of the event at which Windows would have stopped
  format::ModuleId driver = format::kNoModuleId;
  Verdict verdict = Verdict::violation;
  // Of a rule that rests on absence: the finding holds if nothing was missed since that position.
  // 0: it holds only if nothing was missed of the driver's whole life.
  std::uint64_t rests_on = 0;
  // Place of the finding of which this is a consequence; -1: it is a root. A finding is a
  // consequence when each of its objects is in an earlier finding of a rule that its own rule says
  // it follows.
  std::int32_t root = -1;
  // Further findings of the same fingerprint that came behind this one and are not in the report.
  std::uint64_t repeats = 0;
  std::string sentence;  // one sentence with the names and numbers of this case
  std::vector<FindingObject> objects;
  // The same defect in another run, on another machine or in another build has the same number: it
  // is a hash over the rule's id, the driver's name and the objects. Of an object count its kind
  // and tag, and of each entry of its biography the role, the name of the function, and the
  // driver's own frames: as function names where the trace carries symbols of the driver, else as
  // offsets in it. Addresses, positions, threads and times don't count, and objects that are alike
  // count once: 3 or 300 leaks from one place are one defect.
  std::uint64_t fingerprint = 0;
};

}  // namespace ddireplay::replay
