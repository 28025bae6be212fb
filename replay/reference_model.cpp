#include "replay/reference_model.h"

#include <algorithm>
#include <unordered_map>
#include <vector>

namespace ddireplay::replay {

struct ReferenceModel::State {
  std::unordered_map<std::uint64_t, DeviceReference> devices;

  void take(const Step& step) {
    const std::uint64_t device = step[Operand::address];
    if (device == 0) return;
    DeviceReference& reference = devices[device];
    reference.device = device;
    ++reference.count;
    reference.driver = step.driver;
    reference.taken = step.moment();
  }
  void drop(std::uint64_t object) {
    const auto found = devices.find(object);
    if (found != devices.end() && --found->second.count == 0) devices.erase(found);
  }
};

ReferenceModel::ReferenceModel() : state_(std::make_unique<State>()) {}
ReferenceModel::~ReferenceModel() = default;

std::span<const Op> ReferenceModel::operations() const {
  using enum Op;
  static constexpr Op kOperations[] = {object_reference, object_dereference, image_unload};
  return kOperations;
}

void ReferenceModel::apply(const Step& step) {
  switch (step.op) {
    case Op::object_reference:
      if (static_cast<ObjectReference>(step[Operand::kind]) == ObjectReference::attached_device) {
        state_->take(step);
      }
      return;
    case Op::object_dereference:
      return state_->drop(step[Operand::address]);
    case Op::image_unload:
      std::erase_if(state_->devices,
                    [&](const auto& entry) { return entry.second.driver == step.driver; });
      return;
    default:
      return;
  }
}

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
