// Traces come into a corpus.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tools/corpus/expectation.h"

namespace ddireplay::tools::corpus {

struct AddOptions {
  std::vector<std::string> rules;  // as ReplayOptions::rules
  std::string note;
  bool always = false;  // also where the corpus holds all its defects
  bool whole = false;   // as it is, and not reduced to what shows a defect
  unsigned threads = 1;
};

struct Added {
  std::string trace;  // as it was given
  std::string entry;  // its name in the corpus; empty: not added
  std::string why;    // of its addition, or of its refusal
  bool is_readable = true;
};

// Replays the traces on all threads, and adds them in the order given: of two with the same defects
// the first one. A trace that shows defects for sure is kept as one reduced trace for each of them,
// any other as it is. `tell` is called for each when that has been settled. Makes the directory
// where there is none. Throws format::Error: what was added up to then is whole and stays.
void add_traces(const std::string& directory, const std::vector<std::string>& traces,
                const AddOptions& options, const std::function<void(const Added&)>& tell);

}  // namespace ddireplay::tools::corpus
