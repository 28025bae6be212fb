// Steps for tests of one model: no trace, no binding.
//
//   pool.apply(step(Op::pool_allocate, {{Operand::address, 0x1000}, {Operand::size, 0x40}}));
#pragma once

#include <cstdint>
#include <initializer_list>
#include <utility>

#include "replay/operation.h"

namespace ddireplay::tests {

// Makes steps one after the other: positions and times count up.
class Steps {
 public:
  using Operands = std::initializer_list<std::pair<replay::Operand, std::uint64_t>>;

  std::uint64_t thread = 1;
  std::uint16_t processor = 0;
  std::uint8_t irql = format::kIrqlUnknown;  // sampled
  format::ModuleId driver = 0;
  format::FunctionId function = 1;
  std::uint64_t time = 0;

  // What it returns lives until the next call.
  const replay::Step& operator()(replay::Op op, Operands operands = {}) {
    event_ = {.position = ++position_,
              .time = ++time,
              .thread = thread,
              .values = nullptr,
              .function = function,
              .stack = format::kNoStack,
              .processor = processor,
              .irql = irql,
              .flags = 0,
              .value_count = 0};
    step_ = replay::Step();
    step_.begin(event_);
    step_.op = op;
    step_.driver = driver;
    for (const auto& [operand, value] : operands) {
      step_.operands[static_cast<std::size_t>(operand)] = value;
    }
    return step_;
  }

  std::uint64_t position() const { return position_; }
  // An event of the current thread and processor, as the next step would have.
  format::Event event() const {
    format::Event next = event_;
    next.thread = thread;
    next.processor = processor;
    next.irql = irql;
    return next;
  }

 private:
  std::uint64_t position_ = 0;
  format::Event event_{};
  replay::Step step_;
};

}  // namespace ddireplay::tests
