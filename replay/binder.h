// Turns events into steps: binds each function of a trace, once, to the rows of the operation
// table, and then reads operands by number.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "format/trace_reader.h"
#include "replay/operation.h"
#include "replay/operation_table.h"

namespace ddireplay::replay {

class Binder {
 public:
  explicit Binder(const format::TraceReader& trace);

  // `irql` and what the World derives are left to the caller. What it returns lives until the next
  // call.
  Step& step(const format::Event& event);

  // An event of that function may be one of the operations that `is_one` accepts.
  template <class Predicate>
  bool may_be(format::FunctionId function, bool at_exit, Predicate is_one) {
    const Meaning& meaning = binding(function).meanings[at_exit ? 1 : 0];
    return is_one(meaning.op) || is_one(meaning.other_op);
  }
  // Events of the function that come to no step.
  void add_left_out(format::FunctionId function, const format::CallCount& events) {
    binding(function).events += events;
  }

  struct Unmodelled {
    format::FunctionId function;
    std::uint64_t calls;
  };
  // DDIs that were called and are in no row of the table, in the order of their ids.
  std::vector<Unmodelled> not_modelled() const;

 private:
  struct Read {
    std::uint64_t mask;  // of the bits that the field has
    Operand operand;
    std::uint8_t field;  // place among the event's values
  };
  struct Fixed {
    Operand operand;
    std::uint64_t value;
  };
  // What an event of one function means at one of its two moments.
  struct Meaning {
    Op op = Op::none;
    Op other_op = Op::none;  // that `finish` may make of it
    std::uint8_t read_count = 0;
    std::uint8_t fixed_count = 0;
    std::int8_t must_succeed = -1;  // field that must be a success status
    std::int8_t must_hold = -1;     // field that must not be zero
    FinishStep finish = nullptr;
    Step step;  // of each event anew: operands that it doesn't have are 0, and stay so
    std::array<Read, kMaxOperandSources> reads;
    std::array<Fixed, kMaxOperandSources> fixed;
  };
  struct Binding {
    std::array<Meaning, 2> meanings;  // at entry, at exit
    format::CallCount events;
    std::uint8_t entry_values = 0;  // those behind them exist only where the call returned
    bool bound = false;
    bool counted = false;  // no row knows it, and it is a DDI: its calls are reported
  };

  Binding& binding(format::FunctionId function) {
    if (function >= bindings_.size()) bindings_.resize(trace_.function_count());
    Binding& known = bindings_[function];
    if (!known.bound) bind_new(known, function);
    return known;
  }
  void bind_new(Binding& binding, format::FunctionId id) const;
  bool bind_row(Meaning& meaning, const OperationRow& row, const format::Layout& layout) const;
  static bool happened(const Meaning& meaning, const Binding& binding, const format::Event& event);

  const format::TraceReader& trace_;
  const unsigned pointer_bytes_;
  std::vector<Binding> bindings_;  // by function
};

}  // namespace ddireplay::replay
