#include "format/trace_reader.h"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "format/payload.h"
#include "format/symbol_chunk.h"
#include "format/trace_reader_state.h"

namespace ddireplay::format {

namespace {

constexpr FunctionKey kGapFunction = {
    .name = "gap", .prototype = "VOID (ULONGLONG Lost, ULONGLONG Until)", .derived = ""};

}  // namespace

TraceReader::State::State(TraceBytes trace, std::string trace_name)
    : name(std::move(trace_name)),
      bytes(std::move(trace)),
      container(read_container(bytes.bytes(), name)) {
  tables.intern_function(kGapFunction);
  for (ChunkInfo& chunk : container.chunks) {
    if (chunk.header.kind != ChunkKind::symbols || chunk.damaged) continue;
    try {
      std::vector<ModuleSymbols> read = read_symbols(checked_payload(bytes.bytes(), chunk));
      std::ranges::move(read, std::back_inserter(symbols));
    } catch (const Malformed& malformed) {
      refuse(chunk, malformed.what());
    }
  }
}

void TraceReader::State::refuse(ChunkInfo& chunk, std::string_view why) {
  if (std::exchange(chunk.damaged, true)) return;
  ++container.condition.damaged_chunks;
  container.condition.problems.push_back(
      fmt::format("offset {}: chunk {} is refused: {}", chunk.offset, chunk.header.number, why));
}

TraceReader::TraceReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
TraceReader::TraceReader(TraceReader&&) noexcept = default;
TraceReader& TraceReader::operator=(TraceReader&&) noexcept = default;
TraceReader::~TraceReader() = default;

TraceReader TraceReader::open(const std::string& path) {
  return TraceReader(std::make_unique<State>(TraceBytes::map(path), path));
}

TraceReader TraceReader::from_bytes(std::vector<std::byte> bytes, std::string name) {
  return TraceReader(std::make_unique<State>(TraceBytes::own(std::move(bytes)), std::move(name)));
}

const std::string& TraceReader::name() const { return state_->name; }
std::uint64_t TraceReader::file_bytes() const { return state_->bytes.bytes().size(); }
const FileHeader& TraceReader::header() const { return state_->container.header; }
std::span<const ChunkInfo> TraceReader::chunks() const { return state_->container.chunks; }

const FooterInfo* TraceReader::footer() const {
  const auto& footer = state_->container.footer;
  return footer ? &*footer : nullptr;
}

const Condition& TraceReader::condition() const { return state_->container.condition; }

const Function& TraceReader::function(FunctionId id) const { return state_->tables.function(id); }
std::size_t TraceReader::function_count() const { return state_->tables.function_count(); }
std::span<const std::uint64_t> TraceReader::stack(StackId id) const {
  return state_->tables.stack(id);
}
const Module& TraceReader::module(ModuleId id) const { return state_->tables.module(id); }
std::size_t TraceReader::module_count() const { return state_->tables.module_count(); }
std::span<const ModuleSymbols> TraceReader::symbols() const { return state_->symbols; }

}  // namespace ddireplay::format
