# The payloads of a .ddt file. Its container (file header, chunk headers, trailer) is described in
# format/freestanding/layout.h.
#
# Once there is a release, fields are added, never renumbered, and never change their meaning. A reader
# treats a missing field as its default. The recorder writes these messages through the freestanding
# header that capnpc-flat makes of this file, everybody else through Cap'n Proto's library.
@0xb0d1f4e7a2c95d31;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("ddireplay::format::schema");

struct Module {
  name @0 :Text;            # file name, as in "MyDriver.sys"
  base @1 :UInt64;
  size @2 :UInt64;          # SizeOfImage
  timeDateStamp @3 :UInt32;
  checksum @4 :UInt32;      # CheckSum of the optional header
  pdbName @5 :Text;         # as the linker wrote it; empty: there is no RSDS record
  pdbGuid @6 :Data;         # 16 bytes, as they stand in the RSDS record
  pdbAge @7 :UInt32;
  isTarget @8 :Bool;        # its calls are what is recorded
}

struct Function {
  # A DDI or callback, with the layout of its values (format/freestanding/ddi_layout.h).
  name @0 :Text;
  prototype @1 :Text;
  derived @2 :Text;
  module @3 :UInt16;        # the target whose calls (or callbacks) these are: index into `modules`
  original @4 :UInt64;      # address that is called through: the export, or the driver's routine
}

struct EventChunk {
  # Functions, stacks and modules are numbered within the chunk; it has only those that it refers to.
  tables @0 :Data;          # one zstd frame: a message whose root is a Tables
  stackCount @1 :UInt32;
  frameCount @2 :UInt32;
  valueCount @3 :UInt32;
  coding @4 :UInt16;        # ColumnCoding in format/freestanding/columns.h, of all columns
  planes @5 :Data;          # of each plane two bytes: its ColumnId (likewise), and which plane it is
  frames @6 :Data;          # of each plane one zstd frame, one behind the other
}

struct Tables {
  modules @0 :List(Module);
  functions @1 :List(Function);
}

struct Symbol {
  rva @0 :UInt32;
  size @1 :UInt32;          # bytes; 0: unknown
  name @2 :Text;
}

struct Line {
  rva @0 :UInt32;           # where the line's code starts
  file @1 :UInt32;          # index into `files`
  line @2 :UInt32;
}

struct ModuleSymbols {
  module @0 :Text;          # name, size and time stamp say which module is meant
  size @1 :UInt64;
  timeDateStamp @2 :UInt32;
  symbols @3 :List(Symbol);
  files @4 :List(Text);
  lines @5 :List(Line);
}

struct SymbolChunk {
  modules @0 :List(ModuleSymbols);
}

struct ChunkEntry {
  # What the chunk's header says, so that a summary needs to read nothing else.
  offset @0 :UInt64;
  kind @1 :UInt16;
  stream @2 :UInt16;
  number @3 :UInt32;
  firstTime @4 :UInt64;
  lastTime @5 :UInt64;
  eventCount @6 :UInt32;
  payloadBytes @7 :UInt64;
  lostBefore @8 :UInt64;
}

struct Import {
  # One hooked import of a target, and how often it was reached.
  module @0 :Text;
  name @1 :Text;
  calls @2 :UInt64;
  supplied @3 :Bool;        # the recorder's host layer answers it, not the kernel
  absent @4 :Bool;          # this host doesn't have it
  caller @5 :UInt64;        # return address of the first call of what is absent; 0: not known
}

enum EndReason {
  stopped @0;               # in order
  recovered @1;             # this footer was made later, from the chunks that were found
  threadInside @2;          # stopped while a thread was still inside a recorded call
  diskFull @3;
  targetCrashed @4;
  timeLimit @5;
  converted @6;             # written by a tool, not by a recorder
  programFailed @7;         # closed in order; the program under test failed
  stopRequested @8;         # closed in order, before the program was done
  hostDied @9;              # the process or machine that the target ran in is gone
  hung @10;                 # the target never came back, and all was ended
  killed @11;               # all was ended on request
  loadFailed @12;           # closed in order; a target could not be started
  unloadFailed @13;         # closed in order; a target could not be unloaded
  cutOff @14;               # a part of a recording: what came behind was left out
}

enum AccessKind {
  none @0;
  read @1;
  write @2;
  execute @3;
}

struct Ending {
  # What is known besides the reason. Written by who watched the recording from outside.
  code @0 :UInt32;          # the exception's; of programFailed, the program's exit status
  access @1 :AccessKind;    # what the exception was raised for
  accessed @2 :UInt64;      # the address that was accessed
  address @3 :UInt64;       # instruction at which the target crashed or was busy; 0: not known
  thread @4 :UInt64;        # as in events; 0: not known
  during @5 :Text;          # what was being done, as in "running test.exe"
  routine @6 :Text;         # the call of this DDI, which the host doesn't have, was the end
  symbol @7 :Text;          # of `address`, as in "Dispatch+0x14"
  file @8 :Text;            # source file of `address`
  line @9 :UInt32;
  irp @10 :UInt64;          # a request that came to `address` and was never completed; 0: none
}

struct Derivation {
  # What was made of a recording by a tool that left out some of its events, or changed them.
  steps @0 :List(Text);     # what was done, in order, in words
  events @1 :UInt64;        # that the recording had
  begin @2 :UInt64;         # 0: from the recording's beginning on. Else position in this trace of the
                            # first event behind the cut; those in front of it tell what went on there
  thinned @3 :Bool;         # events behind that were left out, too
  finding @4 :UInt64;       # fingerprint of the one finding that the trace was reduced to; 0: none
}

struct Footer {
  chunks @0 :List(ChunkEntry);
  modules @1 :List(Module);
  events @2 :UInt64;
  lost @3 :UInt64;          # all losses, also those behind the last chunk of a stream
  endReason @4 :EndReason;
  imports @5 :List(Import);
  stacksLost @6 :UInt64;    # events whose stack found no room in the stack table
  startedAttached @7 :Bool; # the target had been running before the recording began
  notices @8 :List(Text);   # what a reader of the report should know, in words
  ending @9 :Ending;
  derivation @10 :Derivation; # not there: the events are as they were recorded
  flight @11 :Bool;         # the oldest events gave way to newer ones: the recording begins in the
                            # middle of the target's life
}
