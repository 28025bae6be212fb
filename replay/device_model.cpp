#include "replay/device_model.h"

#include "replay/object_tree.h"

namespace ddireplay::replay {

struct DeviceModel::State {
  ObjectTree<Device> devices{1};
};

DeviceModel::DeviceModel() : state_(std::make_unique<State>()) {}
DeviceModel::~DeviceModel() = default;

std::span<const Op> DeviceModel::operations() const {
  using enum Op;
  static constexpr Op kOperations[] = {device_create, device_delete};
  return kOperations;
}

void DeviceModel::apply(const Step& step) {
  const std::uint64_t address = step[Operand::address];
  if (step.op == Op::device_create) {
    Device& device = state_->devices.at(address);
    device.extension = step[Operand::extension];
    device.extension_bytes = step[Operand::size];
    device.driver = step.driver;
    device.created = step.moment();
  } else if (step.op == Op::device_delete) {
    state_->devices.erase_in(address, address + 1, [](const Device&) { return true; });
  }
}

const Device* DeviceModel::find(std::uint64_t address) const {
  return state_->devices.find(address);
}

const Device* DeviceModel::containing(std::uint64_t address) const {
  const Device* found = nullptr;
  state_->devices.for_each([&](const Device& device) {
    const bool in_object = address == device.address;
    if (in_object || address - device.extension < device.extension_bytes) found = &device;
  });
  return found;
}

}  // namespace ddireplay::replay
