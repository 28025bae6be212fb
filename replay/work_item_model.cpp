#include "replay/work_item_model.h"

#include <vector>

#include "replay/object_tree.h"

namespace ddireplay::replay {

namespace {

constexpr std::uint64_t kForever = ~std::uint64_t{0};

bool is_work(const Step& step) {
  const auto kind = static_cast<CallbackKind>(step[Operand::kind]);
  return kind == CallbackKind::work_item || kind == CallbackKind::worker_routine;
}

}  // namespace

struct WorkItemModel::State {
  ObjectTree<WorkItem> items;
  std::uint64_t executive_bytes;
  // Queued or running: few, whatever the number of items.
  std::vector<std::uint64_t> active;

  WorkItem& known(const Step& step);
  void queue(const Step& step);
  void start(const Step& step);
  void start_item(WorkItem& item, const Step& step);
  void finish(const Step& step);
  void end(std::uint64_t address);
  void activate(std::uint64_t address);
  void tidy();
};

WorkItem& WorkItemModel::State::known(const Step& step) {
  WorkItem& item = items.at(step[Operand::address]);
  item.driver = step.driver;
  return item;
}

void WorkItemModel::State::activate(std::uint64_t address) {
  for (const std::uint64_t one : active) {
    if (one == address) return;
  }
  active.push_back(address);
}

// Drops from `active` what is neither queued nor running, or no longer there.
void WorkItemModel::State::tidy() {
  std::erase_if(active, [&](std::uint64_t address) {
    const WorkItem* item = items.find(address);
    return item == nullptr || !(item->queued || item->running);
  });
}

void WorkItemModel::State::queue(const Step& step) {
  WorkItem& item = known(step);
  item.executive = step[Operand::kind] != 0;
  item.bytes = item.executive ? executive_bytes : 1;
  item.routine = step[Operand::routine];
  item.argument = step[Operand::context];
  item.queued = true;
  item.queued_at = step.moment();
  activate(item.address);
}

void WorkItemModel::State::start_item(WorkItem& item, const Step& step) {
  item.queued = false;
  item.running = true;
  item.thread = step.event->thread;
  item.started = step.moment();
}

void WorkItemModel::State::start(const Step& step) {
  if (step[Operand::address] != 0) {
    WorkItem* item = items.find(step[Operand::address]);
    if (item != nullptr) start_item(*item, step);
    return;
  }
  const bool executive =
      static_cast<CallbackKind>(step[Operand::kind]) == CallbackKind::worker_routine;
  WorkItem* match = nullptr;
  bool is_ambiguous = false;
  for (const std::uint64_t address : active) {
    WorkItem* item = items.find(address);
    if (item == nullptr || !item->queued || item->driver != step.driver) continue;
    if (item->executive != executive || item->argument != step[Operand::context]) continue;
    is_ambiguous = match != nullptr;
    if (is_ambiguous) item->queued = false;
    if (match == nullptr) match = item;
  }
  if (match == nullptr) return;
  if (is_ambiguous) {
    match->queued = false;
  } else {
    start_item(*match, step);
  }
  tidy();
}

void WorkItemModel::State::finish(const Step& step) {
  for (const std::uint64_t address : active) {
    WorkItem* item = items.find(address);
    if (item != nullptr && item->thread == step.event->thread) item->running = false;
  }
  tidy();
}

void WorkItemModel::State::end(std::uint64_t address) {
  items.erase_in(address, address + 1,
                 [&](const WorkItem& item) { return item.address == address; });
}

WorkItemModel::WorkItemModel(unsigned pointer_bytes)
    : state_(new State{.items = ObjectTree<WorkItem>(0x20),
                       .executive_bytes = pointer_bytes == 4 ? 0x10u : 0x20u,
                       .active = {}}) {}
WorkItemModel::~WorkItemModel() = default;

std::span<const Op> WorkItemModel::operations() const {
  using enum Op;
  static constexpr Op kOperations[] = {workitem_allocate,     workitem_free,  workitem_initialize,
                                       workitem_uninitialize, workitem_queue, callback_enter,
                                       callback_leave,        thread_exit,    image_unload};
  return kOperations;
}

void WorkItemModel::apply(const Step& step) {
  State& state = *state_;
  switch (step.op) {
    case Op::workitem_allocate:
    case Op::workitem_initialize: {
      if (step[Operand::address] == 0) return;
      state.end(step[Operand::address]);
      WorkItem& item = state.known(step);
      item.bytes = 1;
      item.initialised = step.moment();
      return;
    }
    case Op::workitem_free:
    case Op::workitem_uninitialize:
      return state.end(step[Operand::address]);
    case Op::workitem_queue:
      return state.queue(step);
    case Op::callback_enter:
      if (is_work(step)) state.start(step);
      return;
    case Op::callback_leave:
      if (is_work(step)) state.finish(step);
      return;
    case Op::thread_exit:
      return state.finish(step);
    case Op::image_unload:
      return state.items.erase_in(0, kForever,
                                  [&](const WorkItem& item) { return item.driver == step.driver; });
    default:
      return;
  }
}

void WorkItemModel::forget(std::uint64_t begin, std::uint64_t end) {
  state_->items.erase_in(begin, end,
                         [&](const WorkItem& item) { return item.address + item.bytes > begin; });
}

void WorkItemModel::count_objects_in(ObjectPages& pages) { state_->items.count_in(pages); }

// Whether an item has run is not known any more.
void WorkItemModel::lose_track() {
  for (const std::uint64_t address : state_->active) {
    WorkItem* item = state_->items.find(address);
    if (item != nullptr) item->queued = item->running = false;
  }
  state_->active.clear();
}

const WorkItem* WorkItemModel::find(std::uint64_t address) const {
  return state_->items.find(address);
}

void WorkItemModel::for_each_in(std::uint64_t begin, std::uint64_t end,
                                FunctionRef<void(const WorkItem&)> visit) const {
  state_->items.for_each_in(begin, end, [&](const WorkItem& item) {
    if (item.address + item.bytes > begin) visit(item);
  });
}

void WorkItemModel::for_each(FunctionRef<void(const WorkItem&)> visit) const {
  state_->items.for_each(visit);
}

}  // namespace ddireplay::replay
