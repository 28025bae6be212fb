// Devices that a driver has created, and which device each lies above: with them their extensions
// go, and what is embedded in these.
#pragma once

#include <cstdint>
#include <memory>

#include "replay/model.h"
#include "replay/moment.h"
#include "replay/operation.h"

namespace ddireplay::replay {

struct Device {
  std::uint64_t address = 0;
  std::uint64_t extension = 0;  // 0: none
  std::uint64_t extension_bytes = 0;
  format::ModuleId driver = format::kNoModuleId;
  Moment created;
  Moment deleted;           // seen: it is gone, and its memory was not seen to be another device
  bool referenced = false;  // it was, when it was deleted: it stays until nothing refers to it
  std::uint64_t lower = 0;  // device that it is attached above; 0: none
  std::uint64_t asked = 0;  // device that it was asked to be attached above
  std::uint32_t lower_flags = 0;
  std::uint32_t lower_type = 0;  // its DeviceType; 0: not known
  Moment attached;               // the last time; not seen: it never was

  // The memory that goes with the device: the object and, behind it, the extension.
  std::uint64_t begin() const { return address; }
  std::uint64_t end() const { return extension == 0 ? address : extension + extension_bytes; }
};

class DeviceModel final : public Model {
 public:
  DeviceModel();
  ~DeviceModel() override;

  std::span<const Op> operations() const override;
  void apply(const Step& step) override;
  void forget(std::uint64_t begin, std::uint64_t end) override;
  void count_objects_in(ObjectPages& pages) override;
  void lose_track() override;

  const Device* find(std::uint64_t address) const;
  // The device in whose object or extension `address` lies, or nullptr. Looks at every device.
  const Device* containing(std::uint64_t address) const;
  // The device that was there and was deleted.
  const Device* deleted(std::uint64_t address) const;
  // The device that is attached directly above `lower`, or nullptr where none was seen to be.
  const Device* above(std::uint64_t lower) const;
  // That the last one was detached from `lower`, and none attached since; not seen: it wasn't.
  Moment detached(std::uint64_t lower) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ddireplay::replay
