// Devices that a driver has created: with them their extensions go, and what is embedded in these.
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
  const Device* find(std::uint64_t address) const;
  // The device in whose memory `address` lies, or nullptr.
  const Device* containing(std::uint64_t address) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ddireplay::replay
