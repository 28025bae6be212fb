// The drivers that are recorded: found when they are loaded, hooked before their DriverEntry,
// restored at the end.
//
// A target's way: loaded (its imports and its entry point are patched) -> entered -> running (its
// driver object's routines are patched, the object is referenced so that it stays) -> unloading
// (Unload has returned, or DriverEntry has failed) -> gone (its image is no more).
#pragma once

#include <span>

#include "recorder/core/recorder.h"
#include "recorder/windows/ddk.h"
#include "recorder/windows/passive_lock.h"

namespace ddireplay::recorder {

struct TargetOptions {
  static constexpr std::uint32_t kMaxNames = 8;
  static constexpr std::uint32_t kNameCharacters = 64;

  wchar_t names[kMaxNames][kNameCharacters];
  wchar_t services[kMaxNames][kNameCharacters];  // empty: as the file is named
  std::uint32_t name_count;
  bool all_imports;
};

// A pointer that was overwritten.
struct Patch {
  std::uint64_t place;
  std::uint64_t original;
  std::uint64_t stub;
  std::uint16_t target;
  bool is_read_only;  // or may be, as the import table
};

class Targets {
 public:
  static constexpr std::size_t kMaxPatches = 8192;

  // Once, when the driver is loaded.
  void init() { lock_.init(); }

  // Whether one of these drivers is loaded already, so that open() would attach to it.
  static bool any_loaded(const TargetOptions& options);

  // From here on images that are loaded are looked at; those that are there already are attached
  // to.
  void open(Recorder& recorder, const TargetOptions& options, std::span<Patch> patches);
  // Puts back every pointer that was overwritten, and looks at no more images.
  void close();
  // Forgets the recorder, after which its memory may go.
  void forget();

  void image_loaded(const UNICODE_STRING& path, std::uint64_t base, std::uint64_t size);
  // Records that images have gone.
  void settle();

  // From the thunk.
  void entry_reached(std::uint16_t number, DRIVER_OBJECT* driver);
  void entry_returned(std::uint16_t number, DRIVER_OBJECT* driver, bool succeeded);
  void unload_returned(std::uint16_t number);

  std::uint32_t loaded_count();
  bool attached() const { return attached_; }
  // Some driver that is still there may call a stub.
  bool stubs_in_use();

 private:
  enum class State : std::uint8_t { unused, loaded, entered, running, unloading, gone };

  struct LoadedTarget {
    State state;
    std::uint64_t base;
    std::uint64_t entry;  // address of DriverEntry
    std::uint64_t entry_stub;
    std::uint64_t springboard;     // on the way from the header to the stub; 0: not needed
    std::uint32_t entry_field;     // RVA of the header's field that was overwritten; 0: none
    std::uint32_t entry_original;  // what stood there
    DRIVER_OBJECT* driver;         // referenced while running
  };

  std::uint16_t add(std::uint64_t base, std::uint64_t size);
  void attach_to_loaded();
  void attach_driver_object(std::uint16_t number, const UNICODE_STRING& service);
  void hook_imports(std::uint16_t number);
  void hook_import(std::uint16_t number, std::uint64_t slot, std::string_view name);
  void hook_entry_point(std::uint16_t number);
  void hook_entry_point_field(LoadedTarget& target);
  void restore_entry_point(LoadedTarget& target);
  void hook_driver_object(std::uint16_t number, DRIVER_OBJECT* driver);
  void hook_fast_io(std::uint16_t number, const FAST_IO_DISPATCH* table);
  template <class Routine>
  void hook_routine(std::uint16_t number, Routine*& routine, std::string_view callback);
  bool remember(const Patch& patch);
  void restore(const Patch& patch);
  void settle_locked();
  void retire_overlapping(std::uint64_t base, std::uint64_t size);
  void record_image_event(std::uint16_t number, std::string_view callback);
  void record_sections(std::uint16_t number);

  PassiveLock lock_;
  Recorder* recorder_ = nullptr;
  bool open_ = false;
  bool attached_ = false;
  TargetOptions options_ = {};
  std::span<Patch> patches_;
  std::size_t patches_used_ = 0;
  LoadedTarget targets_[kMaxTargets] = {};
};

Targets& targets();

// For PsSetLoadImageNotifyRoutine.
VOID NTAPI on_image_loaded(PUNICODE_STRING path, HANDLE process, PIMAGE_INFO image);

}  // namespace ddireplay::recorder
