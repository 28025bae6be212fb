#include "recorder/windows/bug_check.h"

#include "recorder/windows/system.h"

namespace ddireplay::recorder {
namespace {

using Register = BOOLEAN(NTAPI*)(PKBUGCHECK_REASON_CALLBACK_RECORD,
                                 PKBUGCHECK_REASON_CALLBACK_ROUTINE, KBUGCHECK_CALLBACK_REASON,
                                 PUCHAR);
using Deregister = BOOLEAN(NTAPI*)(PKBUGCHECK_REASON_CALLBACK_RECORD);

// {5d1c62a0-3f0b-4c29-9a53-6464697265c1}: of the data that says where in the dump the memory is.
constexpr GUID kPlaceGuid = {
    0x5d1c62a0, 0x3f0b, 0x4c29, {0x9a, 0x53, 0x64, 0x64, 0x69, 0x72, 0x65, 0xc1}};

// What stands in the dump under that GUID.
struct Place {
  char name[16];
  ULONG64 address;
  ULONG64 bytes;
};

struct Registration {
  KBUGCHECK_REASON_CALLBACK_RECORD pages;
  KBUGCHECK_REASON_CALLBACK_RECORD place;
  bool has_pages;
  bool has_place;
  Place memory;
};

constinit Registration registration = {};

// The system is down: nothing may be called, and every other processor stands still.
VOID NTAPI add_pages(KBUGCHECK_CALLBACK_REASON, KBUGCHECK_REASON_CALLBACK_RECORD*, PVOID data,
                     ULONG data_bytes) {
  if (data_bytes < sizeof(KBUGCHECK_ADD_PAGES)) return;
  auto& pages = *static_cast<KBUGCHECK_ADD_PAGES*>(data);
  pages.Flags = KB_ADD_PAGES_FLAG_VIRTUAL_ADDRESS;
  pages.Address = registration.memory.address;
  pages.Count = (registration.memory.bytes + PAGE_SIZE - 1) / PAGE_SIZE;
}

VOID NTAPI add_place(KBUGCHECK_CALLBACK_REASON, KBUGCHECK_REASON_CALLBACK_RECORD*, PVOID data,
                     ULONG data_bytes) {
  if (data_bytes < sizeof(KBUGCHECK_SECONDARY_DUMP_DATA)) return;
  auto& secondary = *static_cast<KBUGCHECK_SECONDARY_DUMP_DATA*>(data);
  if (secondary.MaximumAllowed < sizeof(Place)) return;
  secondary.Guid = kPlaceGuid;
  secondary.OutBuffer = &registration.memory;
  secondary.OutBufferLength = sizeof(Place);
}

}  // namespace

void CrashDumpMemory::add(std::span<std::byte> memory) {
  // Wine's kernel has the export, which raises an exception, and it never makes a dump.
  if (current_system().on_wine) return;
  const auto enter =
      reinterpret_cast<Register>(system_routine(L"KeRegisterBugCheckReasonCallback"));
  if (enter == nullptr) return;
  registration.memory = {"ddirec memory",
                         reinterpret_cast<ULONG64>(memory.data()) & ~ULONG64{PAGE_SIZE - 1},
                         memory.size()};
  static UCHAR component[] = "ddirec";
  registration.has_pages =
      enter(&registration.pages, add_pages, KbCallbackAddPages, component) != FALSE;
  registration.has_place =
      enter(&registration.place, add_place, KbCallbackSecondaryDumpData, component) != FALSE;
}

void CrashDumpMemory::remove() {
  if (!registration.has_pages && !registration.has_place) return;
  const auto leave =
      reinterpret_cast<Deregister>(system_routine(L"KeDeregisterBugCheckReasonCallback"));
  if (registration.has_pages) leave(&registration.pages);
  if (registration.has_place) leave(&registration.place);
  registration = {};
}

}  // namespace ddireplay::recorder
