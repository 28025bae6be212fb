// Run by root: a recording by a user who owns nothing, in a cache of its own.
#include <unistd.h>

#include <catch2/catch.hpp>

#include "record_run.h"
#include "recorded.h"

namespace ddireplay::tools::record {
namespace {

namespace fs = std::filesystem;

constexpr uid_t kNobody = 65534;

// Programs where any user can reach them: the build directory may be private.
void install(const fs::path& to) {
  fs::create_directory(to);
  for (const char* name :
       {"ddireplay", "ddirec.sys", "ddirec.exe", "MyDriver.sys", "mydriver-exercise.exe"}) {
    fs::copy_file(built(name), to / name);
  }
}

TEST_CASE("an ordinary user without a home records as root does") {
  if (::geteuid() != 0) {
    WARN("the other tests have shown it: this is an ordinary user");
    return;
  }
  const Bench bench;
  install(bench.file("bin"));
  const fs::path own = bench.file("own");
  fs::create_directory(own);
  fs::permissions(bench.file(""), fs::perms::others_exec, fs::perm_options::add);
  REQUIRE(::chown(own.c_str(), kNobody, kNobody) == 0);

  RecordRun run({"/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                 bench.file("bin/ddireplay"), "record", bench.file("bin/MyDriver.sys"), "-o",
                 own / "out.ddt", "--", bench.file("bin/mydriver-exercise.exe")},
                {"PATH=/usr/bin:/bin", "HOME=/nonexistent", "TMPDIR=" + own.string(),
                 "DDIREPLAY_CACHE=" + (own / "cache").string()});
  const Ran ran = run.finish();
  CAPTURE(ran.err);
  CHECK(ran.status == 0);
  CHECK(read_recorded(own / "out.ddt").complete);
  CHECK_FALSE(fs::exists("/nonexistent"));
}

}  // namespace
}  // namespace ddireplay::tools::record
