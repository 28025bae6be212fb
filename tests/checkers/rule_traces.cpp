#include "tests/checkers/rule_traces.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "checkers/registry.h"
#include "format/text_form.h"

namespace ddireplay::tests {

namespace fs = std::filesystem;

std::vector<fs::path> rule_traces() {
  std::vector<fs::path> traces;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(DDIREPLAY_RULE_TRACES)) {
    const fs::path& path = entry.path();
    if (path.extension() == ".txt" && path.filename() != "CMakeLists.txt") traces.push_back(path);
  }
  std::sort(traces.begin(), traces.end());
  return traces;
}

bool is_trigger(const fs::path& trace) {
  return trace.stem().string().find("-trigger") != std::string::npos;
}

std::string rule_id(const fs::path& trace) {
  const std::string name = trace.stem().string();
  std::string id = name.substr(0, std::min(name.find("-trigger"), name.find("-silent")));
  if (const std::size_t dash = id.find('-'); dash != std::string::npos) id[dash] = ':';
  return id;
}

std::string read_file(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

replay::Report replay_text(std::string_view text, const std::string& name,
                           const replay::ReplayOptions& options) {
  format::TraceReader reader = format::trace_from_text(text, name);
  const auto checkers = checkers::make_all_checkers();
  replay::Replay replay(reader, checkers, options);
  replay.run();
  return replay.report();
}

}  // namespace ddireplay::tests
