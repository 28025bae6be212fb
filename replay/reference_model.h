// References to objects of the object manager that a driver has to give back.
#pragma once

#include <cstdint>
#include <memory>

#include "replay/function_ref.h"
#include "replay/model.h"
#include "replay/moment.h"
#include "replay/operation.h"

namespace ddireplay::replay {

// References to one device that came from IoGetAttachedDeviceReference. Any dereference of the
// device counts for them: which one it is meant for, nobody can tell.
struct DeviceReference {
  std::uint64_t device = 0;
  std::uint64_t count = 0;
  format::ModuleId driver = format::kNoModuleId;  // that took the last one
  Moment taken;                                   // the last one
};

class ReferenceModel final : public Model {
 public:
  ReferenceModel();
  ~ReferenceModel() override;

  std::span<const Op> operations() const override;
  void apply(const Step& step) override;

  // The driver's, in the order in which they were taken.
  void for_each_of(format::ModuleId driver, FunctionRef<void(const DeviceReference&)> look) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ddireplay::replay
