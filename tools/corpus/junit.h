// The result of a run for CI systems.
#pragma once

#include <string>

#include "tools/corpus/result.h"

namespace ddireplay::tools::corpus {

// A JUnit test suite, one case per entry: a difference is a failure, a problem an error. It holds
// no times: the same result gives the same bytes.
std::string junit_xml(const RunResult& result);

}  // namespace ddireplay::tools::corpus
