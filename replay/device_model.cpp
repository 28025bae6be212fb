#include "replay/device_model.h"

#include <unordered_map>

#include "replay/object_tree.h"

namespace ddireplay::replay {

struct DeviceModel::State {
  ObjectTree<Device> devices{1};
  std::unordered_map<std::uint64_t, std::uint64_t> upper;   // by the device below
  std::unordered_map<std::uint64_t, Moment> detached_from;  // by the device below

  Device* live(std::uint64_t address) {
    Device* device = devices.find(address);
    return device == nullptr || device->deleted.seen() ? nullptr : device;
  }
  void create(const Step& step);
  void remove(const Step& step);
  void attach(const Step& step);
  void detach(const Step& step);
};

void DeviceModel::State::create(const Step& step) {
  const std::uint64_t address = step[Operand::address];
  Device& device = devices.at(address);
  device = Device{};
  device.address = address;
  device.extension = step[Operand::extension];
  device.extension_bytes = step[Operand::size];
  device.driver = step.driver;
  device.created = step.moment();
  upper.erase(address);
  detached_from.erase(address);
}

void DeviceModel::State::remove(const Step& step) {
  Device* device = live(step[Operand::address]);
  if (device == nullptr) return;
  upper.erase(device->lower);
  device->lower = 0;
  device->deleted = step.moment();
  device->referenced = step[Operand::count] != 0;
}

void DeviceModel::State::attach(const Step& step) {
  const std::uint64_t lower = step[Operand::object];
  Device* device = live(step[Operand::address]);
  if (lower == 0) return;
  detached_from.erase(lower);
  if (device == nullptr) return;
  device->lower = lower;
  device->asked = step[Operand::device];
  device->lower_flags = static_cast<std::uint32_t>(step[Operand::flags]);
  device->lower_type = static_cast<std::uint32_t>(step[Operand::type]);
  device->attached = step.moment();
  upper[lower] = device->address;
}

void DeviceModel::State::detach(const Step& step) {
  const auto above = upper.find(step[Operand::address]);
  if (above == upper.end()) return;
  if (Device* device = live(above->second)) device->lower = 0;
  upper.erase(above);
  detached_from[step[Operand::address]] = step.moment();
}

DeviceModel::DeviceModel() : state_(std::make_unique<State>()) {}
DeviceModel::~DeviceModel() = default;

std::span<const Op> DeviceModel::operations() const {
  using enum Op;
  static constexpr Op kOperations[] = {device_create, device_delete, device_attach, device_detach};
  return kOperations;
}

void DeviceModel::apply(const Step& step) {
  switch (step.op) {
    case Op::device_create:
      return state_->create(step);
    case Op::device_delete:
      return state_->remove(step);
    case Op::device_attach:
      return state_->attach(step);
    case Op::device_detach:
      return state_->detach(step);
    default:
      return;
  }
}

// Memory that is another object's now is no deleted device any more. A live one goes only with its
// own deletion.
void DeviceModel::forget(std::uint64_t begin, std::uint64_t end) {
  state_->devices.erase_in(begin, end, [](const Device& device) { return device.deleted.seen(); });
}

void DeviceModel::count_objects_in(ObjectPages& pages) { state_->devices.count_in(pages); }

// What was created stays; who lies above whom may have changed.
void DeviceModel::lose_track() {
  if (state_->upper.empty() && state_->detached_from.empty()) return;
  state_->devices.for_each([](Device& device) { device.lower = 0; });
  state_->upper.clear();
  state_->detached_from.clear();
}

const Device* DeviceModel::find(std::uint64_t address) const { return state_->live(address); }

const Device* DeviceModel::deleted(std::uint64_t address) const {
  const Device* device = state_->devices.find(address);
  return device == nullptr || !device->deleted.seen() ? nullptr : device;
}

const Device* DeviceModel::above(std::uint64_t lower) const {
  const auto found = state_->upper.find(lower);
  return found == state_->upper.end() ? nullptr : state_->live(found->second);
}

Moment DeviceModel::detached(std::uint64_t lower) const {
  const auto found = state_->detached_from.find(lower);
  return found == state_->detached_from.end() ? Moment{} : found->second;
}

const Device* DeviceModel::containing(std::uint64_t address) const {
  const Device* found = nullptr;
  state_->devices.for_each([&](const Device& device) {
    if (address >= device.begin() && address < device.end()) found = &device;
  });
  return found;
}

}  // namespace ddireplay::replay
