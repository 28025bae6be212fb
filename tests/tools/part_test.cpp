// Traces made of traces: what a part of a recording says, and what a redacted one hides.

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "checkers/registry.h"
#include "format/freestanding/ddi_table.h"
#include "format/text_form.h"
#include "replay/redact/names.h"
#include "replay/replay.h"
#include "tools/part.h"

namespace ddireplay::tools {
namespace {

namespace fs = std::filesystem;
using format::trace_from_text;
using format::TraceReader;

std::string text_of(TraceReader& trace) {
  std::ostringstream text;
  format::write_text(trace, text);
  return text.str();
}

replay::Report replay_of(TraceReader& trace) {
  const auto checkers = checkers::make_all_checkers();
  replay::Replay replay(trace, checkers);
  replay.run();
  return replay.report();
}

std::vector<std::string> verdicts(TraceReader& trace) {
  std::vector<std::string> result;
  for (const replay::Finding& finding : replay_of(trace).findings) {
    const bool is_unknown = finding.verdict == replay::Verdict::unknown;
    result.push_back(finding.rule->id() + (is_unknown ? " unknown" : ""));
  }
  return result;
}

constexpr std::string_view kStack = R"(ddireplay-text 1
module One.sys base=0xfffff80010000000 size=0x8000 target
module Two.sys base=0xfffff80020000000 size=0x8000 target
ddi cb:ImageLoad module=One.sys
ddi cb:ImageLoad/2 module=Two.sys
ddi cb:ImageUnload module=One.sys
ddi cb:Dispatch module=One.sys
ddi cb:Dispatch/2 module=Two.sys
ddi ExAllocatePoolWithTag module=Two.sys
ddi ExFreePoolWithTag module=One.sys
ddi KeSetEvent module=One.sys
cb:ImageLoad ImageBase=One.sys ImageSize=0x8000
cb:ImageLoad/2 ImageBase=Two.sys ImageSize=0x8000
> cb:Dispatch DeviceObject=0xffffc00000000100 Irp=0xffffd00000000400 Major=0xe
< KeSetEvent Event=0xffffc00000000300
> cb:Dispatch/2 DeviceObject=0xffffc00000000200 Irp=0xffffd00000000400 Major=0xe
ExAllocatePoolWithTag PoolType=0x200 NumberOfBytes=0x40 Tag='Secr' return=0xffffa00000001000
< cb:Dispatch/2 DeviceObject=0xffffc00000000200 Irp=0xffffd00000000400 Major=0xe
< KeSetEvent Event=0xffffc00000000300
< cb:Dispatch DeviceObject=0xffffc00000000100 Irp=0xffffd00000000400 Major=0xe
ExFreePoolWithTag P=0xffffa00000001000 Tag='Secr'
ExFreePoolWithTag P=0xffffa00000001000 Tag='Secr'
cb:ImageUnload ImageBase=One.sys ImageSize=0x8000
)";

std::vector<std::string> calls(TraceReader& trace) {
  std::vector<std::string> names;
  format::EventSource source(trace);
  for (auto batch = source.next(); !batch.empty(); batch = source.next()) {
    for (const format::Event& event : batch) {
      names.push_back((event.at_exit() ? "< " : "> ") + trace.function(event.function).name);
    }
  }
  return names;
}

TEST_CASE("a range begins with the callbacks that it lies in, and what came before is not known") {
  TraceReader trace = trace_from_text(kStack, "stack");
  Made made = make_part(trace, {.range = "#6..#8", .drivers = {}});
  CHECK(made.said == "7 of 12 events; left out: 5; 4 in front of the range tell where it begins");
  TraceReader part = TraceReader::from_bytes(made.trace, "part");
  CHECK(calls(part) == std::vector<std::string>{"> cb:ImageLoad", "> cb:ImageLoad", "> cb:Dispatch",
                                                "> cb:Dispatch", "< ExAllocatePoolWithTag",
                                                "< cb:Dispatch", "< KeSetEvent"});
  REQUIRE(part.footer()->derivation);
  CHECK(part.footer()->derivation->begin == 5);
  CHECK(part.footer()->derivation->events == 12);
  CHECK(part.footer()->end_reason == format::EndReason::cut_off);
  CHECK_FALSE(format::is_whole(part.footer()->end_reason));
}

TEST_CASE("a range of all is the whole") {
  TraceReader trace = trace_from_text(kStack, "stack");
  TraceReader part =
      TraceReader::from_bytes(make_part(trace, {.range = "..", .drivers = {}}).trace, "part");
  CHECK(calls(part) == calls(trace));
  CHECK(verdicts(part) == verdicts(trace));
  CHECK(part.footer()->derivation->begin == 0);
}

TEST_CASE("in front of a range there may be nothing that is left out") {
  TraceReader trace = trace_from_text(kStack, "stack");
  Made made = make_part(trace, {.range = "#3..", .drivers = {}});
  CHECK(made.said == "12 of 12 events; left out: 0; 2 in front of the range tell where it begins");
  TraceReader part = TraceReader::from_bytes(made.trace, "part");
  CHECK(part.footer()->derivation->begin == 0);
  CHECK(verdicts(part) == verdicts(trace));
}

TEST_CASE("a range of a range tells of the first one's cut") {
  TraceReader trace = trace_from_text(kStack, "stack");
  TraceReader part =
      TraceReader::from_bytes(make_part(trace, {.range = "#6..", .drivers = {}}).trace, "part");
  TraceReader again =
      TraceReader::from_bytes(make_part(part, {.range = "#1..#5", .drivers = {}}).trace, "again");
  CHECK(again.footer()->derivation->begin == 5);
  CHECK(again.footer()->derivation->steps ==
        std::vector<std::string>{"range #6 to #12", "range #1 to #5"});
}

TEST_CASE("of one driver there are its events, and the callbacks of others around them") {
  TraceReader trace = trace_from_text(kStack, "stack");
  Made made = make_part(trace, {.range = {}, .drivers = {"two"}});
  CHECK(made.said ==
        "6 of 12 events; left out: 6, of them of other drivers: 6; 2 of other drivers tell where "
        "the rest happens");
  TraceReader part = TraceReader::from_bytes(made.trace, "part");
  CHECK(calls(part) == std::vector<std::string>{"> cb:ImageLoad", "> cb:Dispatch", "> cb:Dispatch",
                                                "< ExAllocatePoolWithTag", "< cb:Dispatch",
                                                "< cb:Dispatch"});
  CHECK(part.footer()->derivation->thinned);
}

TEST_CASE("what was left out may have freed a block") {
  // Freed in front of the range, or by another driver, for all that these parts tell.
  constexpr std::string_view kLeak = R"(ddireplay-text 1
module One.sys base=0xfffff80010000000 size=0x8000 target
module Two.sys base=0xfffff80020000000 size=0x8000 target
ddi cb:ImageLoad module=One.sys
ddi cb:ImageUnload module=One.sys
ddi ExAllocatePoolWithTag module=One.sys
ddi ExFreePoolWithTag module=Two.sys
cb:ImageLoad ImageBase=One.sys ImageSize=0x8000
ExAllocatePoolWithTag PoolType=0x200 NumberOfBytes=0x40 Tag='Secr' return=0xffffa00000001000
ExFreePoolWithTag P=0xffffa00000001000 Tag='Secr'
ExAllocatePoolWithTag PoolType=0x200 NumberOfBytes=0x40 Tag='Secr' return=0xffffa00000002000
cb:ImageUnload ImageBase=One.sys ImageSize=0x8000
)";
  TraceReader trace = trace_from_text(kLeak, "leak");
  CHECK(verdicts(trace) == std::vector<std::string>{"C4:62"});
  const auto verdicts_of = [&](const PartOptions& options) {
    TraceReader part = TraceReader::from_bytes(make_part(trace, options).trace, "part");
    return verdicts(part);
  };
  CHECK(verdicts_of({.range = {}, .drivers = {"One.sys"}}) ==
        std::vector<std::string>{"C4:62 unknown"});
  CHECK(verdicts_of({.range = "#4..", .drivers = {}}) == std::vector<std::string>{"C4:62"});
  CHECK(verdicts_of({.range = "#5..", .drivers = {}}).empty());
}

