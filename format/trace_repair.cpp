#include "format/trace_repair.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

#include "format/chunk_decoder.h"
#include "format/chunk_writer.h"
#include "format/footer_maker.h"
#include "format/footer_reader.h"
#include "format/freestanding/container.h"
#include "format/payload.h"
#include "format/salvaged_footer.h"
#include "format/symbol_chunk.h"
#include "format/table_encoder.h"

namespace ddireplay::format {
namespace {

// No machine's time stamp counter is faster: so no time seems longer than it was.
constexpr std::uint64_t kAssumedHz = 10'000'000'000;

ChunkInfo info_of(const FoundChunk& chunk) {
  return {.offset = chunk.offset, .header = chunk.header};
}

bool is_footer(const FoundChunk& chunk) { return chunk.header.kind == ChunkKind::footer; }

class Repairer {
 public:
  Repairer(std::span<const Bytes> sources, const FoundTrace& trace, const std::string& output)
      : sources_(sources), trace_(trace), output_(output) {}

  Repair run() {
    for (const FoundChunk& chunk : trace_.chunks) sort_in(chunk);
    if (kept_.empty() && !footer_) {
      throw Error(output_ + ": can't be made: no whole chunk of the trace was found");
    }
    count_missing();
    write();
    return std::move(result_);
  }

 private:
  void sort_in(FoundChunk chunk) {
    if (chunk.header.kind == ChunkKind::memory) return;
    if (chunk.usable()) chunk.problem = look_into(chunk);
    const std::uint32_t number = chunk.header.number;
    if (!chunk.usable()) {
      if (!is_footer(chunk)) refused_.try_emplace(number, std::move(chunk));
    } else if (!is_footer(chunk)) {
      const auto [place, is_new] = kept_.try_emplace(number, chunk);
      // An earlier repair has put an empty chunk in the place of one that it did not have.
      if (!is_new && place->second.header.event_count < chunk.header.event_count) {
        place->second = std::move(chunk);
      }
    }
  }

  // What is wrong with a chunk whose checksums are right.
  std::string look_into(const FoundChunk& chunk) {
    const Bytes bytes = sources_[chunk.source];
    try {
      switch (chunk.header.kind) {
        case ChunkKind::events:
          decoder_.decode(bytes, info_of(chunk), decoded_);
          if (decoded_.problem.empty()) contents_.add(decoded_);
          return decoded_.problem;
        case ChunkKind::symbols:
          read_symbols(checked_payload(bytes, info_of(chunk)));
          return {};
        case ChunkKind::footer:
          take_footer(chunk);
          return {};
        case ChunkKind::mark:
          return {};
        case ChunkKind::memory:
          break;
      }
      return "this version does not know what it holds";
    } catch (const Malformed& malformed) {
      return malformed.what();
    }
  }

  // Of several the last one written: a trace that is closed anew gets a footer in place of another.
  void take_footer(const FoundChunk& chunk) {
    FooterContents contents = read_footer(checked_payload(sources_[chunk.source], info_of(chunk)));
    footer_number_ = chunk.header.number;
    footer_ = std::move(contents.info);
  }

  void count_missing() {
    std::uint32_t expected = 0;
    for (const auto& [number, chunk] : kept_) {
      if (number > expected) result_.missing.push_back({expected, number - 1});
      expected = number + 1;
    }
    result_.knows_end = footer_ && footer_number_ >= expected;
    if (result_.knows_end && footer_number_ > expected) {
      result_.missing.push_back({expected, footer_number_ - 1});
    }
    for (auto& [number, chunk] : refused_) {
      if (!kept_.contains(number)) result_.refused.push_back(chunk);
    }
  }

  FileHeader header() {
    if (trace_.header) return *trace_.header;
    result_.header_was_missing = true;
    result_.notices.push_back(
        "its file header was not found: pointer size and clock are assumed, times are no measure, "
        "and what rests on its host can't be told");
    FileHeader header{};
    header.trace_id = trace_.trace_id;
    header.pointer_bytes = 8;
    header.host = Host::unknown;
    header.irql_source = contents_.has_irqls() ? IrqlSource::unknown : IrqlSource::modelled;
    header.clock_hz = kAssumedHz;
    header.start_clock = first_time();
    for (const auto& [number, chunk] : kept_) {
      header.processor_count =
          std::max<std::uint32_t>(header.processor_count, chunk.header.stream + 1u);
    }
    return header;
  }

  std::uint64_t first_time() const {
    std::uint64_t first = ~std::uint64_t{0};
    for (const auto& [number, chunk] : kept_) {
      if (chunk.header.kind == ChunkKind::events) first = std::min(first, chunk.header.first_time);
    }
    return first;
  }

