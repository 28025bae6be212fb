// Numbers and names in the spellings of the Windows debuggers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "format/event.h"
#include "format/freestanding/layout.h"

namespace ddireplay::tools {

// Hexadecimal digits of a pointer of the recorded machine.
constexpr unsigned pointer_digits(unsigned pointer_bytes) { return pointer_bytes * 2; }

// As extensions (!verifier, !analyze) print a pointer: "9707712c", "fffff8012e3a1687".
std::string plain_pointer(std::uint64_t value, unsigned pointer_bytes);
// As the debugger itself (k, ln, lm) does: "9707712c", "fffff801`2e3a1687".
std::string ticked_pointer(std::uint64_t value, unsigned pointer_bytes);
// "0x9707712c": all digits; as JSON has addresses.
std::string prefixed_pointer(std::uint64_t value, unsigned pointer_bytes);

// A thread as the debuggers show its KTHREAD; shorter where the trace has the host's number of it.
std::string thread_text(std::uint64_t thread, unsigned pointer_bytes);

// The four characters of a pool tag; what can't be printed is a point.
std::string tag_text(std::uint32_t tag);

// "DISPATCH_LEVEL"; the number of a device's level.
std::string irql_name(std::uint64_t irql);
// "2 (DISPATCH_LEVEL)"; "unknown" where it was not sampled.
std::string irql_text(std::uint8_t irql);

// "DRIVER_VERIFIER_DETECTED_VIOLATION", or "BUGCHECK".
std::string_view bug_check_name(std::uint32_t bug_check);

// The debugger's name of a module: its file's without extension, and `nt` for the kernel.
std::string module_display_name(std::string_view file_name);

// The PDB that a module's image names: "d:\src\My.pdb {GUID} age 1".
std::string pdb_text(const format::Module& module);

// Whether a name of a driver or a function is of a pattern with * and ?, in whatever case.
bool matches(std::string_view name, std::string_view pattern);

// "1 finding", "2 findings".
std::string counted(std::uint64_t count, std::string_view noun);

// Of a finding, as people name it: 16 hexadecimal digits.
std::string fingerprint_text(std::uint64_t fingerprint);

// What the recorded machine was: "Windows 8 9600 x86 compatible target".
std::string machine_text(const format::FileHeader& header);

}  // namespace ddireplay::tools
