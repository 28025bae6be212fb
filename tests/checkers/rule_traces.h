// The text traces of rules: FAMILY/BUGCHECK-CODE-trigger*.txt and FAMILY/BUGCHECK-CODE-silent*.txt.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "replay/replay.h"

namespace ddireplay::tests {

// All of them, in order of their paths.
std::vector<std::filesystem::path> rule_traces();
bool is_trigger(const std::filesystem::path& trace);
// "C4:62", of "C4-62-trigger-large.txt" or "C4-62-silent.txt".
std::string rule_id(const std::filesystem::path& trace);

std::string read_file(const std::filesystem::path& path);

// By all checkers.
replay::Report replay_text(std::string_view text, const std::string& name,
                           const replay::ReplayOptions& options = {});

}  // namespace ddireplay::tests
