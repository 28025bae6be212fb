// Objects with a lifetime that calls begin and end: lookaside lists, registrations, queues,
// mappings. Which call begins and which ends one are rows of the operation table; what the kinds
// differ in is a row of kObjectKinds.
//
// An object is known by its kind and its key: the address of the structure, or the handle that the
// kernel gave for it. One that has been ended is remembered, until its key is used again or its
// memory is gone, so that a second end can be told from the end of what never was.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

#include "replay/function_ref.h"
#include "replay/model.h"
#include "replay/moment.h"
#include "replay/operation.h"

namespace ddireplay::replay {

enum class ObjectKind : std::uint8_t {
  lookaside_list,
  etw_registration,
  wmi_callback,
  wmi_device,
  queue,         // KQUEUE
  device_queue,  // with entries
  ex_timer,
  io_timer,
  interrupt,
  registry_callback,
  object_callbacks,
  callback,
  bug_check_callback,
  bug_check_reason_callback,
  nmi_callback,
  plug_and_play_notification,
  shutdown_notification,
  power_setting_callback,
  process_notification,
  thread_notification,
  image_notification,
  io_space,  // the last one
};
inline constexpr std::size_t kObjectKindCount = static_cast<std::size_t>(ObjectKind::io_space) + 1;

struct ObjectKindRow {
  ObjectKind kind;
  std::string_view name;     // of one; with "s" of several
  std::uint32_t most_bytes;  // of the structure, where the key is its address; 0: a handle
  bool of_device;            // the key is a device object: IoDeleteDevice ends it
};
const ObjectKindRow& object_kind(ObjectKind kind);

struct LifetimeObject {
  std::uint64_t address = 0;  // its key
  std::uint64_t bytes = 0;    // that certainly are the structure's; 0 of a handle
  std::uint64_t routine = 0;  // of the driver, that it leads to; 0: none, or not known
  std::int64_t entries = 0;   // of a device queue
  ObjectKind kind = ObjectKind::lookaside_list;
  bool live = false;
  format::ModuleId driver = format::kNoModuleId;
  Moment created;
  Moment ended;
};

class ObjectModel final : public Model {
 public:
  ObjectModel();
  ~ObjectModel() override;

  std::span<const Op> operations() const override;
  void apply(const Step& step) override;
  void forget(std::uint64_t begin, std::uint64_t end) override;
  void count_objects_in(ObjectPages& pages) override;

  // The last object of that key, live or ended, or nullptr.
  const LifetimeObject* find(ObjectKind kind, std::uint64_t key) const;
  // Live structures of the kind of which any byte lies in [begin, end), by address.
  void for_each_in(ObjectKind kind, std::uint64_t begin, std::uint64_t end,
                   FunctionRef<void(const LifetimeObject&)> visit) const;
  // Live ones of the kind, by key.
  void for_each(ObjectKind kind, FunctionRef<void(const LifetimeObject&)> visit) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ddireplay::replay
