// The kernel's headers, and what they lack or hide of what the supplied routines need.
//
// A supplied routine is a C function named after the DDI that it stands for: `supplied_KeSetTimer`.
// Where Wine has a routine that is good enough to build on, it is called through this driver's own
// import of it; the imports are only such that Windows 10's kernel exports too, because the same
// binary must load there.
#pragma once

#include <ntifs.h>

#include <cstddef>
#include <cstdint>

// The export: the header's inline version reads a processor block that a user-mode thread lacks.
extern "C" PKTHREAD NTAPI exported_KeGetCurrentThread(void) __asm__("KeGetCurrentThread");

namespace ddireplay::recorder::wine {

inline constexpr ULONG kPoolTag = 'eniW';
inline constexpr ULONG kPageShift = 12;
inline constexpr LONGLONG k100nsPerMillisecond = 10 * 1000;
inline constexpr LONGLONG k100nsPerSecond = 1000 * k100nsPerMillisecond;

// The thread's environment block. A driver's gs is the one of user mode under Wine.
inline char* thread_block() {
  char* block;
  asm("movq %%gs:0x30, %0" : "=r"(block));
  return block;
}

}  // namespace ddireplay::recorder::wine
