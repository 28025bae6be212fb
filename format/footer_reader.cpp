#include "format/footer_reader.h"

#include "format/payload.h"
#include "format/schema_reader.h"

namespace ddireplay::format {

namespace {

IndexEntry to_entry(schema::ChunkEntry::Reader from) {
  return {.offset = from.getOffset(),
          .kind = static_cast<ChunkKind>(from.getKind()),
          .stream = from.getStream(),
          .number = from.getNumber(),
          .first_time = from.getFirstTime(),
          .last_time = from.getLastTime(),
          .event_count = from.getEventCount(),
          .payload_bytes = from.getPayloadBytes(),
          .lost_before = from.getLostBefore()};
}

ImportInfo to_import(schema::Import::Reader from) {
  return {.module = to_string(from.getModule()),
          .name = to_string(from.getName()),
          .calls = from.getCalls(),
          .supplied = from.getSupplied(),
          .absent = from.getAbsent(),
          .caller = from.getCaller()};
}

AccessKind to_access_kind(schema::AccessKind from) {
  const auto kind = static_cast<AccessKind>(from);
  return kind <= AccessKind::execute ? kind : AccessKind::none;
}

Ending to_ending(schema::Ending::Reader from) {
  return {.code = from.getCode(),
          .access = to_access_kind(from.getAccess()),
          .accessed = from.getAccessed(),
          .address = from.getAddress(),
          .thread = from.getThread(),
          .during = to_string(from.getDuring()),
          .routine = to_string(from.getRoutine()),
          .symbol = to_string(from.getSymbol()),
          .file = to_string(from.getFile()),
          .line = from.getLine(),
          .irp = from.getIrp()};
}

Derivation to_derivation(schema::Derivation::Reader from) {
  Derivation to = {.events = from.getEvents(),
                   .begin = from.getBegin(),
                   .thinned = from.getThinned(),
                   .finding = from.getFinding()};
  for (const auto step : from.getSteps()) to.steps.push_back(to_string(step));
  return to;
}

// Of a reason that only later versions know, nothing is known but that it wasn't the usual one.
EndReason to_end_reason(schema::EndReason from) {
  const auto reason = static_cast<EndReason>(from);
  return reason <= EndReason::cut_off ? reason : EndReason::recovered;
}

FooterContents to_contents(schema::Footer::Reader from) {
  FooterContents to;
  for (const auto chunk : from.getChunks()) to.chunks.push_back(to_entry(chunk));
  for (const auto module : from.getModules()) to.info.modules.push_back(to_module(module));
  for (const auto import : from.getImports()) to.info.imports.push_back(to_import(import));
  for (const auto notice : from.getNotices()) to.info.notices.push_back(to_string(notice));
  to.info.events = from.getEvents();
  to.info.lost = from.getLost();
  to.info.stacks_lost = from.getStacksLost();
  to.info.end_reason = to_end_reason(from.getEndReason());
  to.info.started_attached = from.getStartedAttached();
  to.info.flight = from.getFlight();
  if (from.hasEnding()) to.info.ending = to_ending(from.getEnding());
  if (from.hasDerivation()) to.info.derivation = to_derivation(from.getDerivation());
  return to;
}

}  // namespace

FooterContents read_footer(std::span<const std::byte> payload) {
  FooterContents contents;
  visit_payload<schema::Footer>(
      payload, [&](schema::Footer::Reader footer) { contents = to_contents(footer); });
  return contents;
}

}  // namespace ddireplay::format