  void write() {
    const FileHeader file_header = header();
    ChunkWriter writer(output_, file_header);
    std::map<std::uint32_t, const FoundChunk*> all;
    for (const auto& [number, chunk] : kept_) all.emplace(number, &chunk);
    for (const FoundChunk& chunk : result_.refused) {
      const bool counts = chunk.header.kind == ChunkKind::events &&
                          chunk.header.event_count <= kMaxEventsPerChunk &&
                          chunk.header.stream < kMaxProcessors;
      if (counts) all.emplace(chunk.header.number, &chunk);
    }
    std::uint64_t last_time = file_header.start_clock;
    std::uint64_t lost = 0;
    for (const auto& [number, chunk] : all) {
      add(writer, *chunk);
      // Ahead of a hole in the numbers nothing may be held back.
      writer.flush_held();
      if (chunk->header.kind != ChunkKind::events) continue;
      last_time = std::max(last_time, chunk->header.last_time);
      lost += chunk->header.lost_before + (chunk->usable() ? 0 : chunk->header.event_count);
    }
    result_.chunks = kept_.size();
    result_.last_time = last_time - file_header.start_clock;
    result_.clock_hz = file_header.clock_hz;
    close(writer, lost);
  }

  void add(ChunkWriter& writer, const FoundChunk& chunk) {
    if (chunk.usable()) {
      result_.events += chunk.header.kind == ChunkKind::events ? chunk.header.event_count : 0;
      writer.add(sources_[chunk.source].subspan(chunk.offset, chunk.end() - chunk.offset));
      return;
    }
    const ChunkIdentity identity = {
        .trace_id = trace_.trace_id,
        .stream = chunk.header.stream,
        .number = chunk.header.number,
        .lost_before = chunk.header.lost_before + chunk.header.event_count,
        .time = chunk.header.last_time};
    writer.add(encoder_.encode(identity, {}, no_tables_));
  }

  void close(ChunkWriter& writer, std::uint64_t lost) {
    FooterInfo info = footer_ && result_.knows_end ? *footer_ : contents_.footer(footer_);
    info.flight = info.flight || trace_.flight;
    info.events = result_.events;
    info.lost = std::max(lost, info.lost);
    std::ranges::copy(result_.notices, std::back_inserter(info.notices));
    std::vector<ModuleEntry> modules;
    for (const Module& module : info.modules) modules.push_back(to_entry(module));
    const std::uint32_t number =
        result_.knows_end ? std::max(footer_number_, writer.free_number()) : writer.free_number();
    const auto footer = make_footer(trace_.trace_id, number, info, writer.index(), modules);
    if (footer.empty()) throw Error(output_ + ": its index is too large");
    writer.close(footer, [this](const std::string& path) { read_back(path); });
  }

  // Every event, as any reader would.
  void read_back(const std::string& path) {
    TraceReader written = TraceReader::open(path);
    EventSource source(written);
    std::uint64_t events = 0;
    for (auto batch = source.next(); !batch.empty(); batch = source.next()) {
      for (const Event& event : batch) {
        if (event.function == kGap) {
          result_.gaps.push_back({event.processor, event.values[0], event.position});
        } else {
          ++events;
        }
      }
    }
    const Condition& condition = written.condition();
    if (events != result_.events || condition.damaged_chunks != 0 || condition.skipped_bytes != 0) {
      throw Error(fmt::format("{}: {} of {} events can't be read back; nothing was written",
                              output_, result_.events - std::min(events, result_.events),
                              result_.events));
    }
    result_.complete = condition.complete() && is_whole(written.footer()->end_reason);
  }

  std::span<const Bytes> sources_;
  const FoundTrace& trace_;
  const std::string& output_;
  Repair result_;
  std::map<std::uint32_t, FoundChunk> kept_;  // by number; footers are not among them
  std::map<std::uint32_t, FoundChunk> refused_;
  std::optional<FooterInfo> footer_;
  std::uint32_t footer_number_ = 0;
  SalvagedFooter contents_;
  ChunkDecoder decoder_;
  DecodedChunk decoded_;
  TableEncoder encoder_{1};
  const TraceTables no_tables_;
};

}  // namespace

Repair repair_trace(std::span<const Bytes> sources, const FoundTrace& trace,
                    const std::string& output) {
  return Repairer(sources, trace, output).run();
}

std::vector<ByteRange> unused_ranges(Bytes file, const FoundTrace& trace) {
  std::vector<ByteRange> unused;
  std::uint64_t at = 0;
  const auto use = [&](std::uint64_t begin, std::uint64_t end) {
    if (begin > at) unused.push_back({at, begin - at});
    at = std::max(at, end);
  };
  if (file_header_at_start(file)) use(0, sizeof(FileHeader));
  for (const FoundChunk& chunk : trace.chunks) {
    if (chunk.usable()) use(chunk.offset, chunk.end());
  }
  if (file.size() - at == sizeof(FileTrailer)) {
    if (is_sound(load<FileTrailer>(file, at))) use(at, file.size());
  }
  use(file.size(), file.size());
  return unused;
}

}  // namespace ddireplay::format
