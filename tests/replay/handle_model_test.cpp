#include "replay/handle_model.h"

#include <catch2/catch.hpp>
#include <vector>

#include "tests/replay/steps.h"

namespace ddireplay::replay {
namespace {

using format::Host;
using tests::Steps;

constexpr std::uint64_t kKey = 0xffffffff80000010;
constexpr std::uint64_t kFile = 0xffffffff80000014;

std::vector<std::uint64_t> open_handles(const HandleModel& model, format::ModuleId driver) {
  std::vector<std::uint64_t> values;
  model.for_each_open(driver, [&](const Handle& handle) { values.push_back(handle.value); });
  return values;
}

TEST_CASE("a handle is known while it is open and when it is closed") {
  HandleModel model(8, Host::windows);
  Steps step;
  model.apply(step(Op::handle_open, {{Operand::handle, kKey}, {Operand::kind, 1}}));
  REQUIRE(model.find(kKey) != nullptr);
  CHECK(model.find(kKey)->kind == HandleKind::created_key);
  CHECK_FALSE(model.find(kKey)->is_closed());
  CHECK(open_handles(model, 0) == std::vector<std::uint64_t>{kKey});

  model.apply(step(Op::handle_close, {{Operand::handle, kKey}}));
  REQUIRE(model.find(kKey) != nullptr);
  CHECK(model.find(kKey)->closed.position == 2);
  CHECK(open_handles(model, 0).empty());

  model.apply(step(Op::handle_open, {{Operand::handle, kKey}}));
  CHECK_FALSE(model.find(kKey)->is_closed());
}

TEST_CASE("what nobody knows may have given any handle that is closed") {
  HandleModel model(8, Host::windows);
  Steps step;
  model.apply(step(Op::handle_open, {{Operand::handle, kKey}}));
  model.apply(step(Op::handle_open, {{Operand::handle, kFile}}));
  model.apply(step(Op::handle_close, {{Operand::handle, kKey}}));
  model.apply(step(Op::pool_source));
  CHECK(model.find(kKey) == nullptr);
  CHECK(model.find(kFile) != nullptr);
}

TEST_CASE("a driver's handles are forgotten with its image, others stay") {
  HandleModel model(8, Host::windows);
  Steps step;
  step.driver = 1;
  model.apply(step(Op::handle_open, {{Operand::handle, kKey}}));
  step.driver = 2;
  model.apply(step(Op::handle_open, {{Operand::handle, kFile}}));
  model.apply(step(Op::image_unload));
  CHECK(open_handles(model, 1) == std::vector<std::uint64_t>{kKey});
  CHECK(model.find(kFile) == nullptr);
}

TEST_CASE("the handles of processes are told from the kernel's by their upper bits") {
  const HandleModel wide(8, Host::windows);
  CHECK(wide.is_kernel(kKey));
  CHECK_FALSE(wide.is_kernel(0x7c));
  CHECK_FALSE(wide.is_kernel(0x80000010));
  CHECK_FALSE(wide.is_kernel(0));
  CHECK_FALSE(wide.is_kernel(~std::uint64_t{0}));      // the current process
  CHECK_FALSE(wide.is_kernel(~std::uint64_t{0} - 5));  // the last pseudo-handle

  const HandleModel narrow(4, Host::windows);
  CHECK(narrow.is_kernel(0x80000010));
  CHECK_FALSE(narrow.is_kernel(0x7c));
  CHECK_FALSE(narrow.is_kernel(0xffffffff));
}

TEST_CASE("where the kernel is a process there is one table") {
  const HandleModel model(8, Host::wine);
  CHECK_FALSE(model.tables_differ());
  CHECK(model.is_kernel(0x7c));
  CHECK_FALSE(model.is_kernel(0));
  CHECK_FALSE(model.is_kernel(~std::uint64_t{0}));
}

TEST_CASE("of a kernel that is not known only handles with the kernel's mark are its own") {
  const HandleModel model(8, Host::unknown);
  CHECK_FALSE(model.tables_differ());
  CHECK(model.is_kernel(kKey));
  CHECK_FALSE(model.is_kernel(0x7c));
}

TEST_CASE("DriverEntry shows which process is System") {
  HandleModel model(8, Host::windows);
  Steps step;
  const auto entered = [&](CallbackKind kind, std::uint64_t process) {
    model.apply(step(Op::callback_enter, {{Operand::kind, static_cast<std::uint64_t>(kind)},
                                          {Operand::process, process}}));
  };
  entered(CallbackKind::dispatch, 0x80);
  CHECK(model.system_process() == 0);
  entered(CallbackKind::driver_entry, 0x40);
  CHECK(model.system_process() == 0x40);
  entered(CallbackKind::driver_entry, 0);  // not sampled
  CHECK(model.system_process() == 0x40);
}

}  // namespace
}  // namespace ddireplay::replay
