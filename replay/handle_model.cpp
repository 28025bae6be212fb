#include "replay/handle_model.h"

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

#include "replay/nt_status.h"

namespace ddireplay::replay {

namespace {

// -1 to -6 stand for the current process, thread, session and tokens.
constexpr std::uint64_t kPseudoHandles = 6;

}  // namespace

struct HandleModel::State {
  State(unsigned bytes, format::Host its_host) : pointer_bytes(bytes), host(its_host) {}

  unsigned pointer_bytes;
  format::Host host;
  std::unordered_map<std::uint64_t, Handle> handles;
  std::uint64_t system_process = 0;

  void close(const Step& step) {
    const auto handle = handles.find(step[Operand::handle]);
    if (handle != handles.end()) handle->second.closed = step.moment();
  }
};

HandleModel::HandleModel(unsigned pointer_bytes, format::Host host)
    : state_(std::make_unique<State>(pointer_bytes, host)) {}
HandleModel::~HandleModel() = default;

std::span<const Op> HandleModel::operations() const {
  using enum Op;
  static constexpr Op kOperations[] = {handle_open, handle_close,   thread_create_done,
                                       pool_source, callback_enter, image_unload};
  return kOperations;
}

void HandleModel::apply(const Step& step) {
  switch (step.op) {
    case Op::thread_create_done:
      if (is_error(step[Operand::result])) return;
      [[fallthrough]];
    case Op::handle_open: {
      const std::uint64_t value = step[Operand::handle];
      if (!is_kernel(value)) return;
      state_->handles[value] = {value, static_cast<HandleKind>(step[Operand::kind]), step.driver,
                                step.moment(), Moment{}};
      return;
    }
    case Op::handle_close:
      return state_->close(step);
    case Op::pool_source:
      std::erase_if(state_->handles, [](const auto& handle) { return handle.second.is_closed(); });
      return;
    case Op::callback_enter:
      // The I/O manager loads drivers in a thread of System.
      if (static_cast<CallbackKind>(step[Operand::kind]) == CallbackKind::driver_entry &&
          step[Operand::process] != 0) {
        state_->system_process = step[Operand::process];
      }
      return;
    case Op::image_unload:
      std::erase_if(state_->handles,
                    [&](const auto& handle) { return handle.second.driver == step.driver; });
      return;
    default:
      return;
  }
}

bool HandleModel::is_kernel(std::uint64_t handle) const {
  const unsigned bits = state_->pointer_bytes * 8;
  const std::uint64_t all = bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
  if (handle == 0 || handle > all - kPseudoHandles) return false;
  if (state_->host == format::Host::wine) return true;
  // All from bit 31 on.
  const std::uint64_t mark = all & ~std::uint64_t{0x7fffffff};
  return (handle & mark) == mark;
}

bool HandleModel::tables_differ() const { return format::sets_users_apart(state_->host); }

const Handle* HandleModel::find(std::uint64_t handle) const {
  const auto found = state_->handles.find(handle);
  return found == state_->handles.end() ? nullptr : &found->second;
}

void HandleModel::for_each_open(format::ModuleId driver,
                                FunctionRef<void(const Handle&)> look) const {
  std::vector<const Handle*> open;
  for (const auto& [value, handle] : state_->handles) {
    if (handle.driver == driver && !handle.is_closed()) open.push_back(&handle);
  }
  std::ranges::sort(open, {}, [](const Handle* handle) { return handle->opened.position; });
  for (const Handle* handle : open) look(*handle);
}

std::uint64_t HandleModel::system_process() const { return state_->system_process; }

}  // namespace ddireplay::replay
