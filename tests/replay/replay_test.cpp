#include "replay/replay.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <vector>

#include "checkers/registry.h"
#include "format/text_form.h"
#include "format/trace_writer.h"
#include "tests/replay/report_dump.h"

namespace ddireplay::replay {
namespace {

using format::TraceReader;

constexpr std::string_view kStart = R"(ddireplay-text 1
module Test.sys base=0xfffff80010000000 size=0x8000 target
cb:ImageLoad ImageBase=Test.sys ImageSize=0x8000
)";

TraceReader reader_of(std::string_view lines) {
  return format::trace_from_text(std::string(kStart) + std::string(lines), "text");
}

Report report_of(TraceReader& reader, const ReplayOptions& options = {}) {
  const auto all = checkers::make_all_checkers();
  Replay replay(reader, all, options);
  replay.run();
  return replay.report();
}

// A driver on several processors that does everything wrong, in many small chunks.
class ChaosTrace {
 public:
  ChaosTrace(unsigned seed, std::uint8_t pointer_bytes)
      : random_(seed), writer_(header(pointer_bytes), {.events_per_chunk = 50, .level = 1}) {
    format::Module module;
    module.name = "Chaos.sys";
    module.base = 0x90000000;
    module.size = 0x10000;
    module.is_target = true;
    module_ = writer_.add_module(module);
    for (const format::DdiRow& row : format::ddi_table()) {
      if (row.when == format::When::never) continue;
      functions_.push_back({writer_.add_function(row.name, row.prototype, row.derived, module_, 0),
                            row.layout(), row.when});
    }
  }

  std::vector<std::byte> make(int events) {
    for (int i = 0; i < events; ++i) add_event();
    writer_.finish({});
    return writer_.take_bytes();
  }

 private:
  struct Function {
    format::FunctionId id;
    format::Layout layout;
    format::When when;
  };

  static format::FileHeader header(std::uint8_t pointer_bytes) {
    format::FileHeader header{};
    header.pointer_bytes = pointer_bytes;
    header.irql_source = format::IrqlSource::modelled;
    header.host = format::Host::written;
    header.processor_count = 4;
    header.clock_hz = 10'000'000;
    header.start_filetime = 133'000'000'000'000'000;
    return header;
  }

  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

  // Few addresses, so that objects meet.
  std::uint64_t value() {
    switch (below(4)) {
      case 0:
        return below(4);
      case 1:
        return below(0x2000);
      case 2:
        return 0x90000000 + below(0x100) * 0x80;
      default:
        return 0xa0000000 + below(0x400) * 0x40;
    }
  }

  void add_event() {
    const Function& function = functions_[below(functions_.size())];
    bool at_exit = below(2) == 0;
    if (function.when == format::When::entry) at_exit = false;
    if (function.when == format::When::exit) at_exit = true;
    const std::size_t count = at_exit ? function.layout.field_count : function.layout.entry_count;
    std::vector<std::uint64_t> values(count);
    for (std::uint64_t& one : values) one = value();

    const auto processor = static_cast<std::uint16_t>(below(4));
    if (below(2000) == 0) writer_.gap(processor, below(5));
    format::NewEvent event;
    event.time = time_ += below(3);
    event.thread = 1 + below(6);
    event.values = values;
    event.function = function.id;
    event.processor = processor;
    const std::uint64_t frames[] = {0x90000000 + below(4) * 0x10, 0x90001000 + below(2) * 0x10};
    event.stack = writer_.add_stack(frames);
    if (at_exit) event.flags = format::event_flags::exit;
    if (at_exit && below(20) == 0) event.flags |= format::event_flags::raised;
    writer_.append(event);
  }

