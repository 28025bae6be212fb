#include "tools/trace_output.h"

#include <iostream>
#include <utility>

#include "format/error.h"
#include "format/output_file.h"
#include "format/text_form.h"
#include "tools/partial_file.h"

namespace ddireplay::tools {

void write_trace(std::vector<std::byte> trace, const std::string& out) {
  const bool is_standard = out == "-";
  if (!is_standard && !out.ends_with(".txt")) {
    format::OutputFile file(out);
    file.write(trace);
    file.flush();
    return file.publish();
  }
  format::TraceReader reader = format::TraceReader::from_bytes(std::move(trace), out);
  if (is_standard) {
    format::write_text(reader, std::cout);
    if (!std::cout.flush()) throw format::Error("standard output can't be written");
    return;
  }
  PartialFile file(out);
  format::write_text(reader, file.stream());
  file.commit();
}

}  // namespace ddireplay::tools
