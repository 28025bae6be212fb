#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

#include "tools/corpus/result.h"

namespace ddireplay::tools::corpus {
namespace {

using format::ExitStatus;

void expect_one_run(const std::vector<RunResult>& shards) {
  const RunResult& first = shards.front();
  for (const RunResult& other : shards) {
    if (other.shard.of != first.shard.of) {
      throw format::Error(fmt::format("these are shards of different runs: one was cut into {}, "
                                      "another into {}",
                                      first.shard.of, other.shard.of),
                          ExitStatus::usage);
    }
    if (other.names != first.names || other.directory != first.directory) {
      throw format::Error(
          fmt::format("shards {} and {} have not seen the same corpus: run all of them again",
                      first.shard.number, other.shard.number),
          ExitStatus::usage);
    }
  }
}

// Behind sorting by number.
void expect_no_number_twice(const std::vector<RunResult>& shards) {
  const auto twice = std::ranges::adjacent_find(
      shards, [](const auto& left, const auto& right) { return left.shard == right.shard; });
  if (twice == shards.end()) return;
  throw format::Error(
      fmt::format("shard {} is there twice: name one result of it", twice->shard.number),
      ExitStatus::usage);
}

void expect_all(const std::vector<RunResult>& shards) {
  const std::size_t of = shards.front().shard.of;
  std::vector<std::size_t> missing;
  std::size_t next = 1;
  for (const RunResult& shard : shards) {
    for (; next < shard.shard.number; ++next) missing.push_back(next);
    ++next;
  }
  for (; next <= of; ++next) missing.push_back(next);
  if (missing.empty()) return;
  throw format::Error(fmt::format("{} of {} shards missing: {}; run each again alone, as: {}",
                                  missing.size(), of, fmt::join(missing, ", "),
                                  shard_command(shards.front().directory, {missing.front(), of})),
                      ExitStatus::incomplete);
}

}  // namespace

std::string shard_command(const std::string& directory, const Shard& shard) {
  return fmt::format("ddireplay corpus run {} --shard {}/{} --result FILE", directory, shard.number,
                     shard.of);
}

RunResult merge_results(std::vector<RunResult> shards) {
  if (shards.empty()) throw format::Error("there is no result to merge", ExitStatus::incomplete);
  expect_one_run(shards);
  std::ranges::sort(shards, {}, [](const RunResult& result) { return result.shard.number; });
  expect_no_number_twice(shards);
  expect_all(shards);
  RunResult whole{.directory = shards.front().directory,
                  .names = shards.front().names,
                  .shard = {},
                  .entries = {}};
  for (RunResult& shard : shards) {
    std::ranges::move(shard.entries, std::back_inserter(whole.entries));
  }
  std::ranges::sort(whole.entries, {}, &EntryResult::name);
  return whole;
}

}  // namespace ddireplay::tools::corpus
