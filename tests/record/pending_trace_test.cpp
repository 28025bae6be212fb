#include "tools/record/pending_trace.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "format/error.h"
#include "tools/record/temporary_directory.h"

namespace ddireplay::tools::record {
namespace {

namespace fs = std::filesystem;

struct Place {
  TemporaryDirectory directory{fs::temp_directory_path(), "ddireplay-test"};
  fs::path output = directory.path() / "a trace.ddt";
  fs::path partial = directory.path() / "a trace.ddt.partial";
};

TEST_CASE("a trace that is kept gets its name") {
  const Place place;
  {
    PendingTrace pending(place.output);
    CHECK(pending.path() == place.partial);
    CHECK_FALSE(fs::exists(place.output));
    pending.keep();
  }
  CHECK(fs::exists(place.output));
  CHECK_FALSE(fs::exists(place.partial));
}

TEST_CASE("nothing stays of a trace that isn't kept, and an older one is as it was") {
  const Place place;
  std::ofstream(place.output) << "older";
  { const PendingTrace pending(place.output); }
  CHECK(fs::file_size(place.output) == 5);
  CHECK_FALSE(fs::exists(place.partial));
}

TEST_CASE("a symbolic link stays one, and what it names is the trace") {
  const Place place;
  const fs::path link = place.directory.path() / "link.ddt";
  fs::create_symlink(place.output.filename(), link);
  {
    PendingTrace pending(link);
    CHECK(fs::equivalent(pending.path(), place.partial));
    pending.keep();
  }
  CHECK(fs::is_symlink(link));
  CHECK(fs::is_regular_file(fs::symlink_status(place.output)));
}

TEST_CASE("what is no file is not replaced by a trace") {
  const Place place;
  REQUIRE(::mkfifo(place.output.c_str(), 0600) == 0);
  CHECK_THROWS_AS(PendingTrace(place.output), format::Error);
  CHECK(fs::is_fifo(place.output));
}

TEST_CASE("two recordings to one name: the second is refused, the first unharmed") {
  const Place place;
  {
    PendingTrace first(place.output);
    CHECK_THROWS_AS(PendingTrace(place.output), format::Error);
    CHECK(fs::exists(place.partial));
    first.keep();
  }
  CHECK(fs::exists(place.output));
}

TEST_CASE("what a killed recording has left stays, and the next one is refused") {
  const Place place;
  std::ofstream(place.partial) << "events";
  CHECK_THROWS_WITH(PendingTrace(place.output), Catch::Contains("ddireplay repair"));
  CHECK(fs::file_size(place.partial) == 6);
}

TEST_CASE("an empty file that a killed recording has left is taken over") {
  const Place place;
  std::ofstream(place.partial).close();
  PendingTrace(place.output).keep();
  CHECK(fs::exists(place.output));
}

}  // namespace
}  // namespace ddireplay::tools::record