TEST_CASE("a range that is none, and a driver that is not there, are refused") {
  TraceReader trace = trace_from_text(kStack, "stack");
  CHECK_THROWS_WITH(make_part(trace, {.range = "#13..", .drivers = {}}),
                    "stack: has 12 events; #13 lies behind them");
  CHECK_THROWS_WITH(make_part(trace, {.range = "#5..#4", .drivers = {}}),
                    "#5 lies behind #4: a range begins with its first position");
  CHECK_THROWS_WITH(make_part(trace, {.range = "#5", .drivers = {}}),
                    "#5 is no range: write #A..#B");
  CHECK_THROWS_WITH(make_part(trace, {.range = {}, .drivers = {"Three"}}),
                    "stack: has no driver Three; recorded were: One.sys, Two.sys");
}

// What a trace must not tell.
struct Secrets {
  std::set<std::string> names;
  std::set<std::uint64_t> addresses;
};

bool is_private(const std::string& name) {
  // DriverEntry is what the callback is called, too.
  return !name.empty() && !replay::is_system_module(name) && !replay::is_system_function(name) &&
         format::find_ddi("cb:" + name) == nullptr;
}

// Numbers that are addresses by the kind of their field, frames, threads, modules.
Secrets secrets_of(TraceReader& trace) {
  Secrets secrets;
  const unsigned width = trace.header().pointer_bytes;
  const auto add_address = [&](std::uint64_t value) {
    const std::uint64_t negative = width == 4 ? 0xffff0000 : 0xffffffffffff0000;
    if (value >= 0x10000 && value < negative) secrets.addresses.insert(value);
  };
  format::EventSource source(trace);
  for (auto batch = source.next(); !batch.empty(); batch = source.next()) {
    for (const format::Event& event : batch) {
      if (event.function == format::kGap) continue;
      add_address(event.thread);
      const format::Layout& layout = trace.function(event.function).layout;
      for (std::size_t i = 0; i < event.value_count; ++i) {
        // A physical one may be a limit that is asked for.
        const format::Field& field = layout.fields[i];
        const bool is_pointer = field.kind == format::Kind::address && field.width == 0;
        if (is_pointer) add_address(event.values[i]);
      }
      if (event.stack == format::kNoStack) continue;
      for (const std::uint64_t frame : trace.stack(event.stack)) add_address(frame);
    }
  }
  for (format::FunctionId id = 0; id < trace.function_count(); ++id) {
    add_address(trace.function(id).original);
    if (id != format::kGap) secrets.names.insert(trace.function(id).name);
  }
  for (const format::Module& module : trace.footer()->modules) {
    add_address(module.base);
    secrets.names.insert(module.name);
    if (!module.pdb_name.empty()) secrets.names.insert(module.pdb_name);
  }
  for (const format::ModuleSymbols& symbols : trace.symbols()) {
    for (const format::SymbolRow& row : symbols.symbols) secrets.names.insert(row.name);
    secrets.names.insert(symbols.files.begin(), symbols.files.end());
  }
  for (const format::ImportInfo& import : trace.footer()->imports) {
    add_address(import.caller);
    secrets.names.insert(import.name);
  }
  secrets.names.insert(trace.footer()->notices.begin(), trace.footer()->notices.end());
  if (const auto& ending = trace.footer()->ending) {
    for (const std::uint64_t value :
         {ending->accessed, ending->address, ending->thread, ending->irp}) {
      add_address(value);
    }
    for (const std::string& name : {ending->during, ending->symbol, ending->file}) {
      if (!name.empty()) secrets.names.insert(name);
    }
  }
  std::erase_if(secrets.names, [](const std::string& name) { return !is_private(name); });
  return secrets;
}

