#include "format/text/statements.h"

#include <utility>

#include "format/text/words.h"
#include "format/text_form.h"

namespace ddireplay::format::text {

namespace {

void read_version(Words& words, Draft&) {
  const Token version = words.take("the version of the text form");
  if (to_number(version) > kTextFormVersion) {
    throw Mistake{version.column, fmt::format("this text form is newer than {}: update ddireplay",
                                              kTextFormVersion)};
  }
}

void refuse_after_begin(const Draft& draft) {
  if (draft.has_begun()) throw Mistake{1, "this must come before modules and events"};
}

void read_machine(Words& words, Draft& draft) {
  refuse_after_begin(draft);
  FileHeader& header = draft.header;
  Attributes attributes(
      words, "pointer=, processors=, build=, clock=, irql=, host=, id=, start= or filetime=");
  while (attributes.next()) {
    if (!(attributes.number("pointer", header.pointer_bytes) ||
          attributes.number("processors", header.processor_count, kMaxProcessors) ||
          attributes.number("build", header.os_build) ||
          attributes.number("clock", header.clock_hz) ||
          attributes.choice("irql", kIrqlSources, header.irql_source) ||
          attributes.choice("host", kHosts, header.host) ||
          attributes.number("id", header.trace_id) ||
          attributes.number("start", header.start_clock) ||
          attributes.number("filetime", header.start_filetime))) {
      attributes.refuse();
    }
    if (header.pointer_bytes != 4 && header.pointer_bytes != 8) {
      throw Mistake{attributes.value().column, "4 or 8 is expected"};
    }
    if (header.clock_hz == 0) {
      throw Mistake{attributes.value().column, "a clock ticks at least once a second"};
    }
  }
}

void read_chunks(Words& words, Draft& draft) {
  refuse_after_begin(draft);
  if (!words.take_if("explicit")) throw Mistake{words.column(), "explicit is expected"};
  draft.options.events_per_chunk = kMaxEventsPerChunk;
}

Module take_module(Words& words) {
  Module module;
  module.name = to_text(words.take("the module's name"));
  Attributes attributes(words, "base=, size=, timestamp=, checksum=, pdb=, guid=, age= or target");
  while (attributes.next()) {
    if (attributes.is("guid")) {
      const auto guid = parse_guid(attributes.value().text);
      if (!guid) throw Mistake{attributes.value().column, "a GUID without braces is expected"};
      module.pdb_guid = *guid;
    } else if (!(attributes.number("base", module.base) || attributes.number("size", module.size) ||
                 attributes.number("timestamp", module.time_date_stamp) ||
                 attributes.number("checksum", module.checksum) ||
                 attributes.text("pdb", module.pdb_name) ||
                 attributes.number("age", module.pdb_age) ||
                 attributes.flag("target", module.is_target))) {
      attributes.refuse();
    }
  }
  return module;
}

void read_module(Words& words, Draft& draft) { draft.names().declare_module(take_module(words)); }

void read_symbols(Words& words, Draft& draft) { draft.names().declare_symbols(take_module(words)); }

void read_ddi(Words& words, Draft& draft) {
  Names& names = draft.names();
  Token name = words.take("the function's name");
  const std::size_t column = name.column;
  const std::string function = take_name(name, "/");
  std::string prototype;
  std::string derived;
  if (words.peek().text.starts_with('"')) {
    prototype = to_text(words.take("a prototype in quotes"));
    derived = to_text(words.take("derived fields in quotes"));
  }
  ModuleId module = names.implied_module();
  std::uint64_t original = 0;
  Attributes attributes(words, "module= or original=");
  while (attributes.next()) {
    Token value = attributes.value();
    if (attributes.is("module")) {
      module = value.text == "-" ? kNoModuleId : names.take_module_id(value);
    } else if (attributes.is("original")) {
      original = names.take_address(value);
    } else {
      attributes.refuse();
    }
  }
  names.declare_function(function, prototype, derived, module, original, column);
}

void read_stack(Words& words, Draft& draft) {
  const Token name = words.take("s and a number");
  if (!name.text.starts_with('s') || !parse_number(name.text.substr(1))) {
    throw Mistake{name.column, "s and a number are expected"};
  }
  draft.names().declare_stack(name.text, read_frames(words, "", draft), name.column);
}

// MODULE+0xRVA: where a symbol or a line stands.
std::pair<ModuleSymbols&, std::uint32_t> take_place(Words& words, Draft& draft) {
  Token place = words.take("MODULE+0xRVA");
  const Module& module = draft.names().take_module(place);
  if (!place.text.starts_with('+')) throw Mistake{place.column, "+0x and an RVA are expected"};
  return {draft.symbols_of(module), to_number_of<std::uint32_t>(place.after(1))};
}

void read_symbol(Words& words, Draft& draft) {
  auto [symbols, rva] = take_place(words, draft);
  SymbolRow row{.rva = rva, .size = 0, .name = {}};
  if (words.peek().text.starts_with("size=")) {
    row.size = to_number_of<std::uint32_t>(to_attribute(words.take("size="), "size=").value);
  }
  row.name = to_text(words.take("the symbol's name"));
  symbols.symbols.push_back(std::move(row));
}

void read_source_line(Words& words, Draft& draft) {
  auto [symbols, rva] = take_place(words, draft);
  const std::string file = to_text(words.take("a file's name in quotes"));
  const auto found = std::ranges::find(symbols.files, file);
  LineRow row{.rva = rva, .file = static_cast<std::uint32_t>(found - symbols.files.begin())};
  if (found == symbols.files.end()) symbols.files.push_back(file);
  row.line = to_number_of<std::uint32_t>(words.take("the line's number"));
  symbols.lines.push_back(row);
}

void read_gap(Words& words, Draft& draft) {
  std::uint16_t processor = 0;
  if (words.peek().text.starts_with("cpu")) processor = to_processor(words.take("cpu"));
  const Attribute lost = to_attribute(words.take("lost="), "lost=");
  if (lost.key != "lost") throw Mistake{lost.column, "lost= is expected"};
  draft.writer().gap(processor, to_number(lost.value));
}

void read_chunk(Words& words, Draft& draft) {
  const std::uint16_t processor = to_processor(words.take("cpu and a number"));
  std::optional<std::uint32_t> number;
  std::uint64_t time = 0;
  Attributes attributes(words, "number= or time=");
  while (attributes.next()) {
    if (attributes.number("time", time)) continue;
    if (!attributes.number("number", number.emplace())) attributes.refuse();
    if (!draft.writer().is_free(*number)) {
      throw Mistake{attributes.column(), "another chunk has this number"};
    }
  }
  draft.writer().end_chunk(processor, number, time);
}

void read_import(Words& words, Draft& draft) {
  ImportInfo import;
  import.module = to_text(words.take("the module's name"));
  import.name = to_text(words.take("the import's name"));
  Attributes attributes(words, "calls=, supplied, absent or caller=");
  while (attributes.next()) {
    if (attributes.is("caller")) {
      Token value = attributes.value();
      import.caller = draft.names().take_address(value);
    } else if (!(attributes.number("calls", import.calls) ||
                 attributes.flag("supplied", import.supplied) ||
                 attributes.flag("absent", import.absent))) {
      attributes.refuse();
    }
  }
  draft.footer.imports.push_back(std::move(import));
}

void read_notice(Words& words, Draft& draft) {
  draft.footer.notices.push_back(to_text(words.take("a text in quotes")));
}

void read_ending(Words& words, Draft& draft) {
  Ending ending;
  Attributes attributes(words,
                        "code=, access=, accessed=, address=, thread=, during=, routine=, symbol=, "
                        "file=, line= or irp=");
  while (attributes.next()) {
    if (attributes.is("address")) {
      Token value = attributes.value();
      ending.address = draft.names().take_address(value);
    } else if (!(attributes.number("code", ending.code) ||
                 attributes.choice("access", kAccessKinds, ending.access) ||
                 attributes.number("accessed", ending.accessed) ||
                 attributes.number("thread", ending.thread) ||
                 attributes.text("during", ending.during) ||
                 attributes.text("routine", ending.routine) ||
                 attributes.text("symbol", ending.symbol) || attributes.text("file", ending.file) ||
                 attributes.number("line", ending.line) || attributes.number("irp", ending.irp))) {
      attributes.refuse();
    }
  }
  draft.footer.ending = std::move(ending);
}

void read_derived(Words& words, Draft& draft) {
  Derivation derivation;
  std::string step;
  Attributes attributes(words, "by=, events=, begin=, thinned or finding=");
  while (attributes.next()) {
    if (attributes.text("by", step)) {
      derivation.steps.push_back(step);
    } else if (!(attributes.number("events", derivation.events) ||
                 attributes.number("begin", derivation.begin) ||
                 attributes.flag("thinned", derivation.thinned) ||
                 attributes.number("finding", derivation.finding))) {
      attributes.refuse();
    }
  }
  draft.footer.derivation = std::move(derivation);
}

void read_end(Words& words, Draft& draft) {
  FooterInfo& footer = draft.footer;
  Attributes attributes(words, "reason=, lost=, stackslost=, attached or flight");
  while (attributes.next()) {
    if (!(attributes.choice("reason", kEndReasons, footer.end_reason) ||
          attributes.number("lost", footer.lost) ||
          attributes.number("stackslost", footer.stacks_lost) ||
          attributes.flag("attached", footer.started_attached) ||
          attributes.flag("flight", footer.flight))) {
      attributes.refuse();
    }
  }
}

struct Statement {
  std::string_view word;
  void (*read)(Words&, Draft&);
};

constexpr Statement kStatements[] = {
    {"ddireplay-text", read_version},
    {"machine", read_machine},
    {"chunks", read_chunks},
    {"module", read_module},
    {"symbols", read_symbols},
    {"ddi", read_ddi},
    {"stack", read_stack},
    {"symbol", read_symbol},
    {"line", read_source_line},
    {"gap", read_gap},
    {"chunk", read_chunk},
    {"import", read_import},
    {"notice", read_notice},
    {"ending", read_ending},
    {"derived", read_derived},
    {"end", read_end},
};

}  // namespace

bool read_statement(Words& words, Draft& draft) {
  const auto* const statement = std::ranges::find(kStatements, words.peek().text, &Statement::word);
  if (statement == std::end(kStatements)) return false;
  words.take("a word");
  statement->read(words, draft);
  return true;
}

StackId read_frames(Words& words, std::string_view until, Draft& draft) {
  std::vector<std::uint64_t> frames;
  while (!words.empty() && words.peek().text != until) {
    if (frames.size() == kMaxStackFrames) {
      throw Mistake{words.column(), fmt::format("a stack has {} frames at most", kMaxStackFrames)};
    }
    frames.push_back(draft.names().take_address(words.take("a frame")));
  }
  return draft.writer().add_stack(frames);
}

}  // namespace ddireplay::format::text
