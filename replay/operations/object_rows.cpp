// Objects with a lifetime: which call begins it, and which ends it.
#include "replay/object_model.h"
#include "replay/operations/rows.h"

namespace ddireplay::replay::operations {

namespace {

using enum Operand;
using enum At;
using enum ObjectKind;

constexpr std::uint64_t number(ObjectKind kind) { return static_cast<std::uint64_t>(kind); }

// Bytes that certainly are a structure's, of 32 and of 64 bits.
struct Bytes {
  std::uint64_t of32 = 0;
  std::uint64_t of64 = 0;
};
constexpr Bytes kHandle = {};
constexpr Bytes kLookaside = {0x48, 0x80};
constexpr Bytes kLookasideEx = {0x48, 0x60};
constexpr Bytes kQueue = {0x28, 0x40};
constexpr Bytes kDeviceQueue = {0x14, 0x28};

// `key` names the field with the structure's address or the handle.
constexpr OperationRow begins(std::string_view name, ObjectKind what, std::string_view key,
                              Bytes bytes = kHandle, std::string_view leads_to = {},
                              std::string_view succeeds = {}, std::string_view only_if = {}) {
  return {name,
          exit,
          Op::object_create,
          {fixed(kind, number(what)), field(address, key), fixed(size, bytes.of32, bytes.of64),
           leads_to.empty() ? OperandSource{} : maybe(routine, leads_to)},
          succeeds,
          only_if};
}
constexpr OperationRow registers(std::string_view name, ObjectKind what, std::string_view key,
                                 std::string_view leads_to, std::string_view succeeds = "return") {
  return begins(name, what, key, kHandle, leads_to, succeeds);
}
constexpr OperationRow makes_lookaside(std::string_view name, Bytes bytes,
                                       std::string_view succeeds = {}) {
  return {name,
          exit,
          Op::object_create,
          {fixed(kind, number(lookaside_list)), field(address, "Lookaside"),
           fixed(Operand::size, bytes.of32, bytes.of64), field(length, "Size")},
          succeeds};
}
constexpr OperationRow ends(std::string_view name, ObjectKind what, std::string_view key) {
  return {name, entry, Op::object_end, {fixed(kind, number(what)), field(address, key)}};
}
// At return: it may have failed.
constexpr OperationRow ends_if(std::string_view name, ObjectKind what, std::string_view key,
                               std::string_view succeeds) {
  return {name, exit, Op::object_end, {fixed(kind, number(what)), field(address, key)}, succeeds};
}

// One function for both: its last argument says which.
void add_or_remove(Step& step, unsigned) {
  if ((step[flags] & 0xff) != 0) step.op = Op::object_end;
}
constexpr OperationRow notifies_of_processes(std::string_view name) {
  return {.function = name,
          .at = exit,
          .op = Op::object_create,
          .operands = {fixed(kind, number(process_notification)), field(address, "NotifyRoutine"),
                       field(routine, "NotifyRoutine"), field(flags, "Remove")},
          .must_succeed = "return",
          .finish = add_or_remove,
          .other_op = Op::object_end};
}

// WMI is given a device object or, with a flag in the action, the address of a callback.
void wmi_action(Step& step, unsigned) {
  constexpr std::uint64_t kCallback = 0x80000000;
  constexpr std::uint64_t kRegister = 1;
  constexpr std::uint64_t kDeregister = 2;
  const std::uint64_t action = step[type] & ~kCallback;
  if ((step[type] & kCallback) != 0) set(step, kind, number(wmi_callback));
  if (action == kDeregister) {
    step.op = Op::object_end;
  } else if (action != kRegister) {
    step.op = Op::none;
  }
}

constexpr OperationRow queue_entry(std::string_view name, Op op) {
  return {name, exit, op, {field(address, "DeviceQueue"), field(result, "return")}};
}
constexpr OperationRow remove_lock(std::string_view name, At at, Op op,
                                   std::string_view succeeds = {}) {
  return {name, at, op, {field(address, "RemoveLock"), field(object, "Tag")}, succeeds};
}

constexpr OperationRow kRows[] = {
    makes_lookaside("ExInitializeLookasideListEx", kLookasideEx, "return"),
    makes_lookaside("ExInitializeNPagedLookasideList", kLookaside),
    makes_lookaside("ExInitializePagedLookasideList", kLookaside),
    ends("ExDeleteLookasideListEx", lookaside_list, "Lookaside"),
    ends("ExDeleteNPagedLookasideList", lookaside_list, "Lookaside"),
    ends("ExDeletePagedLookasideList", lookaside_list, "Lookaside"),

    registers("EtwRegister", etw_registration, "Registered", "EnableCallback"),
    ends("EtwUnregister", etw_registration, "RegHandle"),
    {.function = "IoWMIRegistrationControl",
     .at = exit,
     .op = Op::object_create,
     .operands = {fixed(kind, number(wmi_device)), field(address, "DeviceObject"),
                  field(type, "Action")},
     .must_succeed = "return",
     .finish = wmi_action,
     .other_op = Op::object_end},

    begins("KeInitializeQueue", queue, "Queue", kQueue),
    {"KeRundownQueue", exit, Op::object_end, {fixed(kind, number(queue)), field(address, "Queue")}},
    begins("KeInitializeDeviceQueue", device_queue, "DeviceQueue", kDeviceQueue),
    queue_entry("KeInsertByKeyDeviceQueue", Op::device_queue_insert),
    queue_entry("KeInsertDeviceQueue", Op::device_queue_insert),
    queue_entry("KeRemoveByKeyDeviceQueue", Op::device_queue_remove),
    queue_entry("KeRemoveDeviceQueue", Op::device_queue_remove),
    queue_entry("KeRemoveEntryDeviceQueue", Op::device_queue_remove),

    begins("ExAllocateTimer", ex_timer, "return", kHandle, "Callback"),
    ends("ExDeleteTimer", ex_timer, "Timer"),
    {"IoStartTimer",
     entry,
     Op::object_create,
     {fixed(kind, number(io_timer)), field(address, "DeviceObject")}},
    ends("IoStopTimer", io_timer, "DeviceObject"),

    registers("IoConnectInterrupt", interrupt, "Interrupt", "ServiceRoutine"),
    registers("IoConnectInterruptEx", interrupt, "Interrupt", {}),
    ends("IoDisconnectInterrupt", interrupt, "InterruptObject"),
    ends("IoDisconnectInterruptEx", interrupt, "Interrupt"),

    registers("CmRegisterCallback", registry_callback, "CookieValue", "Function"),
    registers("CmRegisterCallbackEx", registry_callback, "CookieValue", "Function"),
    ends("CmUnRegisterCallback", registry_callback, "Cookie"),
    registers("ObRegisterCallbacks", object_callbacks, "Registration", {}),
    ends("ObUnRegisterCallbacks", object_callbacks, "RegistrationHandle"),
    begins("ExRegisterCallback", callback, "return", kHandle, "CallbackFunction"),
    ends("ExUnregisterCallback", callback, "CbRegistration"),
    begins("KeRegisterBugCheckCallback", bug_check_callback, "CallbackRecord", kHandle,
           "CallbackRoutine", {}, "return"),
    ends("KeDeregisterBugCheckCallback", bug_check_callback, "CallbackRecord"),
    begins("KeRegisterBugCheckReasonCallback", bug_check_reason_callback, "CallbackRecord", kHandle,
           "CallbackRoutine", {}, "return"),
    ends("KeDeregisterBugCheckReasonCallback", bug_check_reason_callback, "CallbackRecord"),
    begins("KeRegisterNmiCallback", nmi_callback, "return", kHandle, "CallbackRoutine"),
    ends("KeDeregisterNmiCallback", nmi_callback, "Handle"),
    registers("IoRegisterPlugPlayNotification", plug_and_play_notification, "Entry",
              "CallbackRoutine"),
    ends("IoUnregisterPlugPlayNotification", plug_and_play_notification, "NotificationEntry"),
    ends("IoUnregisterPlugPlayNotificationEx", plug_and_play_notification, "NotificationEntry"),
    registers("IoRegisterLastChanceShutdownNotification", shutdown_notification, "DeviceObject",
              {}),
    registers("IoRegisterShutdownNotification", shutdown_notification, "DeviceObject", {}),
    ends("IoUnregisterShutdownNotification", shutdown_notification, "DeviceObject"),
    registers("PoRegisterPowerSettingCallback", power_setting_callback, "Registration", "Callback"),
    ends("PoUnregisterPowerSettingCallback", power_setting_callback, "Handle"),
    notifies_of_processes("PsSetCreateProcessNotifyRoutine"),
    notifies_of_processes("PsSetCreateProcessNotifyRoutineEx"),
    registers("PsSetCreateThreadNotifyRoutine", thread_notification, "NotifyRoutine",
              "NotifyRoutine"),
    ends_if("PsRemoveCreateThreadNotifyRoutine", thread_notification, "NotifyRoutine", "return"),
    registers("PsSetLoadImageNotifyRoutine", image_notification, "NotifyRoutine", "NotifyRoutine"),
    ends_if("PsRemoveLoadImageNotifyRoutine", image_notification, "NotifyRoutine", "return"),

    begins("MmMapIoSpace", io_space, "return"),
    begins("MmMapIoSpaceEx", io_space, "return"),
    ends("MmUnmapIoSpace", io_space, "BaseAddress"),

    {"IoInitializeRemoveLockEx", exit, Op::removelock_initialize, {field(address, "Lock")}},
    remove_lock("IoAcquireRemoveLockEx", exit, Op::removelock_acquire, "return"),
    remove_lock("IoReleaseRemoveLockEx", entry, Op::removelock_release),
    remove_lock("IoReleaseRemoveLockAndWaitEx", entry, Op::removelock_drain),
};

}  // namespace

std::span<const OperationRow> object_rows() { return kRows; }

}  // namespace ddireplay::replay::operations
