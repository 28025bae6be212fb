// Files appear whole or not at all.
#include "format/trace_writer.h"

#include <signal.h>
#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <random>

#include "format/freestanding/ddi_table.h"
#include "tests/format/scratch_dir.h"

namespace ddireplay::format {
namespace {

using test::ScratchDir;

FileHeader machine() {
  FileHeader header{};
  header.pointer_bytes = 8;
  header.clock_hz = 10'000'000;
  header.processor_count = 1;
  return header;
}

FunctionId add_free(TraceWriter& writer) {
  const DdiRow& row = *find_ddi("ExFreePool");
  return writer.add_function(row.name, row.prototype, row.derived, kNoModuleId, 0);
}

void append(TraceWriter& writer, FunctionId function, std::uint64_t time, std::uint64_t value) {
  writer.append({.time = time, .thread = 1, .values = {&value, 1}, .function = function});
}

// No file of this process may grow beyond so many bytes while this lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit = {bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

TEST_CASE("a file has its name only once it is finished") {
  const ScratchDir dir;
  const std::string path = dir.path("a.ddt");
  {
    TraceWriter writer(path, machine());
    append(writer, add_free(writer), 1, 2);
    CHECK_FALSE(std::filesystem::exists(path));
    CHECK(std::filesystem::exists(path + ".partial"));
    writer.finish({});
    CHECK(std::filesystem::exists(path));
    CHECK_FALSE(std::filesystem::exists(path + ".partial"));
  }
  CHECK(TraceReader::open(path).condition().complete());
}

TEST_CASE("a writer that isn't finished leaves nothing") {
  const ScratchDir dir;
  {
    TraceWriter writer(dir.path("a.ddt"), machine());
    append(writer, add_free(writer), 1, 2);
  }
  CHECK(dir.is_empty());
}

TEST_CASE("what can't be written leaves the old file as it was") {
  const ScratchDir dir;
  const std::string path = dir.path("a.ddt");
  std::ofstream(path) << "old";
  std::string message = "no error";
  try {
    const FileSizeLimit limit(4096);
    TraceWriter writer(path, machine(), {.events_per_chunk = 64});
    const FunctionId function = add_free(writer);
    std::mt19937_64 random(1);
    for (std::uint64_t time = 1; time < 10'000; ++time) append(writer, function, time, random());
    writer.finish({});
  } catch (const Error& error) {
    message = error.what();
  }
  CHECK(message == path + ": can't be written: File too large");
  CHECK_FALSE(std::filesystem::exists(path + ".partial"));
  std::string kept;
  std::getline(std::ifstream(path), kept);
  CHECK(kept == "old");
}

TEST_CASE("a file that can't be created is told by name") {
  const ScratchDir dir;
  CHECK_THROWS_WITH(TraceWriter(dir.path("none/a.ddt"), machine()),
                    dir.path("none/a.ddt") + ": can't be created: No such file or directory");
  CHECK_THROWS_WITH(TraceWriter(dir.path(""), machine()),
                    dir.path("") + ": is a directory; name a file");
  CHECK(dir.is_empty());
  CHECK_THROWS_WITH(TraceWriter("/dev/null", machine()), "/dev/null: is no regular file; name one");
}

TEST_CASE("time may not go back on a processor") {
  TraceWriter writer(machine());
  const FunctionId function = add_free(writer);
  append(writer, function, 10, 0);
  append(writer, function, 10, 0);
  CHECK_THROWS_WITH(append(writer, function, 9, 0),
                    "the trace: time goes back on processor 0: from 10 to 9");
}

TEST_CASE("a malformed layout is refused") {
  TraceWriter writer(machine());
  CHECK_THROWS_WITH(writer.add_function("X", "VOID", "", kNoModuleId, 0),
                    "the trace: the layout of X is malformed: a prototype reads: TYPE (TYPE NAME, "
                    "...)");
}

TEST_CASE("wrong use throws logic_error") {
  TraceWriter writer(machine());
  const FunctionId function = add_free(writer);
  CHECK_THROWS_AS(writer.append({.function = function}), std::logic_error);  // a value is missing
  CHECK_THROWS_AS(append(writer, function + 1, 1, 0), std::logic_error);
  CHECK_THROWS_AS(writer.gap(kMaxProcessors, 1), std::logic_error);
}

TEST_CASE("chunks stand in the order of their numbers") {
  TraceWriter writer(machine());
  const FunctionId function = add_free(writer);
  append(writer, function, 1, 0);
  writer.end_chunk(0, 2);
  append(writer, function, 2, 0);
  writer.end_chunk(0, 0);
  CHECK_THROWS_AS(writer.end_chunk(0, 2), std::logic_error);
  writer.end_chunk(0, std::nullopt, 5);  // takes 1
  writer.finish({});
  TraceReader reader = TraceReader::from_bytes(writer.take_bytes(), "numbers");
  REQUIRE(reader.chunks().size() == 4);
  for (std::uint32_t i = 0; i < 4; ++i) CHECK(reader.chunks()[i].header.number == i);
  CHECK(reader.chunks()[0].header.first_time == 2);
  CHECK(reader.chunks()[1].header.first_time == 5);
  CHECK(reader.chunks()[2].header.first_time == 1);
}

TEST_CASE("what the footer doesn't count is counted") {
  TraceWriter writer(machine());
  append(writer, add_free(writer), 1, 0);
  writer.gap(0, 3);
  FooterInfo footer;
  SECTION("gaps") {
    writer.finish(footer);
    TraceReader reader = TraceReader::from_bytes(writer.take_bytes(), "footer");
    CHECK(reader.footer()->lost == 3);
    CHECK(reader.footer()->events == 1);
  }
  SECTION("and more than the gaps") {
    footer.lost = 9;
    writer.finish(footer);
    TraceReader reader = TraceReader::from_bytes(writer.take_bytes(), "footer");
    CHECK(reader.condition().lost_events == 9);
  }
}

}  // namespace
}  // namespace ddireplay::format
