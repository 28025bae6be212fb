// What there is to see at one position of a trace, in a process of its own.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "replay/replay.h"
#include "tools/debugger/forked_run.h"
#include "tools/stored_event.h"

namespace ddireplay::tools {

// Answers what is asked of the World by a command.
using AnswerCommand =
    std::function<std::string(const replay::World& world, std::string_view command)>;

// A replay, without checkers: the findings are known, only the World is wanted. Its position is
// that of the event that happened last.
class Scene : public Run {
 public:
  Scene(format::TraceReader& trace, AnswerCommand answer_command);

  // Questions: the event that comes next, and a command.
  static std::string event_question();
  static std::string command_question(std::string_view command);
  // Of event_question(); nullptr: the trace has no further event.
  static std::unique_ptr<StoredEvent> read_event(std::string_view answer);

  void advance_to(std::uint64_t position) override;
  std::string answer(std::string_view question) override;
  void rest() override;

 private:
  std::string next_event();

  replay::Replay replay_;
  AnswerCommand answer_command_;
};

}  // namespace ddireplay::tools
