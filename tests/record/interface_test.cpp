// A driver of a device that plug and play finds: it is added to a device stack, started, and opened
// by the interface that it registers.
#include <catch2/catch.hpp>
#include <fstream>

#include "record_run.h"
#include "recorded.h"

namespace ddireplay::tools::record {
namespace {

// A device of the root bus, whose service is the target's.
constexpr const char* kRegistry = R"(Windows Registry Editor Version 5.00

[HKEY_LOCAL_MACHINE\System\CurrentControlSet\Enum\ROOT\INTERFACE\0000]
"Service"="Interface"
"ClassGUID"="{4d36e97d-e325-11ce-bfc1-08002be10318}"
"DeviceDesc"="Interface sample"
"HardwareID"=hex(7):52,00,4f,00,4f,00,54,00,5c,00,49,00,46,00,00,00,00,00
)";

TEST_CASE("a driver with a device interface serves ten thousand requests") {
  const Bench bench;
  std::filesystem::create_directories(bench.file("setup"));
  std::ofstream(bench.file("setup/device.reg")) << kRegistry;
  const auto trace = bench.file("out.ddt");
  const Ran ran = bench.record({built("Interface.sys"), "--setup", bench.file("setup"), "-o", trace,
                                "--", built("interface-exercise.exe"), "10000"});
  CAPTURE(ran.err);
  CHECK_THAT(ran.err, Catch::Matchers::Contains("requests: 10000"));
  // Its device stays started, so the driver does; Windows does the same.
  CHECK(ran.status == 3);
  CHECK_THAT(ran.err, Catch::Matchers::Contains("Interface.sys: doesn't unload"));
  Recorded recorded = read_recorded(trace);
  CHECK(recorded.complete);
  CHECK(recorded.calls["cb:AddDevice"] == 2);
  CHECK(recorded.calls["IoRegisterDeviceInterface"] == 1);
  CHECK(recorded.calls["IoSetDeviceInterfaceState"] >= 1);
  CHECK(recorded.calls["cb:Dispatch"] > 20'000);
  const Ran replay = bench.run({"replay", trace});
  CHECK(replay.status == 3);  // what is left at unload was not judged
  CHECK_THAT(replay.out, Catch::Matchers::Contains("No violation was found"));
}

}  // namespace
}  // namespace ddireplay::tools::record
