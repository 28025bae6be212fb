// The list of loaded modules.
#pragma once

#include "recorder/core/pe_image.h"
#include "recorder/core/platform.h"
#include "recorder/windows/ddk.h"

namespace ddireplay::recorder {

// Base of the module that holds an address, 0: none. At any IRQL.
//
// It takes no lock that somebody may hold who waits for us: Wine calls image-load notifications
// with its loader's lock held.
std::uint64_t module_base_of(std::uint64_t address);

// Whether the image that was at `base` has been unloaded.
bool image_is_gone(std::uint64_t base);

// The image at `base` with the size that its header says.
PeImage image_at(std::uint64_t base);

// Calls `visit(LoaderEntry&)` for each module until it returns true; returns whether it did. At
// PASSIVE_LEVEL.
template <class Visit>
bool visit_modules(const Visit& visit);

class LoaderListLock {
 public:
  LoaderListLock();
  ~LoaderListLock();
  LoaderListLock(const LoaderListLock&) = delete;
  LoaderListLock& operator=(const LoaderListLock&) = delete;
};

// The entry behind this one, nullptr when that can't be read. The list is circular, and its head,
// which is no module, can't be told from the others: is_module() sees it by what it lacks.
LIST_ENTRY* next_entry(LIST_ENTRY* entry);
bool is_module(const LIST_ENTRY* entry);
LIST_ENTRY* any_entry();

template <class Visit>
bool visit_modules(const Visit& visit) {
  constexpr int kMaxEntries = 4096;  // a list that is being changed must not keep us for ever
  const LoaderListLock lock;
  LIST_ENTRY* const begin = any_entry();
  LIST_ENTRY* entry = begin;
  for (int i = 0; i < kMaxEntries && entry != nullptr; ++i) {
    if (is_module(entry) && visit(*CONTAINING_RECORD(entry, LoaderEntry, links))) return true;
    entry = next_entry(entry);
    if (entry == begin) break;
  }
  return false;
}

// A module's file name in one-byte characters, terminated.
void copy_name(const UNICODE_STRING& name, char* to, std::size_t capacity);

}  // namespace ddireplay::recorder
