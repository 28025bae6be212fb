#include "recorder/windows/targets.h"

#include "recorder/windows/loader_list.h"
#include "recorder/windows/patch.h"
#include "recorder/windows/springboard.h"
#include "recorder/windows/system.h"

namespace ddireplay::recorder {

namespace {

constinit Targets the_targets;

std::uint64_t address_of(const void* pointer) { return reinterpret_cast<std::uint64_t>(pointer); }

UNICODE_STRING file_name_of(const UNICODE_STRING& path) {
  USHORT begin = path.Length / sizeof(WCHAR);
  while (begin > 0 && path.Buffer[begin - 1] != L'\\') --begin;
  UNICODE_STRING name;
  name.Buffer = path.Buffer + begin;
  name.Length = static_cast<USHORT>(path.Length - begin * sizeof(WCHAR));
  name.MaximumLength = name.Length;
  return name;
}

UNICODE_STRING without_extension(UNICODE_STRING name) {
  for (USHORT i = name.Length / sizeof(WCHAR); i > 0; --i) {
    if (name.Buffer[i - 1] != L'.') continue;
    name.Length = static_cast<USHORT>((i - 1) * sizeof(WCHAR));
    break;
  }
  return name;
}

// Place of a driver among those that are wanted; name_count: it isn't.
std::uint32_t find_wanted(const TargetOptions& options, const UNICODE_STRING& file_name) {
  for (std::uint32_t i = 0; i < options.name_count; ++i) {
    UNICODE_STRING name;
    RtlInitUnicodeString(&name, options.names[i]);
    if (RtlEqualUnicodeString(&name, &file_name, TRUE)) return i;
  }
  return options.name_count;
}

bool is_wanted_import(const RowPlan* plan, bool all_imports) {
  if (plan == nullptr) return true;
  if (plan->row->when == format::When::never) return false;
  return all_imports || plan->row->family != format::Family::runtime;
}

// What lies in a loaded image but not in its code is a variable. What lies in no image at all is
// code that the host made for an import that it doesn't have.
bool is_data(std::uint64_t address) {
  const std::uint64_t base = module_base_of(address);
  const PeImage image = image_at(base);
  return image.is_valid() && !image.is_executable(static_cast<std::uint32_t>(address - base));
}

}  // namespace

Targets& targets() { return the_targets; }

VOID NTAPI on_image_loaded(PUNICODE_STRING path, HANDLE, PIMAGE_INFO image) {
  if (path == nullptr || !image->SystemModeImage) return;
  targets().image_loaded(*path, address_of(image->ImageBase), image->ImageSize);
}

bool Targets::any_loaded(const TargetOptions& options) {
  return visit_modules([&](LoaderEntry& entry) {
    return find_wanted(options, entry.base_name) != options.name_count;
  });
}

void Targets::open(Recorder& recorder, const TargetOptions& options, std::span<Patch> patches) {
  const PassiveGuard guard(lock_);
  recorder_ = &recorder;
  options_ = options;
  patches_ = patches;
  patches_used_ = 0;
  attached_ = false;
  for (LoadedTarget& target : targets_) target = {};
  open_ = true;
  attach_to_loaded();
}

void Targets::close() {
  const PassiveGuard guard(lock_);
  settle_locked();
  open_ = false;
  for (LoadedTarget& target : targets_) {
    if (target.state == State::loaded) restore_entry_point(target);
  }
  for (std::size_t i = patches_used_; i > 0; --i) restore(patches_[i - 1]);
  patches_used_ = 0;
  for (LoadedTarget& target : targets_) {
    if (target.driver != nullptr) ObfDereferenceObject(target.driver);
    target.driver = nullptr;
  }
}

void Targets::forget() {
  const PassiveGuard guard(lock_);
  recorder_ = nullptr;
}

void Targets::image_loaded(const UNICODE_STRING& path, std::uint64_t base, std::uint64_t size) {
  const UNICODE_STRING file_name = file_name_of(path);
  const PassiveGuard guard(lock_);
  if (!open_) return;
  retire_overlapping(base, size);
  if (find_wanted(options_, file_name) == options_.name_count) return;
  const std::uint16_t number = add(base, size);
  if (number == kMaxTargets) return;
  record_image_event(number, "cb:ImageLoad");
  record_sections(number);
  hook_imports(number);
  hook_entry_point(number);
}

void Targets::settle() {
  const PassiveGuard guard(lock_);
  if (open_) settle_locked();
}

// The loader has read the entry point: what was overwritten is put back at once, so that nobody
// else meets it.
void Targets::entry_reached(std::uint16_t number, DRIVER_OBJECT*) {
  const PassiveGuard guard(lock_);
  LoadedTarget& target = targets_[number];
  if (!open_ || target.state != State::loaded) return;
  restore_entry_point(target);
  target.state = State::entered;
}

void Targets::entry_returned(std::uint16_t number, DRIVER_OBJECT* driver, bool succeeded) {
  const PassiveGuard guard(lock_);
  LoadedTarget& target = targets_[number];
  if (target.state != State::entered) return;
  target.state = succeeded ? State::running : State::unloading;
  if (!open_ || !succeeded) return;
  hook_driver_object(number, driver);
}

// Imports stay hooked: what the driver still does between here and the end of its image, in a DPC
// or a thread that it forgot, is what a reader of the trace wants to see.
void Targets::unload_returned(std::uint16_t number) {
  const PassiveGuard guard(lock_);
  LoadedTarget& target = targets_[number];
  target.state = State::unloading;
  if (target.driver != nullptr) ObfDereferenceObject(target.driver);
  target.driver = nullptr;
}

std::uint32_t Targets::loaded_count() {
  const PassiveGuard guard(lock_);
  std::uint32_t count = 0;
  for (const LoadedTarget& target : targets_) {
    if (target.state != State::unused && target.state != State::gone) ++count;
  }
  return count;
}

bool Targets::stubs_in_use() {
  const PassiveGuard guard(lock_);
  if (recorder_ == nullptr) return false;
  for (std::uint16_t i = 0; i < kMaxTargets; ++i) {
    LoadedTarget& target = targets_[i];
    if (target.state == State::unused || target.state == State::gone) continue;
    if (image_is_gone(target.base)) continue;
    // An image on its way out still has its imports patched.
    if (target.state == State::unloading || recorder_->target(i).keeps_stubs) return true;
  }
  return false;
}

std::uint16_t Targets::add(std::uint64_t base, std::uint64_t size) {
  const PeImage image(base, size);
  platform::ModuleDescription module;
  if (!image.is_valid() || !platform::describe_module(base, module)) return kMaxTargets;
  module.entry.is_target = true;
  const std::uint16_t number =
      recorder_->add_target(base, image.size(), recorder_->tables().add_module(module.entry));
  if (number == kMaxTargets) return number;
  LoadedTarget& target = targets_[number];
  target = {};
  target.state = State::loaded;
  target.base = base;
  target.entry = base + image.entry_point();
  return number;
}

void Targets::attach_to_loaded() {
  visit_modules([this](LoaderEntry& entry) {
    const std::uint32_t wanted = find_wanted(options_, entry.base_name);
    if (wanted == options_.name_count) return false;
    const std::uint16_t number = add(address_of(entry.base), entry.image_bytes);
    if (number == kMaxTargets) return true;
    attached_ = true;
    targets_[number].state = State::running;
    record_image_event(number, "cb:Attached");
    record_sections(number);
    hook_imports(number);
    UNICODE_STRING service = without_extension(entry.base_name);
    if (options_.services[wanted][0] != L'\0') {
      RtlInitUnicodeString(&service, options_.services[wanted]);
    }
    attach_driver_object(number, service);
    return false;
  });
}

void Targets::attach_driver_object(std::uint16_t number, const UNICODE_STRING& service) {
  static constexpr wchar_t kDirectory[] = L"\\Driver\\";
  wchar_t buffer[sizeof(kDirectory) / sizeof(wchar_t) + TargetOptions::kNameCharacters];
  UNICODE_STRING name = {0, sizeof(buffer), buffer};
  auto* const type = static_cast<POBJECT_TYPE*>(system_routine(L"IoDriverObjectType"));
  PVOID driver = nullptr;
  if (!NT_SUCCESS(RtlAppendUnicodeToString(&name, kDirectory)) ||
      !NT_SUCCESS(RtlAppendUnicodeStringToString(&name, &service)) || type == nullptr ||
      !NT_SUCCESS(ObReferenceObjectByName(&name, OBJ_CASE_INSENSITIVE, nullptr, 0, *type,
                                          KernelMode, nullptr, &driver))) {
    return;
  }
  hook_driver_object(number, static_cast<DRIVER_OBJECT*>(driver));
  ObfDereferenceObject(driver);
}

void Targets::hook_imports(std::uint16_t number) {
  const PeImage image = image_at(targets_[number].base);
  ImportCursor cursor(image);
  Import import;
  while (cursor.next(import)) {
    if (!is_wanted_import(recorder_->plans().find(import.name), options_.all_imports)) continue;
    std::uint64_t unused = 0;
    if (!image.read(import.slot, unused)) continue;
    hook_import(number, image.base() + import.slot, import.name);
  }
}

void Targets::hook_import(std::uint16_t number, std::uint64_t slot, std::string_view name) {
  std::uint64_t original = 0;
  if (!platform::guarded_read(slot, 8, original) || original == 0 || is_data(original) ||
      recorder_->hooks().is_stub(original)) {
    return;
  }
  const std::uint64_t stub = recorder_->stub_for_import(name, number, original);
  if (stub == 0) return;
  // What is supplied stays: the driver's objects are of that kind, and Wine may have no routine to
  // go back to.
  const bool comes_back =
      platform::provide(name, original).provider != platform::Provider::supplied;
  if (comes_back && !remember({slot, original, stub, number, true})) return;
  if (!patch(slot, 8, stub) && comes_back) --patches_used_;
}

// Windows calls the entry point that the loader's list has, Wine and old kernels the one in the
// image's header. The header holds no address but a distance of 32 bits, upwards from the image,
// which reaches our stub only if that lies there.
void Targets::hook_entry_point(std::uint16_t number) {
  LoadedTarget& target = targets_[number];
  target.entry_stub = recorder_->stub_for_callback(*recorder_->plans().find("cb:DriverEntry"),
                                                   number, target.entry);
  if (target.entry_stub == 0) return;
  visit_modules([&](LoaderEntry& entry) {
    if (address_of(entry.entry_point) != target.entry) return false;
    entry.entry_point = reinterpret_cast<PVOID>(target.entry_stub);
    return true;
  });
  hook_entry_point_field(target);
}

void Targets::hook_entry_point_field(LoadedTarget& target) {
  const PeImage image = image_at(target.base);
  std::uint64_t reached = target.entry_stub;
  if (reached - target.base > 0xffffffff) {
    target.springboard = make_springboard(target.base, image.size(), target.entry_stub);
    if (target.springboard == 0) return;
    reached = target.springboard;
  }
  const std::uint64_t distance = reached - target.base;
  if (!patch(target.base + image.entry_point_field(), 4, distance)) return;
  target.entry_field = image.entry_point_field();
  target.entry_original = image.entry_point();
}

void Targets::restore_entry_point(LoadedTarget& target) {
  visit_modules([&](LoaderEntry& entry) {
    if (address_of(entry.entry_point) != target.entry_stub) return false;
    entry.entry_point = reinterpret_cast<PVOID>(target.entry);
    return true;
  });
  if (target.entry_field != 0) patch(target.base + target.entry_field, 4, target.entry_original);
  target.entry_field = 0;
  if (target.springboard != 0) free_springboard(target.springboard);
  target.springboard = 0;
}

void Targets::hook_driver_object(std::uint16_t number, DRIVER_OBJECT* driver) {
  ObfReferenceObject(driver);
  targets_[number].driver = driver;
  for (auto& routine : driver->MajorFunction) hook_routine(number, routine, "cb:Dispatch");
  hook_routine(number, driver->DriverUnload, "cb:Unload");
  hook_routine(number, driver->DriverStartIo, "cb:StartIo");
  if (driver->DriverExtension != nullptr) {
    hook_routine(number, driver->DriverExtension->AddDevice, "cb:AddDevice");
  }
  if (driver->FastIoDispatch != nullptr) hook_fast_io(number, driver->FastIoDispatch);
}

// The table is the driver's, in memory of its choice: a constant in its image, say. It says itself
// how long it is.
void Targets::hook_fast_io(std::uint16_t number, const FAST_IO_DISPATCH* table) {
  const RowPlan& plan = *recorder_->plans().find("cb:FastIo");
  std::uint64_t bytes = 0;
  if (!platform::guarded_read(address_of(table), sizeof(ULONG), bytes)) return;
  if (bytes > sizeof(FAST_IO_DISPATCH)) bytes = sizeof(FAST_IO_DISPATCH);
  for (std::uint64_t at = sizeof(PVOID); at + sizeof(PVOID) <= bytes; at += sizeof(PVOID)) {
    const std::uint64_t place = address_of(table) + at;
    std::uint64_t original = 0;
    if (!platform::guarded_read(place, sizeof(PVOID), original) ||
        !recorder_->target(number).contains(original)) {
      continue;
    }
    const std::uint64_t stub = recorder_->stub_for_callback(plan, number, original);
    if (stub == 0 || !remember({place, original, stub, number, true})) return;
    if (!patch(place, sizeof(PVOID), stub)) --patches_used_;
  }
}

// Only the driver's own: an entry that it left alone points into the kernel.
template <class Routine>
void Targets::hook_routine(std::uint16_t number, Routine*& routine, std::string_view callback) {
  const std::uint64_t original = reinterpret_cast<std::uint64_t>(routine);
  if (!recorder_->target(number).contains(original)) return;
  const std::uint64_t stub =
      recorder_->stub_for_callback(*recorder_->plans().find(callback), number, original);
  if (stub == 0 || !remember({address_of(&routine), original, stub, number, false})) return;
  routine = reinterpret_cast<Routine*>(stub);
}

bool Targets::remember(const Patch& patch) {
  if (patches_used_ == patches_.size()) return false;
  patches_[patches_used_++] = patch;
  return true;
}

// Pointers of a driver that is unloading are left as they are: its image, or its driver object, may
// go at any moment. What still calls through them passes through the stubs.
void Targets::restore(const Patch& patched) {
  const State state = targets_[patched.target].state;
  std::uint64_t now = 0;
  if (state == State::unloading || state == State::gone ||
      !platform::guarded_read(patched.place, 8, now) || now != patched.stub) {
    return;
  }
  if (patched.is_read_only) {
    patch(patched.place, 8, patched.original);
  } else {
    *reinterpret_cast<volatile std::uint64_t*>(patched.place) = patched.original;
  }
}

// Nothing tells when an image has gone, so it is asked for from time to time.
void Targets::settle_locked() {
  for (std::uint16_t i = 0; i < kMaxTargets; ++i) {
    LoadedTarget& target = targets_[i];
    if (target.state != State::unloading || !image_is_gone(target.base)) continue;
    target.state = State::gone;
    record_image_event(i, "cb:ImageUnload");
  }
}

// Another image where a target was: that one has gone before anybody asked.
void Targets::retire_overlapping(std::uint64_t base, std::uint64_t size) {
  for (std::uint16_t i = 0; i < kMaxTargets; ++i) {
    LoadedTarget& target = targets_[i];
    if (target.state == State::unused || target.state == State::gone) continue;
    if (target.base - base >= size && !recorder_->target(i).contains(base)) continue;
    target.state = State::gone;
    record_image_event(i, "cb:ImageUnload");
  }
}

void Targets::record_image_event(std::uint16_t number, std::string_view callback) {
  const Target& target = recorder_->target(number);
  const std::uint64_t values[] = {target.base, target.size};
  recorder_->record_own(*recorder_->plans().find(callback), number, values);
}

void Targets::record_sections(std::uint16_t number) {
  const PeImage image = image_at(targets_[number].base);
  const std::uint32_t imports = image.import_addresses().rva;
  const RowPlan& plan = *recorder_->plans().find("cb:ImageSection");
  PeImage::Section section;
  for (std::uint32_t i = 0; image.section(i, section); ++i) {
    const std::uint64_t values[] = {image.base(),
                                    image.base() + section.header,
                                    image.base() + section.begin,
                                    section.size,
                                    section.flags,
                                    imports == 0 ? 0 : image.base() + imports};
    recorder_->record_own(plan, number, values);
  }
}

}  // namespace ddireplay::recorder
