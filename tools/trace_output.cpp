#include "tools/trace_output.h"

#include <iostream>
#include <utility>

#include "format/error.h"
#include "format/output_file.h"
#include "format/text_form.h"
#include "tools/partial_file.h"

namespace ddireplay::tools {

void write_as_text(format::TraceReader& trace, const std::string& out) {
  if (out == "-") {
    format::write_text(trace, std::cout);
    if (!std::cout.flush()) throw format::Error("standard output can't be written");
    return;
  }
  PartialFile file(out);
  format::write_text(trace, file.stream());
  file.commit();
}

void write_trace(std::vector<std::byte> trace, const std::string& out) {
  if (out != "-" && !out.ends_with(".txt")) {
    format::OutputFile file(out);
    file.write(trace);
    file.flush();
    return file.publish();
  }
  format::TraceReader reader = format::TraceReader::from_bytes(std::move(trace), out);
  write_as_text(reader, out);
}

}  // namespace ddireplay::tools
