#include "tools/record/pending_request.h"

#include <map>
#include <string_view>
#include <utility>

#include "format/trace_reader.h"

namespace ddireplay::tools::record {
namespace {

constexpr std::uint32_t kStatusPending = 0x103;

class Requests {
 public:
  explicit Requests(const format::TraceReader& trace) : trace_(trace) {}

  void see(const format::Event& event) {
    const format::Function& function = trace_.function(event.function);
    const int irp = function.layout.find("Irp");
    if (irp < 0 || irp >= function.layout.entry_count) return;
    const std::uint64_t address = event.values[irp];
    if (function.name == "cb:Dispatch") {
      see_dispatch(event, function, address);
    } else if (!event.at_exit() && hands_over(function.name)) {
      open_.erase(address);
    }
  }

  std::optional<PendingRequest> oldest() const {
    const std::pair<const std::uint64_t, Taken>* oldest = nullptr;
    for (const auto& entry : open_) {
      if (oldest == nullptr || entry.second.order < oldest->second.order) oldest = &entry;
    }
    if (oldest == nullptr) return std::nullopt;
    return PendingRequest{oldest->first, oldest->second.routine};
  }

 private:
  struct Taken {
    std::uint64_t routine = 0;
    std::uint64_t order = 0;
  };

  // From then on it is another's to complete.
  static bool hands_over(std::string_view name) {
    return name == "IofCompleteRequest" || name == "IoCompleteRequest" || name == "IofCallDriver" ||
           name == "IoCallDriver" || name == "PoCallDriver";
  }

  void see_dispatch(const format::Event& event, const format::Function& function,
                    std::uint64_t irp) {
    if (!event.at_exit()) {
      open_[irp] = {function.original, ++taken_};
      return;
    }
    const int result = function.layout.find("return");
    if (result < 0 || static_cast<std::uint32_t>(event.values[result]) == kStatusPending) return;
    open_.erase(irp);
  }

  const format::TraceReader& trace_;
  std::map<std::uint64_t, Taken> open_;
  std::uint64_t taken_ = 0;
};

}  // namespace

std::optional<PendingRequest> find_pending_request(const std::filesystem::path& path) {
  format::TraceReader trace = format::TraceReader::open(path);
  Requests requests(trace);
  format::EventSource source(trace);
  for (auto batch = source.next(); !batch.empty(); batch = source.next()) {
    for (const format::Event& event : batch) requests.see(event);
  }
  return requests.oldest();
}

}  // namespace ddireplay::tools::record
