// Findings in the layout of `!analyze -v`.
#pragma once

#include <string>

#include "tools/report/report_view.h"

namespace ddireplay::tools {

// Every finding in full, roots first, then what the verdict rests on.
std::string analyze_text(const ReportView& view);

// One line per finding.
std::string findings_list(const ReportView& view);

}  // namespace ddireplay::tools
