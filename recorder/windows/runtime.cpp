// What the compiler expects to find, and a freestanding binary has to bring along.
//
// The kernel exports memcpy and its like, but then they would be imports of ours, called from the
// hook path while the same exports are hooked in the target.

#include "recorder/windows/ddk.h"

extern "C" {

void* memcpy(void* destination, const void* source, std::size_t bytes) {
  void* const result = destination;
  __asm__ volatile("rep movsb" : "+D"(destination), "+S"(source), "+c"(bytes) : : "memory");
  return result;
}

void* memmove(void* destination, const void* source, std::size_t bytes) {
  const auto to = reinterpret_cast<std::uintptr_t>(destination);
  const auto from = reinterpret_cast<std::uintptr_t>(source);
  if (to - from >= bytes) return memcpy(destination, source, bytes);
  // Downwards, from the last byte. The direction flag must be clear again before anybody notices.
  void* last = static_cast<char*>(destination) + bytes - 1;
  const void* last_source = static_cast<const char*>(source) + bytes - 1;
  __asm__ volatile("std\n\trep movsb\n\tcld"
                   : "+D"(last), "+S"(last_source), "+c"(bytes)
                   :
                   : "memory");
  return destination;
}

void* memset(void* destination, int value, std::size_t bytes) {
  void* const result = destination;
  __asm__ volatile("rep stosb" : "+D"(destination), "+c"(bytes) : "a"(value) : "memory");
  return result;
}

int memcmp(const void* left, const void* right, std::size_t bytes) {
  const auto* a = static_cast<const unsigned char*>(left);
  const auto* b = static_cast<const unsigned char*>(right);
  for (std::size_t i = 0; i < bytes; ++i) {
    if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
  }
  return 0;
}

void* memchr(const void* text, int value, std::size_t bytes) {
  const auto* begin = static_cast<const unsigned char*>(text);
  for (std::size_t i = 0; i < bytes; ++i) {
    if (begin[i] == static_cast<unsigned char>(value)) return const_cast<unsigned char*>(begin + i);
  }
  return nullptr;
}

std::size_t strlen(const char* text) {
  std::size_t length = 0;
  while (text[length] != '\0') ++length;
  return length;
}

[[noreturn]] void __cxa_pure_virtual() { KeBugCheckEx(MANUALLY_INITIATED_CRASH, 0, 0, 0, 0); }

}  // extern "C"

namespace std {

// Called by string_view for a place behind its end, which is a mistake of ours.
[[noreturn]] void __throw_out_of_range_fmt(const char*, ...) {
  KeBugCheckEx(MANUALLY_INITIATED_CRASH, 1, 0, 0, 0);
}

}  // namespace std
