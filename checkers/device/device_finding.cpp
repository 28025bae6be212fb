#include "checkers/device/device_finding.h"

#include "checkers/biography.h"

namespace ddireplay::checkers {

using replay::Role;

replay::FindingObject device_object(std::uint64_t address, const replay::Device* device,
                                    const replay::Step& step) {
  replay::FindingObject object{
      .kind = "device", .address = address, .size = 0, .tag = 0, .biography = {}};
  if (device != nullptr) {
    add_entry(object, Role::created, device->created);
    add_entry(object, Role::referenced, device->attached);
    add_entry(object, Role::deleted, device->deleted);
  }
  add_entry(object, Role::violated, step.moment());
  return object;
}

}  // namespace ddireplay::checkers
