// A corpus on disk:
//
//   DIR/NAME/expected.json   what the trace must report
//   DIR/NAME/trace.ddt       the trace; or trace.txt, in the text form
//
// An entry is a directory, so that one rename makes it appear or go as a whole. Names that begin
// with a dot, and *.md in DIR, are not looked at.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tools/corpus/expectation.h"

namespace ddireplay::tools::corpus {

// Entries, and files in DIR that are none; sorted. Throws format::Error (unreadable) where there is
// no such directory.
std::vector<std::string> names_in(const std::string& directory);

std::string expectation_path(const std::string& directory, const std::string& name);

struct TraceFile {
  std::string path;
  std::uint64_t bytes = 0;
};

// The trace of an entry. Throws format::Error (unreadable): it has none, or two, or is a stray
// file.
TraceFile trace_of(const std::string& directory, const std::string& name);

// As trace_of() and read_expectation() together.
struct Entry {
  std::string name;
  TraceFile trace;
  Expectation expectation;
};
Entry read_entry(const std::string& directory, const std::string& name);

// All entries, for what needs no replay. Throws as read_entry(), and for the first one that can't
// be read.
std::vector<Entry> read_entries(const std::string& directory);

// A name for an entry: the words of its file's name, the rule that it was reduced to, if it was,
// and the beginning of its digest.
std::string name_for(const std::string& trace, const std::string& sha256,
                     std::string_view rule = {});

// Whoever changes a corpus holds it; another one waits. What a dead one left half done is removed.
class Editor {
 public:
  // Throws format::Error.
  explicit Editor(const std::string& directory);
  Editor(const Editor&) = delete;
  Editor& operator=(const Editor&) = delete;
  ~Editor();

  // Each as a whole or not at all. Throw format::Error.
  // `trace` is copied; the copy must have the expectation's digest.
  void add(const std::string& name, const std::string& trace, const Expectation& expectation);
  // The same with a trace in the text form.
  void add_text(const std::string& name, const std::string& text, const Expectation& expectation);
  void replace(const std::string& name, const Expectation& expectation);
  void remove(const std::string& name);

 private:
  void remove_leftovers();
  void publish(const std::filesystem::path& made, const Expectation& expectation);

  std::string directory_;
  int lock_ = -1;
};

}  // namespace ddireplay::tools::corpus
