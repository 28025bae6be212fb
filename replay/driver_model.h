// The targets of a trace: loaded, running, unloaded.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "replay/model.h"
#include "replay/moment.h"
#include "replay/operation.h"

namespace ddireplay::replay {

enum class DriverState : std::uint8_t { unknown, loaded, unloading, unloaded };

struct Driver {
  format::ModuleId module = format::kNoModuleId;
  DriverState state = DriverState::unknown;
  bool attached = false;  // was running before the recording began
  // Of the recorded machine's own Driver Verifier, where the trace knows them; else 0.
  std::uint64_t name_address = 0;
  std::uint64_t verifier_record = 0;
  std::uint32_t verifier_flags = 0;
  Moment loaded;
  Moment unload_returned;  // its unload routine did
  Moment unloaded;
};

class DriverModel final : public Model {
 public:
  std::span<const Op> operations() const override;
  void apply(const Step& step) override;
  const Driver* find(format::ModuleId module) const;
  std::span<const Driver> all() const { return drivers_; }  // in the order of their first event

 private:
  Driver& of(format::ModuleId module);

  std::vector<Driver> drivers_;
  std::vector<std::uint32_t> places_;  // by module: 1 + its place in drivers_; 0: not there
};

}  // namespace ddireplay::replay
