// What kind of thing a rule is about: it decides which earlier event made a finding inevitable.
#pragma once

#include <span>
#include <string_view>

#include "replay/finding.h"
#include "replay/operation.h"

namespace ddireplay::tools::bisect {

enum class Shape {
  left_over,    // something was begun and never ended
  double_end,   // something was done to an object to which it had been done, or that was over
  wrong_level,  // a call at a wrong IRQL
  other,        // the call itself is the whole of it
};
// "left-over"
std::string_view shape_word(Shape shape);

// Operations that begin and end what may be left over, with the same key.
struct Life {
  std::string_view noun;   // "block"
  std::string_view ended;  // "freed"
  std::span<const replay::Op> begins;
  std::span<const replay::Op> ends;  // none: what ends it can't be told for one object
  replay::Operand key = replay::Operand::address;
  bool by_thread = false;  // each thread has its own
};

struct RuleShape {
  std::string_view rules;  // ids with spaces between
  Shape shape = Shape::other;
  // Of the biography's entry that counts: the one that began what is left; the earlier of two.
  replay::Role role = replay::Role::violated;
  const Life* life = nullptr;  // of what is left over
  std::string_view said{};     // of the others: what that entry was
};

// All rules that are not `other`.
std::span<const RuleShape> rule_shapes();
const RuleShape& shape_of(const replay::Rule& rule);

}  // namespace ddireplay::tools::bisect
