#include "format/text/draft.h"

#include <utility>

namespace ddireplay::format::text {

Draft::Draft(std::string path) : path_(std::move(path)) {
  header.pointer_bytes = 8;
  header.host = Host::written;
  header.processor_count = 1;
  header.clock_hz = 10'000'000;
  footer.end_reason = EndReason::converted;
}

TraceWriter& Draft::writer() {
  if (writer_) return *writer_;
  if (path_.empty()) return writer_.emplace(header, options);
  return writer_.emplace(path_, header, options);
}

Names& Draft::names() {
  if (!names_) names_.emplace(writer());
  return *names_;
}

ModuleSymbols& Draft::symbols_of(const Module& module) {
  const auto [known, is_new] = symbols_by_module_.try_emplace(
      {module.name, module.size, module.time_date_stamp}, symbols_.size());
  if (!is_new) return symbols_[known->second];
  return symbols_.emplace_back(ModuleSymbols{
      .module = module.name, .size = module.size, .time_date_stamp = module.time_date_stamp});
}

void Draft::finish() {
  writer().add_symbols(symbols_);
  writer().finish(footer);
}

}  // namespace ddireplay::format::text