void check_redacted(TraceReader& trace) {
  const Secrets before = secrets_of(trace);
  const Made made = make_redacted(trace, false, 1);
  const std::string_view bytes(reinterpret_cast<const char*>(made.trace.data()), made.trace.size());
  TraceReader redacted = TraceReader::from_bytes(made.trace, "redacted");
  const Secrets after = secrets_of(redacted);
  const std::string text = text_of(redacted);
  for (const std::string& name : before.names) {
    INFO(name);
    CHECK(bytes.find(name) == std::string_view::npos);
    // As a word: a short name may be a part of any other.
    CHECK_FALSE(after.names.contains(name));
    if (name.size() > 5) CHECK(text.find(name) == std::string::npos);
  }
  for (const std::uint64_t address : before.addresses) {
    INFO(std::hex << address);
    CHECK_FALSE(after.addresses.contains(address));
  }
  CHECK(before.addresses.size() == after.addresses.size());
}

TEST_CASE("a redacted trace shows the same findings, and none of the names and addresses") {
  std::vector<fs::path> traces;
  for (const char* const directory : {DDIREPLAY_RULE_TRACES, DDIREPLAY_CASE_TRACES}) {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(directory)) {
      const fs::path& path = entry.path();
      if (path.extension() == ".txt" && path.filename() != "CMakeLists.txt") traces.push_back(path);
    }
  }
  std::ranges::sort(traces);
  REQUIRE(traces.size() > 100);
  for (const fs::path& path : traces) {
    INFO(path.string());
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    TraceReader trace = trace_from_text(text.str(), path.filename().string());
    check_redacted(trace);
  }
}

