#include "recorder/core/trace_tables.h"

#include <catch2/catch.hpp>
#include <string>
#include <thread>
#include <vector>

namespace ddireplay::recorder {
namespace {

struct Tables {
  Tables() { tables.attach(modules, functions, providers, text); }

  std::vector<format::ModuleEntry> modules = std::vector<format::ModuleEntry>(64);
  std::vector<format::FunctionEntry> functions = std::vector<format::FunctionEntry>(4096);
  std::vector<std::atomic<std::uint8_t>> providers = std::vector<std::atomic<std::uint8_t>>(4096);
  std::vector<char> text = std::vector<char>(64 * 1024);
  TraceTables tables;
};

TEST_CASE("a function whose maker was interrupted is nobody's import", "[tables]") {
  Tables made;
  const format::DdiRow row = *format::find_ddi("ExFreePool");
  RowPlan plan;
  plan.row = &row;
  std::uint16_t id = 0;
  REQUIRE(
      made.tables.add_function("ExFreePool", plan, 0, 0x9000, platform::Provider::supplied, id));
  CHECK(made.tables.is_import(id));
  CHECK(made.tables.provider(id) == platform::Provider::supplied);
  made.providers[id] = 0;  // as it is until the entry is complete
  CHECK_FALSE(made.tables.is_import(id));
}

// One adds modules and functions, whose names go away at once; another adds, too; a third goes
// through what there is. Under ThreadSanitizer this shows more than the checks do.
TEST_CASE("tables grow while others go through them", "[tables]") {
  constexpr std::uint64_t kModules = 20;
  constexpr unsigned kFunctions = 1000;
  Tables made;
  const format::DdiRow row = *format::find_ddi("ExFreePool");
  RowPlan plan;
  plan.row = &row;
  std::atomic<int> running{2};
  const auto add = [&] {
    for (std::uint64_t i = 0; i < kModules; ++i) {
      const std::string name = "module" + std::to_string(i);
      format::ModuleEntry module;
      module.name = name;
      module.base = 0x10000 * (i + 1);
      module.size = 0x1000;
      made.tables.add_module(module);
    }
    for (unsigned i = 0; i < kFunctions; ++i) {
      std::uint16_t id = 0;
      made.tables.add_function("ExFreePool", plan, 0, 0x9000, platform::Provider::kernel, id);
    }
    --running;
  };
  std::thread first(add);
  std::thread second(add);
  bool sound = true;
  while (running != 0) {
    for (std::size_t i = 0; i < made.tables.functions().size(); ++i) {
      if (made.tables.is_import(i)) sound = sound && made.functions[i].name == "ExFreePool";
    }
    sound = sound && !made.tables.has_module_at(0x1000);
  }
  first.join();
  second.join();
  CHECK(sound);
  CHECK(made.tables.functions().size() == 2 * kFunctions);
  CHECK(made.tables.modules().size() <= 2 * kModules);
  for (const format::ModuleEntry& module : made.tables.modules()) {
    CHECK(module.name == "module" + std::to_string(module.base / 0x10000 - 1));
  }
}

}  // namespace
}  // namespace ddireplay::recorder
