#include "replay/system_thread_model.h"

#include <algorithm>

#include "replay/nt_status.h"

namespace ddireplay::replay {

namespace {

bool is_system_thread(const Step& step) {
  return static_cast<CallbackKind>(step[Operand::kind]) == CallbackKind::system_thread;
}

}  // namespace

std::span<const Op> SystemThreadModel::operations() const {
  using enum Op;
  static constexpr Op kOperations[] = {thread_create,  thread_create_done, callback_enter,
                                       callback_leave, thread_exit,        image_unload};
  return kOperations;
}

void SystemThreadModel::apply(const Step& step) {
  const std::uint64_t thread = step.event->thread;
  switch (step.op) {
    case Op::thread_create: {
      SystemThread& fresh = threads_.emplace_back();
      fresh.routine = step[Operand::routine];
      fresh.argument = step[Operand::context];
      fresh.creator = thread;
      fresh.driver = step.driver;
      fresh.created = step.moment();
      return;
    }
    case Op::thread_create_done:
      return created(step);
    case Op::callback_enter:
      if (is_system_thread(step)) start(step);
      return;
    case Op::callback_leave:
      if (!is_system_thread(step)) return;
      [[fallthrough]];
    case Op::thread_exit:
      std::erase_if(threads_, [&](const SystemThread& one) { return one.thread == thread; });
      return;
    case Op::image_unload:
      std::erase_if(threads_, [&](const SystemThread& one) { return one.driver == step.driver; });
      return;
    default:
      return;
  }
}

void SystemThreadModel::created(const Step& step) {
  const auto created = std::find_if(threads_.begin(), threads_.end(), [&](const SystemThread& one) {
    return one.creator == step.event->thread;
  });
  if (created == threads_.end()) return;
  const bool failed = step.event->raised() || is_error(step[Operand::result]);
  if (failed) {
    threads_.erase(created);
    return;
  }
  created->creator = 0;
  created->handle = step[Operand::handle];
}

void SystemThreadModel::start(const Step& step) {
  const auto started = std::find_if(threads_.begin(), threads_.end(), [&](const SystemThread& one) {
    return one.thread == 0 && one.driver == step.driver && one.argument == step[Operand::context];
  });
  if (started == threads_.end()) return;
  started->thread = step.event->thread;
  started->started = step.moment();
}

}  // namespace ddireplay::replay
