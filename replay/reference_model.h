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

// References to one object that the driver has by way of handles, where it has any: all that were
// taken and given back were seen. Without the recorded machine's own counts (Wine) they are what
// tells one that was given back too often.
struct HandleReference {
  std::uint64_t count = 0;
  Moment taken;  // the last one
  Moment given;  // back; the last one
};

class ReferenceModel final : public Model {
 public:
  ReferenceModel();
  ~ReferenceModel() override;

  std::span<const Op> operations() const override;
  void apply(const Step& step) override;
  void lose_track() override;

  // The driver's, in the order in which they were taken.
  void for_each_of(format::ModuleId driver, FunctionRef<void(const DeviceReference&)> look) const;
  // Of an object that the driver has taken a reference to through a handle, or nullptr.
  const HandleReference* through_handle(std::uint64_t object) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ddireplay::replay
