// The text form of a trace: written and read by people, and by ddireplay convert.
//
// What write_text() prints is the canonical form: reading it and printing it again gives the same
// text, and reading it gives the same trace, byte for byte, as far as that came from our encoder
// and the same zstd. What people write may leave out everything that has a sensible default.
//
//   ddireplay-text 1
//   machine pointer=8 processors=2 build=19045 clock=10000000 irql=hardware host=windows
//   module MyDriver.sys base=0xfffff80012340000 size=0x6000 target
//   stack s1 MyDriver.sys+0x687 MyDriver.sys+0x611 0xfffff80081703772
//   @1000 cpu0 t1a4 irql0 ExAllocatePoolWithTag PoolType=0x0 NumberOfBytes=0x1000 Tag='mdrv'
//       return=0xffffe00012345000 s1                         (on the same line; broken here only)
//   @1010 cpu0 t1a4 irql0 > cb:Unload DriverObject=0xffffe00011112222
//   @1020 cpu0 t1a4 irql0 < cb:Unload DriverObject=0xffffe00011112222
//   end reason=stopped
//
// The whole grammar is in docs/text-form.md.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

#include "format/trace_reader.h"

namespace ddireplay::format {

inline constexpr int kTextFormVersion = 1;

// Prints the whole trace, its events included. What couldn't be read is told in `notice` lines, and
// where that is its end the text has reason=recovered. Throws Error where `out` fails.
void write_text(TraceReader& reader, std::ostream& out);

// Makes a trace file of a text. `name` stands in messages, which read NAME:LINE:COLUMN: what is
// wrong. Throws Error; nothing is left under `path` then.
void read_text(std::istream& text, const std::string& name, const std::string& path);

// The same in memory, ready to be read.
TraceReader trace_from_text(std::string_view text, std::string name);

// Whether the file is a text, or at least was meant to be one. Where it can't be opened, or is no
// regular file, it is none.
bool is_text_form(const std::string& path);

// Opens a trace in either form: binary, or text that begins with its `ddireplay-text` line. Throws
// Error as TraceReader::open does.
TraceReader open_trace(const std::string& path);

}  // namespace ddireplay::format
