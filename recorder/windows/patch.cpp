#include "recorder/windows/patch.h"

#include "recorder/windows/ddk.h"
#include "recorder/windows/system.h"

namespace ddireplay::recorder {

namespace {

void store(void* place, unsigned bytes, std::uint64_t value) {
  if (bytes == 8) {
    InterlockedExchange64(static_cast<LONG64*>(place), static_cast<LONG64>(value));
  } else {
    InterlockedExchange(static_cast<LONG*>(place), static_cast<LONG>(value));
  }
}

// Through a second, writable view of the same page. The image's own view stays read-only, which is
// also what hypervisor-protected code integrity asks for.
bool patch_through_mdl(void* place, unsigned bytes, std::uint64_t value) {
  // On the stack: a recording that has started allocates nothing.
  struct {
    MDL mdl;
    PFN_NUMBER pages[2];
  } room = {};
  MDL* const mdl = &room.mdl;
  MmInitializeMdl(mdl, place, bytes);
  // Locked for reading: asking to write a read-only page would raise. The page is there, for the
  // caller has just read it, so this doesn't.
  MmProbeAndLockPages(mdl, KernelMode, IoReadAccess);
  void* const view =
      MmMapLockedPagesSpecifyCache(mdl, KernelMode, MmCached, nullptr, FALSE, NormalPagePriority);
  const bool mapped = view != nullptr && NT_SUCCESS(MmProtectMdlSystemAddress(mdl, PAGE_READWRITE));
  if (mapped) store(view, bytes, value);
  if (view != nullptr) MmUnmapLockedPages(view, mdl);
  MmUnlockPages(mdl);
  return mapped;
}

bool patch_through_protection(void* place, unsigned bytes, std::uint64_t value) {
  const auto protect = current_system().protect_virtual_memory;
  if (protect == nullptr) return false;
  const HANDLE this_process = reinterpret_cast<HANDLE>(-1);
  PVOID base = place;
  SIZE_T size = bytes;
  ULONG before = 0;
  // Executable as well: the page may have code on it, which some thread is just running.
  if (!NT_SUCCESS(protect(this_process, &base, &size, PAGE_EXECUTE_READWRITE, &before))) {
    return false;
  }
  store(place, bytes, value);
  protect(this_process, &base, &size, before, &before);
  return true;
}

}  // namespace

bool patch(std::uint64_t place, unsigned bytes, std::uint64_t value) {
  void* const pointer = reinterpret_cast<void*>(place);
  // Wine maps no MDL, and there the other way works.
  return patch_through_mdl(pointer, bytes, value) ||
         patch_through_protection(pointer, bytes, value);
}

}  // namespace ddireplay::recorder
