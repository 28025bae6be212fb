#include "recorder/windows/supply.h"

#include "recorder/core/recorder.h"
#include "recorder/windows/loader_list.h"
#include "recorder/windows/session.h"
#include "recorder/windows/system.h"
#include "recorder/wine/mdl.h"
#include "recorder/wine/start_io.h"
#include "recorder/wine/supply.h"

namespace ddireplay::recorder {

namespace {

enum class Life : std::uint8_t { off, on, stuck };

constinit std::atomic<Life> life{Life::off};

// KeGetCurrentIrql and its like are instructions on x64; they are recorded as the calls that they
// were elsewhere.
void on_inline_irql(KIRQL before, KIRQL after, wine::InlineIrql kind, const CONTEXT* context) {
  Recorder* const recorder = session_recorder();
  if (recorder == nullptr) return;
  const auto record = [&](std::string_view name, std::span<const std::uint64_t> values) {
    recorder->record_inline(*recorder->plans().find(name), context->Rip - 1, before, values,
                            context);
  };
  const std::uint64_t raised[] = {after, before};
  const std::uint64_t level[] = {after};
  switch (kind) {
    case wine::InlineIrql::raise:
      return record("KfRaiseIrql", raised);
    case wine::InlineIrql::lower:
      return record("KeLowerIrql", level);
    case wine::InlineIrql::read:
      return record("KeGetCurrentIrql", level);
  }
}

template <class Value>
bool read_code(std::uint64_t address, Value& value) {
  std::uint64_t wide = 0;
  if (!platform::guarded_read(address, sizeof(Value), wide)) return false;
  value = static_cast<Value>(wide);
  return true;
}

bool has_text(std::uint64_t address, std::string_view text) {
  for (std::size_t i = 0; i <= text.size(); ++i) {
    char character = 0;
    if (!read_code(address + i, character)) return false;
    if (character != (i < text.size() ? text[i] : '\0')) return false;
  }
  return true;
}

// What Wine exports for a routine that it doesn't have, which raises an exception:
// sub rsp, 28h; lea rcx, [module's name]; lea rdx, [export's name]; call ...
bool is_raising_export(std::uint64_t address, std::string_view name) {
  constexpr std::uint32_t kSubtract = 0x28ec8348;
  constexpr std::uint32_t kLeaRcx = 0x0d8d48;
  constexpr std::uint32_t kLeaRdx = 0x158d48;
  constexpr std::uint32_t kThreeBytes = 0xffffff;
  std::uint32_t first = 0;
  std::uint32_t second = 0;
  std::uint32_t third = 0;
  std::uint32_t distance = 0;
  if (!read_code(address, first) || !read_code(address + 4, second) ||
      !read_code(address + 11, third) || !read_code(address + 14, distance)) {
    return false;
  }
  if (first != kSubtract || (second & kThreeBytes) != kLeaRcx || (third & kThreeBytes) != kLeaRdx) {
    return false;
  }
  return has_text(address + 18 + static_cast<std::int32_t>(distance), name);
}

// What is exported nowhere is bound to code that Wine's loader makes outside of every image.
bool is_absent(std::uint64_t address, std::string_view name) {
  return module_base_of(address) == 0 || is_raising_export(address, name);
}

// What the driver may do with the buffer that the I/O manager has locked for it.
LOCK_OPERATION operation_of(const IO_STACK_LOCATION& location) {
  const bool reads =
      location.MajorFunction == IRP_MJ_WRITE ||
      ((location.MajorFunction == IRP_MJ_DEVICE_CONTROL ||
        location.MajorFunction == IRP_MJ_INTERNAL_DEVICE_CONTROL) &&
       METHOD_FROM_CTL_CODE(location.Parameters.DeviceIoControl.IoControlCode) == METHOD_IN_DIRECT);
  return reads ? IoReadAccess : IoWriteAccess;
}

}  // namespace

void start_supplying() {
  if (life == Life::off && wine::is_wine() && wine::start_supply({on_inline_irql})) life = Life::on;
}

bool supplying() { return life.load(std::memory_order_relaxed) == Life::on; }

bool stop_supplying() {
  if (life == Life::on) life = wine::stop_supply() ? Life::off : Life::stuck;
  return life == Life::off;
}

namespace platform {

Provision provide(std::string_view name, std::uint64_t original) {
  const wine::SuppliedRoutine* routine = supplying() ? wine::find_supplied(name) : nullptr;
  if (routine != nullptr) {
    return {Provider::supplied, reinterpret_cast<std::uint64_t>(routine->routine)};
  }
  const bool absent = current_system().on_wine && is_absent(original, name);
  return {absent ? Provider::absent : Provider::kernel, original};
}

// A driver may ask inline for its processor and its thread, and look at its devices.
void callback_reached() {
  if (!supplying()) return;
  wine::current_processor();
  wine::restore_current_irps();
}

void dispatch_reached(std::uint64_t device_object, std::uint64_t irp) {
  if (!supplying()) return;
  wine::restore_current_irp(reinterpret_cast<PDEVICE_OBJECT>(device_object));
  PIRP const request = reinterpret_cast<PIRP>(irp);
  wine::adopt_mdls(request, operation_of(*IoGetCurrentIrpStackLocation(request)));
}

// Wine calls it without the lock that raises.
void cancel_reached() {
  if (supplying()) wine::raise_irql(DISPATCH_LEVEL);
}

void set_irql_after_callback(std::uint8_t level) {
  if (supplying()) wine::set_irql(level);
}

}  // namespace platform

}  // namespace ddireplay::recorder
