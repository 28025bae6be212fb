// What a run of a corpus comes to, in one piece or in shards.
#pragma once

#include <string>
#include <vector>

#include "tools/corpus/difference.h"

namespace ddireplay::tools::corpus {

// One of the parts into which a run is cut; the whole is 1 of 1.
struct Shard {
  std::size_t number = 1;  // from 1
  std::size_t of = 1;

  bool operator==(const Shard&) const = default;
  // Neighbours go to different shards: names that are alike stand for traces that are.
  bool has(std::size_t place) const { return place % of == number - 1; }
};

// More parts than anybody has machines; a damaged file may say any number.
inline constexpr std::size_t kShardsMax = 100'000;

struct EntryResult {
  std::string name;
  std::string trace;  // its file; empty where there is none
  std::vector<Difference> differences{};
  std::string problem{};  // why there was nothing to compare; empty: none

  bool as_expected() const { return differences.empty() && problem.empty(); }
  bool operator==(const EntryResult&) const = default;
};

struct RunResult {
  std::string directory;  // as it was given
  std::string names;      // digest of all names in the corpus, those of other shards too
  Shard shard;
  std::vector<EntryResult> entries;  // of this shard, sorted by name

  // 4 where an entry can't be judged, else 1 where one differs, else 0.
  format::ExitStatus status() const;
};

// For people: what is not as expected, and one line on the whole.
std::string result_text(const RunResult& result);
// What to do where traces differ from what is expected; else empty.
std::string next_step_text(const RunResult& result);

// For programs, and what `merge` reads. The same bytes for the same result.
std::string result_json(const RunResult& result);

// `path` stands in messages. Throws format::Error (unreadable).
RunResult parse_result(std::string_view text, const std::string& path);

// What one would call to run one shard, "ddireplay corpus run DIR --shard 3/16 --result FILE".
std::string shard_command(const std::string& directory, const Shard& shard);

// All shards of one run, in any order, as the run of the whole. Throws format::Error: usage where
// they don't belong together, incomplete where some are missing.
RunResult merge_results(std::vector<RunResult> shards);

}  // namespace ddireplay::tools::corpus
