#include "tools/report/pool_log.h"

#include <algorithm>
#include <array>
#include <memory>

#include "replay/replay.h"
#include "tools/report/report_view.h"

namespace ddireplay::tools {
namespace {

using replay::Op;
using replay::Operand;

constexpr std::array kAllocations = {Op::pool_allocate,   Op::pool_receive,
                                     Op::string_allocate, Op::contiguous_allocate,
                                     Op::mdl_allocate,    Op::workitem_allocate};
constexpr std::array kOperations = {
    Op::pool_allocate, Op::pool_free,           Op::pool_receive,    Op::string_allocate,
    Op::string_free,   Op::contiguous_allocate, Op::contiguous_free, Op::mdl_allocate,
    Op::mdl_free,      Op::workitem_allocate,   Op::workitem_free};

bool allocates(Op op) { return std::ranges::find(kAllocations, op) != kAllocations.end(); }

// Looks on as a checker does, and finds no fault.
class PoolWatcher : public replay::Checker {
 public:
  PoolWatcher(std::uint64_t address, PoolLog& log) : address_(address), log_(log) {}

  std::span<const replay::Rule> rules() const override { return {}; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const replay::Step& step, const replay::World& before,
               replay::FindingSink&) override {
    const std::uint64_t address = step[Operand::address];
    if (address == 0) return;
    ++log_.operations;
    std::uint64_t size = step[Operand::size];
    std::uint64_t extent = step.extent();
    if (!allocates(step.op)) {
      const replay::PoolBlock* block = before.pool().find(address);
      size = block == nullptr ? 0 : block->size;
      extent = block == nullptr ? 0 : block->extent;
    }
    const bool contains = address == address_ || address_ - address < extent;
    if (contains) add(step, before.trace(), address, size);
  }

 private:
  void add(const replay::Step& step, const format::TraceReader& trace, std::uint64_t address,
           std::uint64_t size) {
    const std::span<const std::uint64_t> stack = stack_of(trace, step.event->stack);
    log_.entries.push_back({.address = address,
                            .size = size,
                            .thread = step.event->thread,
                            .position = step.event->position,
                            .function = trace.function(step.event->function).name,
                            .stack = {stack.begin(), stack.end()}});
  }

  std::uint64_t address_;
  PoolLog& log_;
};

}  // namespace

PoolLog read_pool_log(format::TraceReader& trace, std::uint64_t address,
                      std::uint64_t last_position) {
  PoolLog log;
  std::vector<std::unique_ptr<replay::Checker>> watcher;
  watcher.push_back(std::make_unique<PoolWatcher>(address, log));
  replay::Replay(trace, watcher).run_to(last_position);
  return log;
}

}  // namespace ddireplay::tools