  std::mt19937_64 random_;
  format::TraceWriter writer_;
  format::ModuleId module_ = 0;
  std::vector<Function> functions_;
  std::uint64_t time_ = 0;
};

TEST_CASE("a trace gives the same report with any number of threads, at once or step by step") {
  const unsigned seed = GENERATE(1u, 2u, 3u);
  const auto pointer_bytes = GENERATE(std::uint8_t{4}, std::uint8_t{8});
  const std::vector<std::byte> bytes = ChaosTrace(seed, pointer_bytes).make(20'000);

  TraceReader first = TraceReader::from_bytes(bytes, "chaos");
  const Report report = report_of(first);
  const std::string expected = tests::dump(report);
  CHECK(report.events == 20'000);
  CHECK(report.findings.size() > 10);
  CHECK(report.lost > 0);
  for (const unsigned threads : {2u, 4u}) {
    TraceReader reader = TraceReader::from_bytes(bytes, "chaos");
    CHECK(tests::dump(report_of(reader, {.threads = threads, .rules = {}})) == expected);
  }

  TraceReader reader = TraceReader::from_bytes(bytes, "chaos");
  const auto all = checkers::make_all_checkers();
  Replay replay(reader, all);
  for (std::uint64_t position = 0; position < report.events; position += 997) {
    replay.run_to(position);
    REQUIRE(replay.position() == position);
  }
  replay.run();
  CHECK(tests::dump(replay.report()) == expected);
}

TEST_CASE("the order of checkers makes no difference") {
  const std::vector<std::byte> bytes = ChaosTrace(7, 8).make(20'000);
  TraceReader first = TraceReader::from_bytes(bytes, "chaos");
  const std::string expected = tests::dump(report_of(first));

  auto all = checkers::make_all_checkers();
  std::reverse(all.begin(), all.end());
  TraceReader reader = TraceReader::from_bytes(bytes, "chaos");
  Replay replay(reader, all);
  replay.run();
  CHECK(tests::dump(replay.report()) == expected);
}

TEST_CASE("a replay stops where it is told to") {
  TraceReader reader = reader_of(R"(
ExAllocatePoolWithTag PoolType=0x200 NumberOfBytes=0x40 Tag='Test' return=0xffffa00000001000
ExFreePoolWithTag P=0xffffa00000001000 Tag='Test'
ExFreePoolWithTag P=0xffffa00000001000 Tag='Test'
)");
  const auto all = checkers::make_all_checkers();
  Replay replay(reader, all);
  CHECK(replay.position() == 0);
  replay.run_to(2);
  CHECK(replay.position() == 2);
  CHECK(replay.world().pool().find(0xffffa00000001000) != nullptr);
  replay.run_to(3);
  CHECK(replay.world().pool().find(0xffffa00000001000) == nullptr);
  CHECK(replay.report().findings.empty());
  replay.run_to(4);
  CHECK(replay.report().findings.size() == 1);
  replay.run_to(1);
  CHECK(replay.position() == 4);
  replay.run_to(100);
  CHECK(replay.position() == 4);
  replay.run();
  replay.run();
  CHECK(replay.report().findings.size() == 1);
  CHECK(replay.report().events == 4);
}

TEST_CASE("a report counts the DDIs that no model knows") {
  TraceReader reader = reader_of(R"(
ddi ZwSomethingNew
ZwSomethingNew Arg1=1 return=0
ZwSomethingNew Arg1=2 return=0
IoCreateSymbolicLink return=0
strlen return=5
> ExSetTimer
< ExSetTimer return=0
> cb:Dispatch
< cb:Dispatch return=0
)");
  const Report report = report_of(reader);
  REQUIRE(report.ddis_not_modelled.size() == 3);
  CHECK(report.ddis_not_modelled[0].name == "ExSetTimer");
  CHECK(report.ddis_not_modelled[0].calls == 1);
  CHECK(report.ddis_not_modelled[1].name == "IoCreateSymbolicLink");
  CHECK(report.ddis_not_modelled[2].name == "ZwSomethingNew");
  CHECK(report.ddis_not_modelled[2].calls == 2);
}

TEST_CASE("a call of which nobody knows what it returns may be where a block came from") {
  TraceReader reader = reader_of(R"(
ddi ZwSomethingNew
ZwSomethingNew Arg1=1 return=0
ExFreePoolWithTag P=0xffffa00000001000 Tag='Test'
)");
  const Report report = report_of(reader);
  REQUIRE(report.findings.size() == 1);
  CHECK(report.findings[0].verdict == Verdict::unknown);
  CHECK(report.findings[0].sentence.find("ZwSomethingNew at #2") != std::string::npos);
}

TEST_CASE("an empty trace gives an empty report") {
  TraceReader reader = format::trace_from_text("ddireplay-text 1\n", "text");
  const Report report = report_of(reader);
  CHECK(report.events == 0);
  CHECK(report.findings.empty());
  CHECK(report.rules_armed.size() > 10);
}

TEST_CASE("a call that raised an exception returned nothing") {
  TraceReader reader = reader_of(R"(
ExAllocatePoolWithQuotaTag raised PoolType=0x1 NumberOfBytes=0x40 Tag='Test' return=0xffffa00000001000
RtlCreateUnicodeString raised return=1 Buffer=0xffffa00000002000 MaximumLength=0x20
)");
  const auto all = checkers::make_all_checkers();
  Replay replay(reader, all);
  replay.run();
  CHECK(replay.world().pool().live_count() == 0);
  CHECK(replay.world().pool().total().failed == 1);
}

TEST_CASE("sizes are those of the recorded machine") {
  const auto [pointer, work_item, mdl] = GENERATE(table<std::string, std::uint64_t, std::uint64_t>(
      {{"8", 0x58, 0x30 + 2 * 8}, {"4", 0x30, 0x1c + 2 * 4}}));
  TraceReader reader = format::trace_from_text("ddireplay-text 1\nmachine pointer=" + pointer + R"(
module Test.sys base=0x90000000 size=0x8000 target
IoAllocateWorkItem DeviceObject=0xa0000000 return=0xa0001000
IoAllocateMdl VirtualAddress=0xa0000fff Length=2 return=0xa0002000
IoAllocateMdl VirtualAddress=0xa0000fff Length=2 return=0xa0003000 MdlSize=0x70
)",
                                               "text");
  const auto all = checkers::make_all_checkers();
  Replay replay(reader, all);
  replay.run();
  CHECK(replay.world().pool().find(0xa0001000)->size == work_item);
  CHECK(replay.world().pool().find(0xa0002000)->size == mdl);
  CHECK(replay.world().pool().find(0xa0003000)->size == 0x70);
}

TEST_CASE("what the recorded machine's verifier charged is kept beside what was asked for") {
  TraceReader reader = format::trace_from_text(R"text(ddireplay-text 1
machine pointer=4
module Test.sys base=0x90000000 size=0x8000 target
ddi ExAllocatePoolWithTag "PVOID (POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)" "ChargedBytes:u32:size=[return]@exit"
ExAllocatePoolWithTag PoolType=0 NumberOfBytes=0x1000 Tag='mdrv' return=0x8645a000 ChargedBytes=0x1008
cb:ImageUnload ImageBase=0x90000000 ImageSize=0x8000
)text",
                                               "text");
  const Report report = report_of(reader);
  REQUIRE(report.findings.size() == 1);
  CHECK(report.findings[0].objects[0].size == 0x1008);
  CHECK(report.findings[0].sentence.find("0x1008") != std::string::npos);
}

}  // namespace
}  // namespace ddireplay::replay
