#include "replay/reference_model.h"

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "replay/nt_status.h"

namespace ddireplay::replay {

struct ReferenceModel::State {
  std::unordered_map<std::uint64_t, DeviceReference> devices;
  std::unordered_map<std::uint64_t, HandleReference> objects;  // taken through handles

  void take(const Step& step) {
    const std::uint64_t device = step[Operand::address];
    if (device == 0) return;
    DeviceReference& reference = devices[device];
    reference.device = device;
    ++reference.count;
    reference.driver = step.driver;
    reference.taken = step.moment();
  }
  void take_object(const Step& step, std::uint64_t object) {
    if (object == 0) return;
    HandleReference& reference = objects[object];
    ++reference.count;
    reference.taken = step.moment();
  }
  void drop(const Step& step) {
    const std::uint64_t object = step[Operand::address];
    const auto device = devices.find(object);
    if (device != devices.end() && --device->second.count == 0) devices.erase(device);
    const auto taken = objects.find(object);
    if (taken == objects.end()) return;
    if (taken->second.count == 0) {
      objects.erase(taken);  // it has been said
      return;
    }
    --taken->second.count;
    taken->second.given = step.moment();
  }
  // A reference of which nobody knows where it came from may be to any of those that seem to be
  // gone.
  void forget_given() {
    std::erase_if(objects, [](const auto& entry) { return entry.second.count == 0; });
  }
};

ReferenceModel::ReferenceModel() : state_(std::make_unique<State>()) {}
ReferenceModel::~ReferenceModel() = default;

std::span<const Op> ReferenceModel::operations() const {
  using enum Op;
  static constexpr Op kOperations[] = {object_reference, object_dereference, handle_reference,
                                       pool_source, image_unload};
  return kOperations;
}

void ReferenceModel::apply(const Step& step) {
  switch (step.op) {
    case Op::object_reference:
      if (static_cast<ObjectReference>(step[Operand::kind]) == ObjectReference::attached_device) {
        state_->take(step);
      } else if (state_->objects.contains(step[Operand::address])) {
        state_->take_object(step, step[Operand::address]);
      }
      return;
    case Op::handle_reference:
      if (is_error(step[Operand::status])) return;
      return state_->take_object(step, step[Operand::object]);
    case Op::object_dereference:
      return state_->drop(step);
    case Op::pool_source:
      return state_->forget_given();
    case Op::image_unload:
      std::erase_if(state_->devices,
                    [&](const auto& entry) { return entry.second.driver == step.driver; });
      return;
    default:
      return;
  }
}

const HandleReference* ReferenceModel::through_handle(std::uint64_t object) const {
  const auto found = state_->objects.find(object);
  return found == state_->objects.end() ? nullptr : &found->second;
}

void ReferenceModel::lose_track() { state_->objects.clear(); }

void ReferenceModel::for_each_of(format::ModuleId driver,
                                 FunctionRef<void(const DeviceReference&)> look) const {
  std::vector<const DeviceReference*> own;
  for (const auto& [device, reference] : state_->devices) {
    if (reference.driver == driver) own.push_back(&reference);
  }
  std::ranges::sort(own, {}, [](const DeviceReference* one) { return one->taken.position; });
  for (const DeviceReference* reference : own) look(*reference);
}

}  // namespace ddireplay::replay
