#include "tests/format/random_trace.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <random>

namespace ddireplay::format::test {

namespace {

constexpr std::string_view kFunctions[] = {
    "cb:DriverEntry", "cb:Dispatch",        "ExAllocatePoolWithTag", "ExFreePoolWithTag",
    "IoAllocateMdl",  "IoConnectInterrupt", "KeCancelTimer",         "KeEnterCriticalRegion",
};

class Generator {
 public:
  explicit Generator(const RandomTraceOptions& options)
      : options_(options), random_(options.seed), writer_(header(), writer_options()) {}

  RandomTrace make() {
    declare();
    for (std::size_t i = 0; i < options_.events; ++i) add_event();
    if (options_.with_symbols) add_symbols();
    FooterInfo footer;
    footer.stacks_lost = below(3);
    footer.imports = {{"MyDriver.sys", "ExFreePool", 12, false, true}};
    footer.notices = {"a notice with \"quotes\" and 100%"};
    writer_.finish(footer);
    std::ranges::stable_sort(trace_.events, {}, [](const PlainEvent& event) {
      return std::pair(event.time, event.processor);
    });
    trace_.bytes = writer_.take_bytes();
    return std::move(trace_);
  }

 private:
  FileHeader header() const {
    FileHeader header{};
    header.pointer_bytes = 8;
    header.processor_count = options_.processors;
    header.os_build = 19045;
    header.trace_id = 0x1122334455667788 + options_.seed;
    header.clock_hz = 2'400'000'000;
    header.start_clock = 500;
    header.start_filetime = 132'000'000'000'000'000;
    return header;
  }

  WriterOptions writer_options() const { return {.events_per_chunk = options_.events_per_chunk}; }

  std::uint64_t below(std::uint64_t end) { return random_() % end; }

  void declare() {
    Module target{.name = "MyDriver.sys", .base = 0xfffff80012340000, .size = 0x6000};
    target.time_date_stamp = 0x5f3e1a2b;
    target.pdb_name = "d:\\my driver\\MyDriver.pdb";
    target.pdb_guid = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    target.pdb_age = 2;
    target.is_target = true;
    const Module kernel{.name = "ntoskrnl.exe", .base = 0xfffff80100000000, .size = 0x1000000};
    modules_ = {target, kernel};
    writer_.add_module(kernel);
    const ModuleId driver = writer_.add_module(target);
    for (const std::string_view name : kFunctions) {
      const DdiRow& row = *find_ddi(name);
      writer_.add_function(name, row.prototype, row.derived, driver,
                           below(2) == 0 ? 0 : 0xfffff80100001000);
    }
  }

  std::vector<std::uint64_t> make_stack() {
    // Few different ones, so that most are used again and again.
    std::mt19937 random(static_cast<std::uint32_t>(below(50)));
    std::vector<std::uint64_t> frames(random() % 12);
    for (std::uint64_t& frame : frames) {
      frame = modules_[random() % 2].base + random() % 0x8000;
    }
    return frames;
  }

  void add_event() {
    const auto function = static_cast<FunctionId>(below(std::size(kFunctions)));
    const Layout layout = find_ddi(kFunctions[function])->layout();
    PlainEvent event;
    event.processor = static_cast<std::uint16_t>(below(options_.processors));
    event.time = time_ += below(4) == 0 ? 0 : below(1000);
    event.thread = 0xffffe00000001000 + below(5) * 0x80;
    event.function = kFunctions[function];
    event.module = "MyDriver.sys";
    event.flags = below(2) == 0 ? event_flags::exit : 0;
    if (event.flags != 0 && below(20) == 0) event.flags |= event_flags::raised;
    event.irql = below(30) == 0 ? kIrqlUnknown : static_cast<std::uint8_t>(below(3));
    event.values.resize(event.flags != 0 ? layout.field_count : layout.entry_count);
    for (std::uint64_t& value : event.values) value = random_() >> below(64);
    NewEvent written{.time = event.time,
                     .thread = event.thread,
                     .values = event.values,
                     .function = function,
                     .stack = kNoStack,
                     .processor = event.processor,
                     .irql = event.irql,
                     .flags = event.flags};
    if (below(3) != 0) {
      event.stack = make_stack();
      written.stack = writer_.add_stack(event.stack);
    }
    if (options_.with_gaps && below(100) == 0) writer_.gap(event.processor, 1 + below(9));
    writer_.append(written);
    trace_.events.push_back(std::move(event));
  }

  void add_symbols() {
    ModuleSymbols symbols{.module = "MyDriver.sys",
                          .size = 0x6000,
                          .time_date_stamp = 0x5f3e1a2b,
                          .symbols = {{0x1660, 0x70, "DeviceControlDispatch"},
                                      {0x1010, 0, "operator new(unsigned long)"}},
                          .files = {"unused.c", "d:\\coding\\100%\\handleioctl.c"},
                          .lines = {{0x16a8, 1, 50}, {0x1660, 1, 38}}};
    ModuleSymbols other{.module = "Other.sys",
                        .size = 0x1000,
                        .time_date_stamp = 7,
                        .symbols = {{1, 2, "Other"}},
                        .files = {},
                        .lines = {}};
    writer_.add_symbols(std::vector{symbols, other});
  }

  RandomTraceOptions options_;
  std::mt19937_64 random_;
  TraceWriter writer_;
  RandomTrace trace_;
  std::vector<Module> modules_;
  std::uint64_t time_ = 1000;
};

PlainEvent to_plain(const TraceReader& reader, const Event& event) {
  const Function& function = reader.function(event.function);
  PlainEvent plain{
      .time = event.time,
      .processor = event.processor,
      .thread = event.thread,
      .function = function.name,
      .module = function.module == kNoModuleId ? "" : reader.module(function.module).name,
      .values = {event.values, event.values + event.value_count},
      .stack = {},
      .irql = event.irql,
      .flags = event.flags};
  if (event.stack != kNoStack) {
    const auto frames = reader.stack(event.stack);
    plain.stack.assign(frames.begin(), frames.end());
  }
  return plain;
}

}  // namespace

RandomTrace make_random_trace(const RandomTraceOptions& options) {
  return Generator(options).make();
}

std::vector<PlainEvent> read_events(TraceReader& reader, unsigned threads) {
  std::vector<PlainEvent> events;
  EventSource source(reader, {.threads = threads});
  for (auto batch = source.next(); !batch.empty(); batch = source.next()) {
    for (const Event& event : batch) {
      if (event.function != kGap) events.push_back(to_plain(reader, event));
    }
  }
  return events;
}

std::vector<std::string> read_everything(TraceReader& reader, unsigned threads) {
  std::vector<std::string> lines;
  EventSource source(reader, {.threads = threads});
  for (auto batch = source.next(); !batch.empty(); batch = source.next()) {
    for (const Event& event : batch) {
      lines.push_back(fmt::format("#{} @{} cpu{} t{:x} f{} s{} irql{} flags{} {}", event.position,
                                  event.time, event.processor, event.thread, event.function,
                                  event.stack, event.irql, event.flags,
                                  fmt::join(std::span(event.values, event.value_count), ",")));
    }
  }
  return lines;
}

}  // namespace ddireplay::format::test
