// The text form: both ways, and what it says of mistakes.
#include "format/text_form.h"

#include <sys/stat.h>

#include <array>
#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>
#include <sstream>

#include "tests/format/random_trace.h"
#include "tests/format/scratch_dir.h"

namespace ddireplay::format {
namespace {

using test::make_random_trace;
using test::RandomTrace;
using test::read_events;
using test::ScratchDir;

std::string print(TraceReader& reader) {
  std::ostringstream out;
  write_text(reader, out);
  return out.str();
}

std::string canonical(std::string_view text) {
  TraceReader reader = trace_from_text(text, "test.txt");
  return print(reader);
}

std::string file_contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string error_of(std::string_view text) {
  try {
    trace_from_text(text, "leak.txt");
  } catch (const Error& error) {
    CHECK(error.status() == ExitStatus::unreadable);
    return error.what();
  }
  return "no error";
}

// Every kind of line, as it is printed.
constexpr std::string_view kCanonical =
    R"text(ddireplay-text 1
machine pointer=8 processors=2 build=19045 clock=10000000 irql=hardware host=windows id=0x1122 start=900 filetime=132000000000000000
chunks explicit
module MyDriver.sys base=0xfffff80012340000 size=0x6000 timestamp=0x5f3e1a2b checksum=0x1234 pdb="d:\my 100%25\MyDriver.pdb" guid=00112233-4455-6677-8899-aabbccddeeff age=1 target
module ntoskrnl.exe base=0xfffff80100000000 size=0x1000000
module MyDriver.sys base=0xfffff80022340000 size=0x6000
module "a module.sys" base=0x10 size=0x0
symbol MyDriver.sys+0x660 size=0x70 DeviceControlDispatch
symbol MyDriver.sys+0x6d0 "operator new(unsigned long)"
line MyDriver.sys+0x660 "d:\coding\wdmdrivers\mydriver\handleioctl.c" 38
line MyDriver.sys+0x6a8 "d:\coding\wdmdrivers\mydriver\handleioctl.c" 50
symbols Other.sys size=0x1000 timestamp=0x7
symbol Other.sys+0x1 size=0x2 Other
gap cpu1 lost=3
stack s1 MyDriver.sys+0x687 ntoskrnl.exe+0x20 MyDriver.sys/2+0x10 0x81703772
@1000 cpu0 t1a4 irql0 ExAllocatePoolWithTag PoolType=0x1 NumberOfBytes=0x1000 Tag='mdrv' return=0xffffe00012345000 s1
@1001 cpu1 t1 irql2 > cb:Dpc Dpc=0xffffe00000001000 DeferredContext=0x0 SystemArgument1=0x0 SystemArgument2=0x0 Routine=MyDriver.sys+0x1010
@1001 cpu1 t1 irql2 < cb:Dpc Dpc=0xffffe00000001000 DeferredContext=0x0 SystemArgument1=0x0 SystemArgument2=0x0 Routine=MyDriver.sys+0x1010
chunk cpu1 number=0
@1002 cpu0 t1a4 irql0 < ExFreePoolWithTag P=0xffffe00012345000 Tag=0x1
ddi ExFreePoolWithTag/2 module=- original=0xfffff80100001000
@1003 cpu0 t1a4 irql? ExFreePoolWithTag/2 P=0x0 Tag='    '
ddi MyImport
@1004 cpu0 t1a4 irql0 MyImport Arg1=0x0 Arg2=0x0 Arg3=0x0 Arg4=0x0 return=0x7
ddi ExFreePool "VOID (PVOID P, LONG Extra)" "Deep:u16=[P+0x8]" module=MyDriver.sys/2
stack s2
@1005 cpu0 t1a4 irql0 flags0x40 ExFreePool P=0x0 Extra=-5 Deep=0x9 s2
@1006 cpu0 t1a4 irql0 < KeWaitForSingleObject raised Object=0x0 WaitReason=0x0 WaitMode=0 Alertable=0 Timeout=0x0 ObjectType=0x0 TimeoutValue=-10000000 Apcs=0x0 StackLow=0x0 StackHigh=0x0 return=0xc0000034
chunk cpu0 number=1
chunk cpu0 number=2 time=1500
import "MyDriver.sys" ExFreePool calls=12 supplied
import "MyDriver.sys" KeBugCheckEx calls=0 absent
import "MyDriver.sys" KeOther calls=3 absent caller=MyDriver.sys+0x6c0
notice "it rained"
ending code=0xc0000005 access=write accessed=0x18 address=MyDriver.sys+0x6b0 thread=0x1a4 irp=0x4000 during="running t.exe" routine="KeOther" symbol="Dispatch+0x14" file="d:\coding\a.c" line=33
derived by="range #4 to #20" by="reduced to finding 8c1d" events=1000 begin=3 thinned finding=0x8c1d
end reason=thread-inside lost=5 stackslost=2 attached
)text";

TEST_CASE("canonical text is printed as it was read, whatever the kind of line") {
  std::istringstream expected{std::string(kCanonical)};
  std::istringstream printed{canonical(kCanonical)};
  std::string expected_line;
  std::string printed_line;
  while (std::getline(expected, expected_line)) {
    REQUIRE(std::getline(printed, printed_line));
    CHECK(printed_line == expected_line);
  }
  CHECK_FALSE(std::getline(printed, printed_line));
}

TEST_CASE("binary to text to binary is the same, byte for byte") {
  const auto seed = GENERATE(range(1u, 11u));
  const RandomTrace trace = make_random_trace({.seed = seed,
                                               .processors = 1 + seed % 4,
                                               .events = 800,
                                               .events_per_chunk = seed % 3 == 0 ? 100'000u : 90u,
                                               .with_gaps = seed % 2 == 0,
                                               .with_symbols = seed % 4 == 0});
  const ScratchDir dir;
  TraceReader reader = TraceReader::from_bytes(trace.bytes, "random.ddt");
  std::istringstream text(print(reader));
  read_text(text, "random.txt", dir.path("back.ddt"));
  const std::string back = file_contents(dir.path("back.ddt"));
  REQUIRE(back.size() == trace.bytes.size());
  CHECK(std::memcmp(back.data(), trace.bytes.data(), back.size()) == 0);
}

TEST_CASE("what is left out has its default") {
  CHECK(canonical(R"(
    # a comment, and a blank line

    module MyDriver.sys base=0x1000 size=0x1000 target   # another
    ExAllocatePoolWithTag Tag='mdrv'
    cpu1 t7 irql2 ExFreePool P=MyDriver.sys+0x10
    ExFreePool [MyDriver.sys+0x10 0x7]
    @+10 ExFreePool P=MyDriver.sys
    @20 > KeSetTimer DueTime=-5
  )") == R"(ddireplay-text 1
machine pointer=8 processors=1 build=0 clock=10000000 irql=hardware host=written
module MyDriver.sys base=0x1000 size=0x1000 target
@1 cpu0 t1 irql0 ExAllocatePoolWithTag PoolType=0x0 NumberOfBytes=0x0 Tag='mdrv' return=0x0
@2 cpu1 t7 irql2 ExFreePool P=MyDriver.sys+0x10
stack s1 MyDriver.sys+0x10 0x7
@3 cpu0 t7 irql0 ExFreePool P=0x0 s1
@13 cpu0 t7 irql0 ExFreePool P=MyDriver.sys+0x0
@20 cpu0 t7 irql0 > KeSetTimer Timer=0x0 DueTime=-5 Dpc=0x0 Routine=0x0
end reason=converted
)");
}

TEST_CASE("where IRQL is modelled an event has none unless it says so") {
  const std::string text = canonical("machine irql=modelled\nExFreePool\nirql2 ExFreePool\n");
  CHECK(text.find("@1 cpu0 t1 ExFreePool") != std::string::npos);
  CHECK(text.find("@2 cpu0 t1 irql2 ExFreePool") != std::string::npos);
}

TEST_CASE("a 32-bit machine") {
  TraceReader reader = trace_from_text("machine pointer=4\nExFreePool P=0x9a3bf6ac\n", "x86");
  CHECK(reader.header().pointer_bytes == 4);
  CHECK(read_events(reader)[0].values == std::vector<std::uint64_t>{0x9a3bf6ac});
}

TEST_CASE("what a repeat never runs takes no time, however often it is passed") {
  // A search for the inner brace at each turn would take hours.
  const std::string unused(100'000, '\n');
  const TraceReader trace =
      trace_from_text("repeat 900000 {\nrepeat 0 {\n" + unused + "}\n}\nExFreePool\n", "long");
  CHECK(trace.footer()->events == 1);
}

TEST_CASE("symbols of many modules are read in time in proportion to them") {
  std::string text;
  constexpr int kModules = 20'000;
  for (int i = 0; i < kModules; ++i) text += "symbols M" + std::to_string(i) + " size=0x1000\n";
  for (int i = 0; i < kModules; ++i) text += "symbol M" + std::to_string(i) + "+0x1 Name\n";
  CHECK(trace_from_text(text, "modules").symbols().size() == kModules);
}

TEST_CASE("repeat makes lines many times, within each other too") {
  TraceReader reader = trace_from_text(R"(
    repeat 3 {
      ExAllocatePool
      repeat 2 {
        ExFreePool
      }
    }
    ExFreePool P=9
  )",
                                       "repeat");
  const auto events = read_events(reader);
  CHECK(events.size() == 10);
  CHECK(events.back().time == 10);
}

TEST_CASE("values are read in any spelling") {
  const auto value = [](const std::string& line) {
    TraceReader reader = trace_from_text("module a.sys base=0x100 size=1\n" + line, "value");
    return read_events(reader).at(0).values.back();
  };
  CHECK(value("ExFreePool P=16") == 16);
  CHECK(value("ExFreePool P=0x10") == 16);
  CHECK(value("ExFreePool P=a.sys+0x10") == 0x110);
  CHECK(value("ExFreePool P='mdrv'") == 0x7672646d);
  CHECK(value("ExFreePool P=-1") == ~std::uint64_t{0});
  CHECK(value("ObReferenceObjectByPointer return=0xc0000034") == 0xffffffffc0000034);
  CHECK(value("ObReferenceObjectByPointer return=0x00000000c0000034") == 0xc0000034);
  CHECK(value("ObReferenceObjectByPointer return=0x103") == 0x103);
}

TEST_CASE("mistakes are told by line and column") {
  const std::string next = "ExFreePool\n";
  CHECK(error_of("ExAlocatePool\n") ==
        "leak.txt:1:1: no DDI is called ExAlocatePool; did you mean ExAllocatePool?");
  CHECK(
      error_of(next + "  t1 Qqqqq\n") ==
      "leak.txt:2:6: no DDI is called Qqqqq; an import that the table doesn't have is declared by "
      "a ddi line");
  CHECK(error_of("ExFreePool Q=1") == "leak.txt:1:12: ExFreePool has no field Q; it has P");
  CHECK(error_of("KeEnterCriticalRegion Q=1") ==
        "leak.txt:1:23: KeEnterCriticalRegion has no fields");
  CHECK(error_of("ExFreePool P=zz") == "leak.txt:1:14: no module is called zz");
  CHECK(error_of("ExFreePool P=") == "leak.txt:1:14: a name is expected");
  CHECK(error_of("ExFreePool P") == "leak.txt:1:12: FIELD=VALUE or a stack is expected");
  CHECK(error_of("ExFreePool s1") == "leak.txt:1:12: no stack is called s1");
  CHECK(error_of("ExFreePool [1 2") == "leak.txt:1:16: ] is expected");
  CHECK(error_of("cb:Dpc") ==
        "leak.txt:1:1: cb:Dpc is recorded at entry and at return: say > or < before it");
  CHECK(error_of("> ExAllocatePool return=1") ==
        "leak.txt:1:18: return is known at return only (<)");
  CHECK(error_of("@5 ExFreePool\n@4 ExFreePool") ==
        "leak.txt:2:1: time goes back on cpu0: it has been @5 already");
  CHECK(error_of("cpu9999 ExFreePool") == "leak.txt:1:4: this is more than 2047");
  CHECK(error_of("flags0x1 ExFreePool") ==
        "leak.txt:1:6: for these flags there are the words < and raised");
  CHECK(error_of("ExFreePool/2") ==
        "leak.txt:1:1: ExFreePool has no number 2 yet: declare it by a ddi line");
  CHECK(error_of("@5") == "leak.txt:1:3: the name of a DDI or callback is expected");
  CHECK(error_of("module") == "leak.txt:1:7: the module's name is expected");
  CHECK(error_of("module a.sys bse=1") ==
        "leak.txt:1:14: bse isn't known here; base=, size=, timestamp=, checksum=, pdb=, guid=, "
        "age= or target is expected");
  CHECK(error_of("module a.sys base=1x") == "leak.txt:1:19: a number is expected");
  CHECK(error_of("module \"a.sys") == "leak.txt:1:8: this quote is never closed");
  CHECK(error_of("module a.sys guid=12") == "leak.txt:1:19: a GUID without braces is expected");
  CHECK(error_of("machine pointer=5") == "leak.txt:1:17: 4 or 8 is expected");
  CHECK(error_of("machine clock=0") == "leak.txt:1:15: a clock ticks at least once a second");
  CHECK(error_of("machine irql=soft") ==
        "leak.txt:1:14: one of hardware, modelled, virtualised, unknown is expected");
  CHECK(error_of(next + "machine pointer=4") ==
        "leak.txt:2:1: this must come before modules and events");
  CHECK(error_of("ddireplay-text 2") ==
        "leak.txt:1:16: this text form is newer than 1: update ddireplay");
  CHECK(error_of("ddi X \"VOID\" \"\"") ==
        "leak.txt:1:5: a prototype reads: TYPE (TYPE NAME, ...)");
  CHECK(error_of("stack s1 0x1\nstack s1 0x2") == "leak.txt:2:7: there is a stack s1 already");
  CHECK(error_of("symbol MyDriver.sys+0x1 f") == "leak.txt:1:8: no module is called MyDriver.sys");
  CHECK(error_of("gap cpu0") == "leak.txt:1:9: lost= is expected");
  CHECK(error_of("repeat 3 {\nExFreePool\n") ==
        "leak.txt:1:1: this repeat is never closed by a } on a line of its own");
  CHECK(error_of("repeat 3 {\nExFrePool\n}\n") ==
        "leak.txt:2:1: no DDI is called ExFrePool; did you mean ExFreePool?");
  CHECK(error_of("repeat 2 {\nExFreePool\n} ExFreePool\n") ==
        "leak.txt:3:3: ExFreePool is too much here");
  CHECK(error_of("}") == "leak.txt:1:1: there is no repeat that this } could close");
  CHECK(error_of("repeat 1000 {\nrepeat 1000 {\nExFreePool\n}\n}") ==
        "leak.txt:3:1: repeats make more than 1000000 lines");
  CHECK(error_of("repeat 100000 {\nnotice \"" + std::string(10'000, 'x') + "\"\n}") ==
        "leak.txt:2:1: repeats make more than 134217728 characters");
  CHECK(error_of("ExFreePool\n" + std::string((16 << 20) + 1, 'x')) ==
        "leak.txt:2:1: this line has more than 16777216 characters");
  CHECK(error_of("end\nExFreePool") == "leak.txt:2:1: nothing can come behind the end line");
  CHECK(error_of("end reason=tired") ==
        "leak.txt:1:12: one of stopped, recovered, thread-inside, disk-full, target-crashed, "
        "time-limit, converted, program-failed, stop-requested, host-died, hung, killed, "
        "load-failed, "
        "unload-failed, cut-off is "
        "expected");
  CHECK(error_of("chunk cpu0 number=1\nchunk cpu0 number=1") ==
        "leak.txt:2:12: another chunk has this number");
}

TEST_CASE("a text with a mistake leaves no file") {
  const ScratchDir dir;
  std::istringstream text("ExFreePool\nExFrePool\n");
  CHECK_THROWS_AS(read_text(text, "leak.txt", dir.path("leak.ddt")), Error);
  CHECK(dir.is_empty());
}

TEST_CASE("the text of a recording that was cut is refused, wherever it was cut") {
  const RandomTrace trace = make_random_trace({.events = 30});
  TraceReader reader = TraceReader::from_bytes(trace.bytes, "random.ddt");
  REQUIRE(reader.header().trace_id != 0);
  const std::string text = print(reader);
  const std::size_t head = text.find('\n', text.find("machine")) + 1;
  for (std::size_t size = head; size < text.size(); ++size) {
    CHECK_THROWS_AS(trace_from_text(text.substr(0, size), "cut.txt"), Error);
  }
  CHECK_THROWS_WITH(trace_from_text(text.substr(0, head), "cut.txt"),
                    Catch::StartsWith("cut.txt:2:1: ") && Catch::Contains("this one was cut"));
  CHECK_NOTHROW(trace_from_text(text, "whole.txt"));
}

TEST_CASE("a damaged trace is printed with its gaps, and as recovered where its end is missing") {
  const RandomTrace trace =
      make_random_trace({.processors = 2, .events = 500, .events_per_chunk = 50});
  TraceReader whole = TraceReader::from_bytes(trace.bytes, "whole");
  std::vector<std::byte> bytes = trace.bytes;
  const ChunkInfo& victim = whole.chunks()[3];
  bytes[victim.offset + sizeof(ChunkHeader) + 100] ^= std::byte{1};
  EndReason reason = whole.footer()->end_reason;
  SECTION("and cut") {
    bytes.resize(bytes.size() / 2);
    reason = EndReason::recovered;
  }
  SECTION("and whole in length") {}
  TraceReader reader = TraceReader::from_bytes(bytes, "damaged");
  const std::string text = print(reader);
  TraceReader again = trace_from_text(text, "again");
  CHECK(read_events(again) == read_events(reader));
  CHECK(again.condition().lost_events == victim.header.event_count);
  CHECK(again.condition().missing_chunks == 0);
  CHECK(again.footer()->end_reason == reason);
  CHECK(again.condition().recovered == reader.condition().recovered);
  CHECK_FALSE(again.condition().complete());
  CHECK(again.footer()->notices.back().find("is refused") != std::string::npos);
  TraceReader once_more = trace_from_text(print(again), "once more");
  CHECK(print(once_more) == print(again));
}

TEST_CASE("each host has a word") {
  for (const std::string host : {"windows", "wine", "unknown"}) {
    const std::string text = canonical("machine host=" + host + "\n");
    CHECK(text.find("host=" + host) != std::string::npos);
    CHECK(canonical(text) == text);
  }
}

// Of each gap: in front of which event it stands, of which processor, from when until when.
std::vector<std::array<std::uint64_t, 4>> gaps_of(TraceReader& reader) {
  std::vector<std::array<std::uint64_t, 4>> gaps;
  EventSource source(reader);
  for (auto batch = source.next(); !batch.empty(); batch = source.next()) {
    for (const Event& event : batch) {
      if (event.function != kGap) continue;
      gaps.push_back({event.position, event.processor, event.time, event.values[1]});
    }
  }
  return gaps;
}

// Printed, and read again, it has the same events and gaps; from then on the text stays as it is.
void check_gaps_come_back(TraceReader reader) {
  const std::string text = print(reader);
  INFO(text);
  TraceReader again = trace_from_text(text, "again");
  CHECK(read_events(again) == read_events(reader));
  CHECK(gaps_of(again) == gaps_of(reader));
  CHECK(again.condition().missing_chunks == 0);
  CHECK(again.condition().begins_late == reader.condition().begins_late);
  CHECK(print(again) == text);
}

TEST_CASE("gaps of a trace in which chunks are missing come back from its text") {
  constexpr const char* kIntro = "machine processors=3\nchunks explicit\n";
  const char* const events = GENERATE(
      // One that has another behind it, in a trace that nobody closed.
      "@1 cpu0 t1 irql0 ExFreePool P=0x1000\nchunk cpu0 number=0\n"
      "@9 cpu0 t1 irql0 ExFreePool P=0x1000\nchunk cpu0 number=2\nend reason=killed\n",
      // The first one, in front of a chunk without events.
      "chunk cpu1 number=1 time=9\n@9 cpu0 t1 irql0 ExFreePool P=0x3000\nchunk cpu0 number=2\n"
      "end reason=killed\n",
      // Those that a flight recording lets go.
      "@1 cpu0 t1 irql0 ExFreePool P=0x1000\nchunk cpu0 number=3\n"
      "@2 cpu1 t1 irql0 ExFreePool P=0x2000\nchunk cpu1 number=4\nend reason=stopped flight\n",
      // The first of all.
      "@1 cpu0 t1 irql0 ExFreePool P=0x1000\nchunk cpu0 number=2\n");
  check_gaps_come_back(trace_from_text(std::string(kIntro) + events, "first"));
}

TEST_CASE("until when a refused chunk's events are missing comes back from the text") {
  constexpr const char* kText =
      "machine processors=2\nchunks explicit\n"
      "@1 cpu0 t1 irql0 ExFreePool P=0x1000\nchunk cpu0 number=0\n"
      "@3 cpu1 t2 irql0 ExFreePool P=0x2000\n@20 cpu1 t2 irql0 ExFreePool P=0x3000\n"
      "chunk cpu1 number=1\n"
      "@5 cpu0 t1 irql0 ExFreePool P=0x4000\nchunk cpu0 number=2\n"
      "@30 cpu1 t2 irql0 ExFreePool P=0x5000\nchunk cpu1 number=3\n";
  const ScratchDir dir;
  std::istringstream text(kText);
  read_text(text, "whole.txt", dir.path("whole.ddt"));
  const std::string whole = file_contents(dir.path("whole.ddt"));
  std::vector<std::byte> bytes(whole.size());
  std::memcpy(bytes.data(), whole.data(), whole.size());
  const ChunkInfo victim = TraceReader::from_bytes(bytes, "whole").chunks()[1];
  bytes[victim.offset + sizeof(ChunkHeader) + 40] ^= std::byte{1};
  TraceReader damaged = TraceReader::from_bytes(bytes, "damaged");
  TraceReader again = trace_from_text(print(damaged), "again");
  const auto gaps = gaps_of(again);
  REQUIRE_FALSE(gaps.empty());
  CHECK(gaps[0][3] == 20);
  // The text doesn't say since when: from the processor's last event on.
  CHECK(gaps_of(damaged) == std::vector<std::array<std::uint64_t, 4>>{{2, 1, 3, 20}});
  CHECK(gaps[0][2] <= 3);
  CHECK(read_events(again) == read_events(damaged));
}

// The gap stands in front of the chunk that is behind it, also of one that has no events.
TEST_CASE("numbers that chunks skip are printed as a gap in their place") {
  const std::string text = canonical(
      "chunks explicit\n"
      "@1 cpu0 t1 irql0 ExFreePool P=0x1000\n"
      "chunk cpu0 number=1\n"
      "chunk cpu0 number=3 time=5\n");
  const std::size_t second = text.find("gap cpu0 lost=1\nchunk cpu0 number=1 time=5\n");
  CHECK(second != std::string::npos);
  CHECK(text.find("gap cpu0 lost=1\n") < second);
  CHECK(canonical(text) == text);
}

TEST_CASE("a processor whose last chunk may be missing has a gap at its end") {
  const std::string text = canonical(
      "machine processors=3\n"
      "chunks explicit\n"
      "@1 cpu0 t1 irql0 ExFreePool P=0x1000\n"
      "@2 cpu1 t1 irql0 ExFreePool P=0x1000\n"
      "chunk cpu1 number=0\n"
      "chunk cpu0 number=2\n");
  CHECK(text.find("@2 cpu1 t1 irql0 ExFreePool P=0x1000\nchunk cpu1 number=") != std::string::npos);
  CHECK(text.find("gap cpu0 lost=1\n") < text.find("@1"));
  CHECK(text.find("gap cpu1 lost=1\n") > text.find("@2"));
  CHECK(text.find("gap cpu1 lost=1\n") != std::string::npos);
  CHECK(text.find("gap cpu2 lost=1\n") < text.find("@1"));
  CHECK(canonical(text) == text);
}

TEST_CASE("a trace that was recovered can be written to a file") {
  const ScratchDir dir;
  std::istringstream text("ExFreePool\nend reason=recovered\n");
  read_text(text, "recovered.txt", dir.path("recovered.ddt"));
  const TraceReader reader = TraceReader::open(dir.path("recovered.ddt"));
  CHECK(reader.condition().recovered);
  CHECK(reader.condition().skipped_bytes == 0);
}

TEST_CASE("either form of a trace is opened") {
  const ScratchDir dir;
  std::ofstream(dir.path("a.txt")) << kCanonical;
  TraceReader text = open_trace(dir.path("a.txt"));
  CHECK(read_events(text).size() == 8);
  std::istringstream stream{std::string(kCanonical)};
  read_text(stream, "a.txt", dir.path("a.ddt"));
  TraceReader binary = open_trace(dir.path("a.ddt"));
  CHECK(read_events(binary) == read_events(text));
  CHECK_THROWS_WITH(open_trace(dir.path("b.ddt")),
                    dir.path("b.ddt") + ": can't be opened: No such file or directory");
}

TEST_CASE("a text is told by its first word, and only a file is one") {
  const ScratchDir dir;
  const auto is_text = [&](const char* name, std::string_view contents) {
    std::ofstream(dir.path(name), std::ios::binary) << contents;
    return is_text_form(dir.path(name));
  };
  CHECK(is_text("whole", kCanonical));
  CHECK(is_text("no_version", "ddireplay-text\n"));
  CHECK_FALSE(is_text("short", "ddireplay-tex"));
  CHECK_FALSE(is_text("empty", ""));
  CHECK_FALSE(is_text("behind", " ddireplay-text 1\n"));
  CHECK_FALSE(is_text_form(dir.path("absent")));
  // Opening it would wait for a writer.
  REQUIRE(::mkfifo(dir.path("pipe").c_str(), 0600) == 0);
  CHECK_FALSE(is_text_form(dir.path("pipe")));
  CHECK_THROWS_WITH(open_trace(dir.path("no_version")),
                    dir.path("no_version") + ":1:15: the version of the text form is expected");
}

}  // namespace
}  // namespace ddireplay::format
