#include "format/text/event_lines.h"

#include <array>
#include <optional>
#include <vector>

#include "format/text/statements.h"
#include "format/text/value.h"
#include "format/text/words.h"

namespace ddireplay::format::text {

namespace {

class EventLine {
 public:
  EventLine(Words& words, Draft& draft, std::uint64_t last_time, std::uint64_t last_thread)
      : words_(words), draft_(draft), last_time_(last_time) {
    event_.time = last_time + 1;
    event_.thread = last_thread;
    event_.irql = default_irql(draft.header.irql_source);
  }

  // The event; it refers to this object for its values.
  NewEvent read() {
    while (read_prefix(words_.peek())) words_.take("a word");
    read_function();
    while (!words_.empty()) read_argument();
    event_.function = function_->id;
    event_.values = std::span(values_).first(value_count());
    return event_;
  }

 private:
  bool read_prefix(const Token& word);
  std::uint64_t read_time(const Token& word) const;
  void read_function();
  void settle_moment(std::size_t column);
  void read_argument();
  void read_field(const Token& word);
  [[noreturn]] void refuse_field(const Attribute& field) const;

  // How many values there are, which depends on the moment.
  std::size_t value_count() const {
    const bool at_exit = (event_.flags & event_flags::exit) != 0;
    return at_exit ? function_->layout.field_count : function_->layout.entry_count;
  }

  Words& words_;
  Draft& draft_;
  std::uint64_t last_time_;
  NewEvent event_;
  std::optional<Moment> moment_;
  const NamedFunction* function_ = nullptr;
  std::array<std::uint64_t, kMaxFields> values_{};
};

// Bits that have no word of their own.
std::uint8_t to_flags(const Token& word) {
  const Token number = word.after(std::string_view("flags").size());
  const auto flags = to_number_of<std::uint8_t>(number);
  if ((flags & (event_flags::exit | event_flags::raised)) != 0) {
    throw Mistake{number.column, "for these flags there are the words < and raised"};
  }
  return flags;
}

// What stands in front of the function's name, in any order.
bool EventLine::read_prefix(const Token& word) {
  const std::string_view text = word.text;
  if (text.starts_with('@')) {
    event_.time = read_time(word.after(1));
  } else if (text == ">" || text == "<") {
    moment_ = text == ">" ? Moment::entry : Moment::exit;
  } else if (is_processor(text)) {
    event_.processor = to_processor(word);
  } else if (is_thread(text)) {
    event_.thread = to_thread(word);
  } else if (text == "irql?") {
    event_.irql = kIrqlUnknown;
  } else if (is_irql(text)) {
    event_.irql = to_number_of<std::uint8_t>(word.after(std::string_view("irql").size()));
  } else if (is_flags(text)) {
    event_.flags |= to_flags(word);
  } else {
    return false;
  }
  return true;
}

// @1000, or @+10: so much later than the event before.
std::uint64_t EventLine::read_time(const Token& word) const {
  if (!word.text.starts_with('+')) return to_number(word);
  return last_time_ + to_number(word.after(1));
}

void EventLine::read_function() {
  Token name = words_.take("the name of a DDI or callback");
  const std::size_t column = name.column;
  function_ = &draft_.names().take_function(name);
  if (!name.text.empty()) throw Mistake{name.column, "a blank is expected behind the name"};
  if (words_.take_if("raised")) {
    event_.flags |= event_flags::raised;
    if (!moment_) moment_ = Moment::exit;
  }
  settle_moment(column);
}

void EventLine::settle_moment(std::size_t column) {
  const Moment moment = moment_.value_or(default_moment(function_->name));
  if (moment == Moment::either) {
    throw Mistake{column, fmt::format("{} is recorded at entry and at return: say > or < before it",
                                      function_->name)};
  }
  if (moment == Moment::exit) event_.flags |= event_flags::exit;
}

void EventLine::read_argument() {
  const Token word = words_.take("a field");
  if (word.text == "[") {
    event_.stack = read_frames(words_, "]", draft_);
    if (!words_.take_if("]")) throw Mistake{words_.column(), "] is expected"};
  } else if (is_stack(word.text)) {
    event_.stack = draft_.names().stack(word);
  } else {
    read_field(word);
  }
}

void EventLine::read_field(const Token& word) {
  const Attribute attribute = to_attribute(word, "FIELD=VALUE or a stack");
  const Layout& layout = function_->layout;
  const int found = layout.find(attribute.key);
  if (found < 0) refuse_field(attribute);
  const auto field = static_cast<std::size_t>(found);
  if (field >= value_count()) {
    throw Mistake{attribute.column, fmt::format("{} is known at return only (<)", attribute.key)};
  }
  const auto value = parse_value(layout.fields[field], attribute.value.text);
  values_[field] = value ? *value : draft_.names().take_address(attribute.value);
}

void EventLine::refuse_field(const Attribute& field) const {
  std::vector<std::string_view> known;
  for (std::size_t i = 0; i < value_count(); ++i) {
    known.push_back(function_->layout.fields[i].name);
  }
  if (known.empty()) {
    throw Mistake{field.column, fmt::format("{} has no fields", function_->name)};
  }
  throw Mistake{field.column, fmt::format("{} has no field {}; it has {}", function_->name,
                                          field.key, fmt::join(known, ", "))};
}

}  // namespace

void EventLines::read(Words& words, Draft& draft) {
  const std::size_t column = words.column();
  EventLine line(words, draft, last_time_, last_thread_);
  const NewEvent event = line.read();
  std::uint64_t& last_time = last_times_[event.processor];
  if (event.time < last_time) {
    throw Mistake{column, fmt::format("time goes back on cpu{}: it has been @{} already",
                                      event.processor, last_time)};
  }
  draft.writer().append(event);
  last_time = last_time_ = event.time;
  last_thread_ = event.thread;
}

}  // namespace ddireplay::format::text
