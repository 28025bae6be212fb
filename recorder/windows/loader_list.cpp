#include "recorder/windows/loader_list.h"

#include "recorder/windows/system.h"

namespace ddireplay::recorder {

namespace {

constexpr std::uint64_t kHeaderPage = 0x1000;

std::uint64_t address_of(const void* pointer) { return reinterpret_cast<std::uint64_t>(pointer); }

}  // namespace

std::uint64_t module_base_of(std::uint64_t address) {
  if (!current_system().on_wine) {
    PVOID base = nullptr;
    return address_of(RtlPcToFileHeader(reinterpret_cast<PVOID>(address), &base));
  }
  std::uint64_t base = 0;
  visit_modules([&](const LoaderEntry& entry) {
    if (address - address_of(entry.base) >= entry.image_bytes) return false;
    base = address_of(entry.base);
    return true;
  });
  return base;
}

bool image_is_gone(std::uint64_t base) {
  // Wine's list, read without its lock, may look short for a moment; the memory says it for
  // certain.
  return current_system().on_wine ? !image_at(base).is_valid() : module_base_of(base) != base;
}

PeImage image_at(std::uint64_t base) {
  // First its header alone, to learn how far the rest may be trusted to reach.
  constexpr std::uint32_t kImageBytes = 0x50;
  std::uint64_t nt_headers = 0;
  std::uint64_t bytes = 0;
  if (base == 0 || !platform::guarded_read(base + 0x3c, 4, nt_headers) ||
      nt_headers > kHeaderPage - 0x100 ||
      !platform::guarded_read(base + nt_headers + kImageBytes, 4, bytes)) {
    return {};
  }
  return PeImage(base, bytes);
}

LoaderListLock::LoaderListLock() {
  if (current_system().loader_lock == nullptr) return;
  KeEnterCriticalRegion();
  ExAcquireResourceSharedLite(current_system().loader_lock, TRUE);
}

LoaderListLock::~LoaderListLock() {
  if (current_system().loader_lock == nullptr) return;
  ExReleaseResourceLite(current_system().loader_lock);
  KeLeaveCriticalRegion();
}

LIST_ENTRY* any_entry() { return current_system().loader_list; }

LIST_ENTRY* next_entry(LIST_ENTRY* entry) {
  std::uint64_t next = 0;
  if (!platform::guarded_read(address_of(&entry->Flink), 8, next)) return nullptr;
  return reinterpret_cast<LIST_ENTRY*>(next);
}

bool is_module(const LIST_ENTRY* entry) {
  std::uint64_t base = 0;
  std::uint64_t bytes = 0;
  std::uint64_t name = 0;
  const std::uint64_t at = address_of(entry);
  return platform::guarded_read(at + offsetof(LoaderEntry, base), 8, base) &&
         platform::guarded_read(at + offsetof(LoaderEntry, image_bytes), 4, bytes) &&
         platform::guarded_read(at + offsetof(LoaderEntry, base_name.Buffer), 8, name) &&
         platform::guarded_read(name, 2, name) && base % PAGE_SIZE == 0 &&
         image_at(base).size() == bytes && bytes != 0;
}

void copy_name(const UNICODE_STRING& name, char* to, std::size_t capacity) {
  const std::size_t characters = name.Length / sizeof(WCHAR);
  const std::size_t length = characters < capacity ? characters : capacity - 1;
  for (std::size_t i = 0; i < length; ++i) {
    const WCHAR c = name.Buffer[i];
    to[i] = c >= 0x20 && c < 0x7f ? static_cast<char>(c) : '?';
  }
  to[length] = '\0';
}

}  // namespace ddireplay::recorder
