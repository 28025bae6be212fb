#include "tests/recorder/model/loss_marks.h"

#include <algorithm>

namespace ddireplay::recorder::model {

namespace {

// Between which places of what was taken a loss may be told: behind `after`, not behind `before`.
struct Room {
  std::size_t after;
  std::size_t before;
};

constexpr std::size_t kStart = 0;  // places count from 1

std::string check_events(unsigned ring, const std::deque<Attempt>& attempts,
                         const std::vector<Taken>& taken) {
  std::vector<unsigned> times(attempts.size(), 0);
  const Attempt* newest = nullptr;
  for (const Taken& one : taken) {
    if (one.lost != 0) continue;
    if (one.event >= attempts.size()) continue;
    const Attempt& attempt = attempts[one.event];
    ++times[one.event];
    if (attempt.ring != ring) return "an event comes out of another ring";
    if (newest != nullptr && attempt.end < newest->begin) return "events change places";
    newest = &attempt;
  }
  for (std::size_t i = 0; i < attempts.size(); ++i) {
    if (attempts[i].ring != ring) continue;
    if (times[i] > 1) return "an event comes out twice";
    if (times[i] != (attempts[i].stored ? 1u : 0u)) return "an event is missing";
  }
  return {};
}

Room room_of(const Attempt& loss, const std::deque<Attempt>& attempts,
             const std::vector<Taken>& taken) {
  Room room{kStart, taken.size() + 1};
  for (std::size_t i = 0; i < taken.size(); ++i) {
    if (taken[i].lost != 0) continue;
    const Attempt& event = attempts[taken[i].event];
    if (event.end < loss.begin) room.after = i + 1;
    if (event.begin > loss.end) room.before = std::min(room.before, i + 1);
  }
  return room;
}

}  // namespace

std::string check_taken(unsigned ring, const std::deque<Attempt>& attempts,
                        const std::vector<Taken>& taken) {
  const std::string wrong = check_events(ring, attempts, taken);
  if (!wrong.empty()) return wrong;
  std::vector<Room> untold;
  for (const Attempt& attempt : attempts) {
    if (attempt.ring == ring && !attempt.stored)
      untold.push_back(room_of(attempt, attempts, taken));
  }
  // Each mark is given those losses that have the least time left to be told.
  std::sort(untold.begin(), untold.end(),
            [](const Room& left, const Room& right) { return left.before < right.before; });
  for (std::size_t i = 0; i < taken.size(); ++i) {
    const std::size_t place = i + 1;
    for (std::uint64_t left = taken[i].lost; left != 0; --left) {
      const auto found = std::find_if(untold.begin(), untold.end(),
                                      [&](const Room& room) { return room.after < place; });
      if (found == untold.end()) return "losses are told before they happen";
      if (found->before < place) return "losses are told too late";
      untold.erase(found);
    }
  }
  return untold.empty() ? "" : "losses are never told";
}

}  // namespace ddireplay::recorder::model
