#include <catch2/catch.hpp>
#include <string>

#include "checkers/registry.h"
#include "format/text_form.h"
#include "replay/replay.h"

namespace ddireplay::replay {
namespace {

// A driver that leaks what `body` allocates.
struct Leak {
  std::string driver = "Test.sys";
  std::string base = "0xfffff80010000000";
  std::string symbols;
  std::string body =
      "ExAllocatePoolWithTag PoolType=0x200 NumberOfBytes=0x40 Tag='Test' "
      "return=0xffffa00000001000 [DRIVER+0x120 0xfffff80055550000 DRIVER+0x450]\n";

  std::uint64_t fingerprint() const {
    std::string text = "ddireplay-text 1\nmodule DRIVER base=" + base + " size=0x8000 target\n" +
                       symbols + "cb:ImageLoad ImageBase=DRIVER ImageSize=0x8000\n" + body +
                       "cb:ImageUnload ImageBase=DRIVER ImageSize=0x8000\n";
    for (std::size_t at = text.find("DRIVER"); at != std::string::npos; at = text.find("DRIVER")) {
      text.replace(at, 6, driver);
    }
    format::TraceReader reader = format::trace_from_text(text, "text");
    const auto all = checkers::make_all_checkers();
    Replay replay(reader, all);
    replay.run();
    REQUIRE(replay.report().findings.size() == 1);
    return replay.report().findings[0].fingerprint;
  }
};

constexpr std::string_view kSymbols =
    "symbol DRIVER+0x100 size=0x100 Allocate\nsymbol DRIVER+0x400 Dispatch\n";

TEST_CASE("a defect has the same fingerprint wherever and whenever it is recorded") {
  const Leak leak;
  const std::uint64_t expected = leak.fingerprint();
  Leak other = leak;
  SECTION("loaded elsewhere") { other.base = "0xfffff80099990000"; }
  SECTION("with its name in capitals") { other.driver = "TEST.SYS"; }
  SECTION("later, in another thread, at another IRQL, at another address, with another size") {
    other.body =
        "IoCreateSymbolicLink return=0\n@5000 cpu3 t77 irql1 ExAllocatePoolWithTag PoolType=0x200 "
        "NumberOfBytes=0x80 Tag='Test' return=0xffffa00000009000 [DRIVER+0x120 DRIVER+0x450]\n";
  }
  SECTION("300 times") {
    other.body = "repeat 300 {\n" + leak.body + "}\n";
    // Each at an address of its own.
    other.body.clear();
    for (int i = 0; i < 300; ++i) {
      std::string line = leak.body;
      line.replace(line.find("1000 ["), 4, std::to_string(1000 + i * 10));
      other.body += line;
    }
  }
  CHECK(other.fingerprint() == expected);
}

TEST_CASE("another defect has another fingerprint") {
  const Leak leak;
  Leak other = leak;
  const auto replace = [&](std::string_view what, std::string_view by) {
    other.body.replace(other.body.find(what), what.size(), by);
  };
  SECTION("from another place") { replace("+0x120", "+0x130"); }
  SECTION("with another tag") { replace("Test", "Tesu"); }
  SECTION("by another call") { replace("PoolWithTag", "PoolWithQuotaTag"); }
  SECTION("in another driver") { other.driver = "Other.sys"; }
  SECTION("and one more") {
    other.body += Leak{}.body.replace(0, 21, "ExAllocatePoolWithQuotaTag");
  }
  CHECK(other.fingerprint() != leak.fingerprint());
}

TEST_CASE("where the trace has symbols, another build of the driver has the same fingerprint") {
  Leak leak;
  leak.symbols = kSymbols;
  Leak rebuilt = leak;
  rebuilt.body =
      "ExAllocatePoolWithTag PoolType=0x200 NumberOfBytes=0x40 Tag='Test' "
      "return=0xffffa00000001000 [DRIVER+0x220 DRIVER+0x590]\n";
  rebuilt.symbols = "symbol DRIVER+0x200 size=0x100 Allocate\nsymbol DRIVER+0x500 Dispatch\n";
  CHECK(rebuilt.fingerprint() == leak.fingerprint());
  rebuilt.symbols = "symbol DRIVER+0x200 size=0x100 Allocate\nsymbol DRIVER+0x500 Other\n";
  CHECK(rebuilt.fingerprint() != leak.fingerprint());
}

TEST_CASE("a return address at the end of a function belongs to that function") {
  Leak leak;
  leak.symbols = "symbol DRIVER+0x100 size=0x20 Allocate\nsymbol DRIVER+0x120 Next\n";
  Leak inside = leak;
  inside.symbols = "symbol DRIVER+0x100 size=0x40 Allocate\nsymbol DRIVER+0x140 Next\n";
  CHECK(leak.fingerprint() == inside.fingerprint());
}

}  // namespace
}  // namespace ddireplay::replay
