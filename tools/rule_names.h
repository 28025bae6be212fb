// Rules as people name them on a command line.
#pragma once

#include <string>
#include <vector>

namespace ddireplay::tools {

// The same as ReplayOptions::rules takes them: "0xc4:0x62" is C4:62, and "option:NAME" stands for
// the rules that Driver Verifier checks under that option. Throws format::Error (usage).
std::vector<std::string> rule_names(const std::vector<std::string>& words);

}  // namespace ddireplay::tools
