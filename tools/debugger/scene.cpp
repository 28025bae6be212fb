#include "tools/debugger/scene.h"

#include <malloc.h>

#include <utility>

namespace ddireplay::tools {
namespace {

constexpr char kEvent = 'e';
constexpr char kCommand = 'c';

constexpr std::span<const std::unique_ptr<replay::Checker>> kNoCheckers;

}  // namespace

Scene::Scene(format::TraceReader& trace, AnswerCommand answer_command)
    : replay_(trace, kNoCheckers), answer_command_(std::move(answer_command)) {}

std::string Scene::event_question() { return {kEvent}; }

std::string Scene::command_question(std::string_view command) {
  return kCommand + std::string(command);
}

std::unique_ptr<StoredEvent> Scene::read_event(std::string_view answer) {
  return answer.empty() ? nullptr : StoredEvent::unpack(answer);
}

void Scene::advance_to(std::uint64_t position) { replay_.run_to(position); }

std::string Scene::answer(std::string_view question) {
  if (question.front() == kEvent) return next_event();
  return answer_command_(replay_.world(), question.substr(1));
}

void Scene::rest() {
  replay_.rest();
  ::malloc_trim(0);  // what was freed in the middle of the heap goes back as well
}

std::string Scene::next_event() {
  const format::Event* const event = replay_.next_event();
  return event == nullptr ? std::string() : StoredEvent(*event).packed();
}

}  // namespace ddireplay::tools
