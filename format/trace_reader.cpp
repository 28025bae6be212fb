#include "format/trace_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "format/payload.h"
#include "format/symbol_chunk.h"
#include "format/trace_reader_state.h"

namespace ddireplay::format {

namespace {

constexpr FunctionKey kGapFunction = {
    .name = "gap", .prototype = "VOID (ULONGLONG Lost, ULONGLONG Until)", .derived = ""};

// The first problem of a trace that is still being written, for as long as it is.
constexpr std::string_view kStillWritten =
    "it is not finished: what comes after its last chunk isn't known yet";

bool is_same_chunk(const ChunkInfo& left, const ChunkInfo& right) {
  return left.offset == right.offset && left.header.kind == right.header.kind &&
         left.header.stream == right.header.stream && left.header.number == right.header.number &&
         left.header.payload_bytes == right.header.payload_bytes && !right.after_hole;
}

}  // namespace

TraceReader::State::State(TraceBytes trace, std::string trace_name)
    : name(std::move(trace_name)),
      bytes(std::move(trace)),
      container(read_container(bytes.bytes(), name)) {
  tables.intern_function(kGapFunction);
  load_symbols(0);
}

TraceReader::State::State(TraceGrowth begun, const FileHeader& header, std::string trace_name)
    : name(std::move(trace_name)), bytes(TraceBytes::own({})), growth(std::move(begun)) {
  tables.intern_function(kGapFunction);
  container.header = header;
  container.condition.recovered = true;
  container.condition.problems.emplace_back(kStillWritten);
  extend();
}

void TraceReader::State::load_symbols(std::size_t first_chunk) {
  for (ChunkInfo& chunk : std::span(container.chunks).subspan(first_chunk)) {
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

bool TraceReader::State::extend() {
  const std::size_t known = container.chunks.size();
  growth->look(container.chunks);
  if (container.chunks.size() == known) return false;
  for (std::size_t i = known; i < container.chunks.size(); ++i) {
    container.condition.lost_events += container.chunks[i].header.lost_before;
  }
  bytes = TraceBytes::map(growth->fd(), growth->end(), name);
  load_symbols(known);
  ++edition;
  return true;
}

void TraceReader::State::complete() {
  extend();
  bytes = TraceBytes::map(growth->fd(), growth->file_bytes(), name);
  Container finished = read_container(bytes.bytes(), name);
  const bool is_same =
      finished.chunks.size() >= container.chunks.size() &&
      std::ranges::equal(container.chunks,
                         std::span(finished.chunks).first(container.chunks.size()), is_same_chunk);
  if (!is_same) {
    throw Error(name + ": its beginning is not what was read while it was written; replay it anew");
  }
  const Container before = std::exchange(container, std::move(finished));
  growth.reset();
  load_symbols(before.chunks.size());
  // What was found while events were read.
  for (std::size_t i = 0; i < before.chunks.size(); ++i) {
    container.chunks[i].damaged = container.chunks[i].damaged || before.chunks[i].damaged;
  }
  container.condition.damaged_chunks += before.condition.damaged_chunks;
  container.condition.problems.insert(container.condition.problems.end(),
                                      before.condition.problems.begin() + 1,
                                      before.condition.problems.end());
  ++edition;
}

TraceReader::TraceReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
TraceReader::TraceReader(TraceReader&&) noexcept = default;
TraceReader& TraceReader::operator=(TraceReader&&) noexcept = default;
TraceReader::~TraceReader() = default;

void TraceReader::check_payloads() {
  for (ChunkInfo& chunk : state_->container.chunks) {
    if (chunk.damaged) continue;
    try {
      checked_payload(state_->bytes.bytes(), chunk);
    } catch (const Malformed& malformed) {
      state_->refuse(chunk, malformed.what());
    }
  }
}

std::span<const std::uint16_t> TraceReader::open_streams() const {
  return state_->container.open_streams;
}

TraceReader TraceReader::open(const std::string& path) {
  return TraceReader(std::make_unique<State>(TraceBytes::map(path), path));
}

TraceReader TraceReader::from_bytes(std::vector<std::byte> bytes, std::string name) {
  return TraceReader(std::make_unique<State>(TraceBytes::own(std::move(bytes)), std::move(name)));
}

std::optional<TraceReader> TraceReader::open_growing(int fd, const std::string& name) {
  FileHeader header{};
  if (!read_begun_header(fd, name, header)) return std::nullopt;
  return TraceReader(std::make_unique<State>(TraceGrowth(fd, name, header), header, name));
}

bool TraceReader::extend() { return state_->extend(); }
void TraceReader::complete() { state_->complete(); }
bool TraceReader::is_growing() const { return state_->is_growing(); }

const std::string& TraceReader::name() const { return state_->name; }
std::uint64_t TraceReader::file_bytes() const { return state_->bytes.bytes().size(); }
const FileHeader& TraceReader::header() const { return state_->container.header; }
std::span<const ChunkInfo> TraceReader::chunks() const { return state_->container.chunks; }

const FooterInfo* TraceReader::footer() const {
  const auto& footer = state_->container.footer;
  return footer ? &*footer : nullptr;
}

const Derivation* TraceReader::derivation() const {
  const auto& footer = state_->container.footer;
  return footer && footer->derivation ? &*footer->derivation : nullptr;
}

const Condition& TraceReader::condition() const { return state_->container.condition; }

EndReason TraceReader::end_reason() const {
  const EndReason told = footer() == nullptr ? EndReason::stopped : footer()->end_reason;
  return condition().recovered && is_in_order(told) ? EndReason::recovered : told;
}

bool TraceReader::has_untold_problems() const {
  if (condition().damaged_chunks != 0 || footer() == nullptr) return true;
  return end_reason() != footer()->end_reason;
}

const Function& TraceReader::function(FunctionId id) const { return state_->tables.function(id); }
std::size_t TraceReader::function_count() const { return state_->tables.function_count(); }
std::span<const std::uint64_t> TraceReader::stack(StackId id) const {
  return state_->tables.stack(id);
}
const Module& TraceReader::module(ModuleId id) const { return state_->tables.module(id); }
std::size_t TraceReader::module_count() const { return state_->tables.module_count(); }
std::span<const ModuleSymbols> TraceReader::symbols() const { return state_->symbols; }

}  // namespace ddireplay::format