constexpr std::string_view kSecret = R"(ddireplay-text 1
machine pointer=8 processors=1 build=19045 clock=10000000 irql=hardware host=windows id=0x1122334455667788 start=5000000 filetime=133000000000000000
module Acme.sys base=0xfffff80010000000 size=0x8000 timestamp=0x5f3e1a2b checksum=0x1234 pdb="d:\acme\Acme.pdb" guid=00112233-4455-6677-8899-aabbccddeeff age=1 target
module AcmeLib.dll base=0xfffff80030000000 size=0x8000
module ntoskrnl.exe base=0xfffff80040000000 size=0x800000
symbol Acme.sys+0x1000 size=0x70 AcmeDispatch
line Acme.sys+0x1000 "d:\acme\dispatch.c" 12
ddi AcmeLibCall
@5000010 tffffb00000001000 cb:ImageLoad ImageBase=Acme.sys ImageSize=0x8000
ExAllocatePoolWithTag PoolType=0x200 NumberOfBytes=0x40 Tag='Acme' return=0xffffa00000001010 [Acme.sys+0x1012 AcmeLib.dll+0x10 ntoskrnl.exe+0x20]
AcmeLibCall Arg1=0xffffa00000001018 Arg2=0xffffa00000001050
ExFreePoolWithTag P=0xffffa00000001010 Tag='Acme' [Acme.sys+0x1020]
ExFreePoolWithTag P=0xffffa00000001010 Tag='Acme' [Acme.sys+0x1030]
import "Acme.sys" AcmeLibCall calls=1
notice "seen by Alice on ACME-PC"
ending code=0xc0000005 access=read accessed=0xffffa00000001010 address=Acme.sys+0x1012 during="running acmetest.exe" symbol="AcmeDispatch+0x12" file="d:\acme\dispatch.c" line=12
end reason=program-failed
)";

TEST_CASE("names, paths, times and the machine are gone; relations between addresses are not") {
  TraceReader trace = trace_from_text(kSecret, "secret");
  check_redacted(trace);
  const Made made = make_redacted(trace, false, 1);
  TraceReader redacted = TraceReader::from_bytes(made.trace, "redacted");
  const std::string text = text_of(redacted);
  for (const char* const word : {"Acme", "acme", "ACME", "Alice", "5f3e1a2b", "1122334455667788",
                                 "19045", "1330000", "5000", "@5", "pdb="}) {
    INFO(word << " in " << text);
    CHECK(text.find(word) == std::string::npos);
  }
  CHECK(text.find("ntoskrnl.exe") != std::string::npos);
  CHECK(text.find("driver1.sys") != std::string::npos);

  format::EventSource source(redacted);
  const auto batch = source.next();
  REQUIRE(batch.size() == 5);
  const auto value = [&](std::size_t event, std::string_view field) {
    const format::Layout& layout = redacted.function(batch[event].function).layout;
    return batch[event].values[layout.find(field)];
  };
  const std::uint64_t block = value(1, "return");
  CHECK(block % 0x10000 == 0x1010);
  CHECK(value(3, "P") == block);
  CHECK(value(2, "Arg1") == block + 8);
  CHECK(value(2, "Arg2") == block + 0x40);
  CHECK(redacted.stack(batch[1].stack)[0] == redacted.footer()->modules[0].base + 0x1012);
  CHECK(value(0, "ImageBase") == redacted.footer()->modules[0].base);
}

TEST_CASE("the findings that are counted are those that a replay reports") {
  TraceReader trace = trace_from_text(R"(ddireplay-text 1
module Acme.sys base=0xfffff80010000000 size=0x8000 target
cb:ImageLoad ImageBase=Acme.sys ImageSize=0x8000
ExAllocatePoolWithTag PoolType=0x200 NumberOfBytes=0x0 Tag='Acme' return=0xffffa00000001010
ExFreePoolWithTag P=0xffffa00000001010 Tag='Acme'
ExFreePoolWithTag P=0xffffa00000001010 Tag='Acme'
)",
                                      "freed twice");
  CHECK(verdicts(trace) == std::vector<std::string>{"C4:0", "C4:13"});
  const Made made = make_redacted(trace, false, 1);
  CHECK(nlohmann::json::parse(made.json).at("findings") == 2);
}

TEST_CASE("tags stay where they are to be kept") {
  TraceReader trace = trace_from_text(kSecret, "secret");
  TraceReader kept = TraceReader::from_bytes(make_redacted(trace, true, 1).trace, "kept");
  CHECK(text_of(kept).find("'Acme'") != std::string::npos);
}

}  // namespace
}  // namespace ddireplay::tools
