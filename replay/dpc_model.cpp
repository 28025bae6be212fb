#include "replay/dpc_model.h"

#include <boost/intrusive/list.hpp>
#include <limits>

#include "replay/object_tree.h"

namespace ddireplay::replay {

namespace {

namespace intrusive = boost::intrusive;

constexpr std::uint64_t kAllMemory = std::numeric_limits<std::uint64_t>::max();

using QueueHook = intrusive::list_base_hook<intrusive::link_mode<intrusive::safe_link>>;
struct DpcEntry : Dpc, QueueHook {};

}  // namespace

struct DpcModel::State {
  ObjectTree<DpcEntry> dpcs;
  intrusive::list<DpcEntry, intrusive::base_hook<QueueHook>> queue_order;  // the queued ones

  explicit State(std::uint64_t object_bytes) : dpcs(object_bytes) {}
  ~State() { queue_order.clear(); }

  void initialise(const Step& step);
  void queue(const Step& step);
  void unqueue(DpcEntry* dpc);
  void enter(const Step& step);
  void leave(const Step& step);
  template <class Predicate>
  void erase_in(std::uint64_t begin, std::uint64_t end, Predicate erase);
};

void DpcModel::State::initialise(const Step& step) {
  DpcEntry& dpc = dpcs.at(step[Operand::address]);
  unqueue(&dpc);
  dpc.routine = step[Operand::routine];
  dpc.context = step[Operand::context];
  dpc.threaded = step[Operand::type] != 0;
  dpc.driver = step.driver;
  dpc.initialised = step.moment();
}

void DpcModel::State::queue(const Step& step) {
  DpcEntry& dpc = dpcs.at(step[Operand::address]);
  // Queueing what is queued does nothing.
  if (dpc.queued) return;
  // The routine in memory may be a stub of the recorder: what initialised the DPC knows better.
  if (dpc.routine == 0) dpc.routine = step[Operand::routine];
  dpc.queued = true;
  dpc.driver = step.driver;
  dpc.queued_at = step.moment();
  queue_order.push_back(dpc);
}

void DpcModel::State::unqueue(DpcEntry* dpc) {
  if (dpc == nullptr || !dpc->queued) return;
  dpc->queued = false;
  queue_order.erase(queue_order.iterator_to(*dpc));
}

void DpcModel::State::enter(const Step& step) {
  DpcEntry& dpc = dpcs.at(step[Operand::dpc]);
  unqueue(&dpc);
  if (dpc.routine == 0) dpc.routine = step[Operand::routine];
  dpc.driver = step.driver;
  dpc.running += 1;
  dpc.started = step.moment();
}

void DpcModel::State::leave(const Step& step) {
  Dpc* dpc = dpcs.find(step[Operand::dpc]);
  if (dpc != nullptr && dpc->running != 0) dpc->running -= 1;
}

template <class Predicate>
void DpcModel::State::erase_in(std::uint64_t begin, std::uint64_t end, Predicate erase) {
  dpcs.erase_in(begin, end, [&](DpcEntry& dpc) {
    if (!erase(dpc)) return false;
    unqueue(&dpc);
    return true;
  });
}

DpcModel::DpcModel(unsigned pointer_bytes)
    : state_(std::make_unique<State>(pointer_bytes == 4 ? 0x20 : 0x40)) {}
DpcModel::~DpcModel() = default;

std::span<const Op> DpcModel::operations() const {
  using enum Op;
  static constexpr Op kOperations[] = {dpc_initialize, dpc_queue, dpc_enter,   dpc_leave,
                                       dpc_remove,     dpc_flush, image_unload};
  return kOperations;
}

void DpcModel::apply(const Step& step) {
  switch (step.op) {
    case Op::dpc_initialize:
      return state_->initialise(step);
    case Op::dpc_queue:
      return state_->queue(step);
    case Op::dpc_enter:
      return state_->enter(step);
    case Op::dpc_leave:
      return state_->leave(step);
    case Op::dpc_remove:
      return state_->unqueue(state_->dpcs.find(step[Operand::address]));
    case Op::dpc_flush:
      while (!state_->queue_order.empty()) state_->unqueue(&state_->queue_order.front());
      return;
    case Op::image_unload:
      return state_->erase_in(0, kAllMemory,
                              [&](const Dpc& dpc) { return dpc.driver == step.driver; });
    default:
      return;
  }
}

void DpcModel::forget(std::uint64_t begin, std::uint64_t end) {
  state_->erase_in(begin, end, [](const Dpc&) { return true; });
}

void DpcModel::count_objects_in(ObjectPages& pages) { state_->dpcs.count_in(pages); }

const Dpc* DpcModel::find(std::uint64_t address) const { return state_->dpcs.find(address); }

std::uint64_t DpcModel::object_bytes() const { return state_->dpcs.object_bytes(); }

void DpcModel::for_each_in(std::uint64_t begin, std::uint64_t end,
                           FunctionRef<void(const Dpc&)> visit) const {
  state_->dpcs.for_each_in(begin, end, visit);
}

void DpcModel::for_each(FunctionRef<void(const Dpc&)> visit) const { state_->dpcs.for_each(visit); }

}  // namespace ddireplay::replay
