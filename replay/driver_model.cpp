#include "replay/driver_model.h"

namespace ddireplay::replay {

namespace {

void start(Driver& driver, const Step& step) {
  driver.state = DriverState::loaded;
  driver.attached = step.op == Op::image_attach;
  driver.name_address = step[Operand::name];
  driver.verifier_record = step[Operand::record];
  driver.verifier_flags = static_cast<std::uint32_t>(step[Operand::flags]);
  driver.loaded = step.moment();
  driver.unload_returned = {};
  driver.unloaded = {};
}

}  // namespace

std::span<const Op> DriverModel::operations() const {
  using enum Op;
  static constexpr Op kOperations[] = {image_load, image_attach, image_unload, unload_enter,
                                       unload_leave};
  return kOperations;
}

void DriverModel::apply(const Step& step) {
  if (step.driver == format::kNoModuleId) return;
  switch (step.op) {
    case Op::image_load:
    case Op::image_attach:
      return start(of(step.driver), step);
    case Op::unload_enter:
      of(step.driver).state = DriverState::unloading;
      return;
    case Op::unload_leave:
      of(step.driver).unload_returned = step.moment();
      return;
    case Op::image_unload: {
      Driver& driver = of(step.driver);
      driver.state = DriverState::unloaded;
      driver.unloaded = step.moment();
      return;
    }
    default:
      return;
  }
}

const Driver* DriverModel::find(format::ModuleId module) const {
  const bool is_known = module < places_.size() && places_[module] != 0;
  return is_known ? &drivers_[places_[module] - 1] : nullptr;
}

Driver& DriverModel::of(format::ModuleId module) {
  if (module >= places_.size()) places_.resize(module + std::size_t{1});
  std::uint32_t& place = places_[module];
  if (place == 0) {
    drivers_.emplace_back().module = module;
    place = static_cast<std::uint32_t>(drivers_.size());
  }
  return drivers_[place - 1];
}

}  // namespace ddireplay::replay
