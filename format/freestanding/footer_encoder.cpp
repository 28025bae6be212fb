#include "format/freestanding/footer_encoder.h"

#include "format/freestanding/container.h"
#include "format/freestanding/flat_tables.h"
#include "format/trace.flat.h"

namespace ddireplay::format {

namespace {

static_assert(static_cast<int>(EndReason::stopped) == static_cast<int>(flat::EndReason::kStopped));
static_assert(static_cast<int>(EndReason::cut_off) == static_cast<int>(flat::EndReason::kCutOff));
static_assert(static_cast<int>(AccessKind::execute) ==
              static_cast<int>(flat::AccessKind::kExecute));

// With its terminator, and rounded up to whole words.
std::size_t text_bytes(std::string_view text) { return padded(text.size() + 1); }

std::size_t struct_bytes(flat::StructSize size) { return size.words() * flat::kWordBytes; }

void put_entry(flat::ChunkEntry to, const IndexEntry& from) {
  to.set_offset(from.offset);
  to.set_kind(static_cast<std::uint16_t>(from.kind));
  to.set_stream(from.stream);
  to.set_number(from.number);
  to.set_first_time(from.first_time);
  to.set_last_time(from.last_time);
  to.set_event_count(from.event_count);
  to.set_payload_bytes(from.payload_bytes);
  to.set_lost_before(from.lost_before);
}

void put_import(flat::Import to, const ImportEntry& from) {
  to.set_module(to_flat(from.module));
  to.set_name(to_flat(from.name));
  to.set_calls(from.calls);
  to.set_supplied(from.supplied);
  to.set_absent(from.absent);
  to.set_caller(from.caller);
}

void put_ending(flat::Ending to, const EndingEntry& from) {
  to.set_code(from.code);
  to.set_access(static_cast<flat::AccessKind>(from.access));
  to.set_accessed(from.accessed);
  to.set_address(from.address);
  to.set_thread(from.thread);
  to.set_during(to_flat(from.during));
  to.set_routine(to_flat(from.routine));
  to.set_symbol(to_flat(from.symbol));
  to.set_file(to_flat(from.file));
  to.set_line(from.line);
  to.set_irp(from.irp);
}

void put_derivation(flat::Derivation to, const DerivationEntry& from) {
  std::uint32_t at = 0;
  auto steps = to.init_steps(from.steps.size());
  for (const std::string_view step : from.steps) steps.set(at++, to_flat(step));
  to.set_events(from.events);
  to.set_begin(from.begin);
  to.set_thinned(from.thinned);
  to.set_finding(from.finding);
}

void put_footer(flat::Footer to, const FooterEntry& from) {
  std::uint32_t at = 0;
  auto chunks = to.init_chunks(from.chunks.size());
  for (const IndexEntry& chunk : from.chunks) put_entry(chunks[at++], chunk);
  at = 0;
  auto modules = to.init_modules(from.modules.size());
  for (const ModuleEntry& module : from.modules) put_module(modules[at++], module);
  at = 0;
  auto imports = to.init_imports(from.imports.size());
  for (const ImportEntry& import : from.imports) put_import(imports[at++], import);
  at = 0;
  auto notices = to.init_notices(from.notices.size());
  for (const std::string_view notice : from.notices) notices.set(at++, to_flat(notice));
  to.set_events(from.events);
  to.set_lost(from.lost);
  to.set_end_reason(static_cast<flat::EndReason>(from.end_reason));
  to.set_stacks_lost(from.stacks_lost);
  to.set_started_attached(from.started_attached);
  to.set_flight(from.flight);
  if (from.ending != nullptr) put_ending(to.init_ending(), *from.ending);
  if (from.derivation != nullptr) put_derivation(to.init_derivation(), *from.derivation);
}

}  // namespace

IndexEntry index_entry(std::uint64_t offset, const ChunkHeader& header) {
  return {.offset = offset,
          .kind = header.kind,
          .stream = header.stream,
          .number = header.number,
          .first_time = header.first_time,
          .last_time = header.last_time,
          .event_count = header.event_count,
          .payload_bytes = header.payload_bytes,
          .lost_before = header.lost_before};
}

std::size_t footer_bytes(const FooterEntry& footer) {
  constexpr std::size_t kFraming = 128;  // headers of the message, the root and the lists
  std::size_t bytes =
      sizeof(ChunkHeader) + kFraming +
      footer.chunks.size() * struct_bytes(flat::ChunkEntry::kSize) +
      footer.modules.size() * (struct_bytes(flat::Module::kSize) + sizeof(ModuleEntry::pdb_guid)) +
      footer.imports.size() * struct_bytes(flat::Import::kSize) +
      footer.notices.size() * flat::kWordBytes;
  for (const ModuleEntry& module : footer.modules) {
    bytes += text_bytes(module.name) + text_bytes(module.pdb_name);
  }
  for (const ImportEntry& import : footer.imports) {
    bytes += text_bytes(import.module) + text_bytes(import.name);
  }
  for (const std::string_view notice : footer.notices) bytes += text_bytes(notice);
  if (const EndingEntry* const ending = footer.ending; ending != nullptr) {
    bytes += struct_bytes(flat::Ending::kSize) + text_bytes(ending->during) +
             text_bytes(ending->routine) + text_bytes(ending->symbol) + text_bytes(ending->file);
  }
  if (const DerivationEntry* const derivation = footer.derivation; derivation != nullptr) {
    bytes += struct_bytes(flat::Derivation::kSize) + flat::kWordBytes +
             derivation->steps.size() * flat::kWordBytes;
    for (const std::string_view step : derivation->steps) bytes += text_bytes(step);
  }
  return bytes;
}

std::span<const std::byte> encode_footer(std::uint64_t trace_id, std::uint32_t number,
                                         const FooterEntry& footer, std::span<std::byte> output) {
  if (output.size() < sizeof(ChunkHeader)) return {};
  flat::Message message(output.data() + sizeof(ChunkHeader), output.size() - sizeof(ChunkHeader));
  put_footer(message.init_root<flat::Footer>(), footer);
  const std::size_t payload_bytes = message.finish();
  if (payload_bytes == 0) return {};
  ChunkHeader header{};
  header.trace_id = trace_id;
  header.kind = ChunkKind::footer;
  header.number = number;
  return seal_chunk(header, output, payload_bytes);
}

}  // namespace ddireplay::format
