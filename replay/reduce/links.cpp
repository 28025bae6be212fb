#include "replay/reduce/links.h"

#include <algorithm>
#include <unordered_map>

#include "format/error.h"
#include "replay/binder.h"

namespace ddireplay::replay {

namespace {

bool is_structure(const Step& step) {
  switch (step.op) {
    case Op::image_load:
    case Op::image_attach:
    case Op::image_unload:
    case Op::unload_enter:
    case Op::unload_leave:
    case Op::shutdown_begin:
    case Op::recording_stop:
    case Op::gap:
      return true;
    default:
      return false;
  }
}

// Images come and go at one moment: nothing happens inside.
bool begins_callback(const Step& step) {
  return step.op == Op::callback_enter || step.op == Op::dpc_enter || step.op == Op::unload_enter;
}

// Entries that have not been left.
struct OpenCall {
  format::FunctionId function;
  Item item;
};
using OpenCalls = std::vector<OpenCall>;

// Calls that are recorded at entry only stay open for ever: so many of a thread are looked through.
constexpr std::size_t kOpenMax = 64;

class LinkFinder {
 public:
  explicit LinkFinder(format::TraceReader& trace) : trace_(trace), binder_(trace) {}

  void add(const format::Event& event);
  Links take() { return std::move(links_); }

 private:
  struct Thread {
    OpenCalls callbacks;  // outermost first
    OpenCalls calls;
  };
  void leave(OpenCalls& open, const format::Event& event, Item item);

  format::TraceReader& trace_;
  Binder binder_;
  std::unordered_map<std::uint64_t, Thread> threads_;
  Links links_;
};

void LinkFinder::add(const format::Event& event) {
  if (links_.items() == kNoItem) {
    throw format::Error(trace_.name() +
                        ": too many events to be reduced at once; cut a range out of it first");
  }
  const Item item = static_cast<Item>(links_.items());
  const Step& step = binder_.step(event);
  links_.partner.push_back(kNoItem);
  links_.callback.push_back(kNoItem);
  if (is_structure(step)) links_.structure.push_back(item);
  if (event.function == format::kGap) {
    links_.gaps.push_back(item);
    links_.lost += event.values[0];
    return;
  }
  Thread& thread = threads_[event.thread];
  const bool is_callback = trace_.function(event.function).is_callback();
  OpenCalls& open = is_callback ? thread.callbacks : thread.calls;
  if (event.at_exit()) leave(open, event, item);
  if (!thread.callbacks.empty()) links_.callback[item] = thread.callbacks.back().item;
  if (!event.at_exit() && (!is_callback || begins_callback(step))) {
    if (open.size() == kOpenMax) open.erase(open.begin());
    open.push_back({event.function, item});
  }
  if (step.op == Op::thread_exit) threads_.erase(event.thread);
}

// What was entered inside it and not left never will be.
void LinkFinder::leave(OpenCalls& open, const format::Event& event, Item item) {
  const auto entry = std::find_if(open.rbegin(), open.rend(), [&](const OpenCall& call) {
    return call.function == event.function;
  });
  if (entry == open.rend()) return;
  links_.partner[item] = entry->item;
  links_.partner[entry->item] = item;
  open.erase(entry.base() - 1, open.end());
}

}  // namespace

// Each gap stands in front of the event whose position it has.
Item Links::item_at(std::uint64_t position) const {
  Item item = static_cast<Item>(position - 1);
  for (const Item gap : gaps) {
    if (gap > item) break;
    ++item;
  }
  return item;
}

std::uint64_t Links::position_of(Item item) const {
  const auto behind = std::lower_bound(gaps.begin(), gaps.end(), item);
  return item - static_cast<std::uint64_t>(behind - gaps.begin()) + 1;
}

std::vector<Item> Links::closure(std::span<const Item> items) const {
  std::vector<bool> is_in(this->items());
  std::vector<Item> all;
  const auto add = [&](Item item) {
    if (item == kNoItem || is_in[item]) return;
    is_in[item] = true;
    all.push_back(item);
  };
  for (const Item item : items) add(item);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Item item = all[i];  // `all` may move
    add(partner[item]);
    add(callback[item]);
  }
  std::sort(all.begin(), all.end());
  return all;
}

Links find_links(format::TraceReader& trace, unsigned threads) {
  LinkFinder finder(trace);
  format::EventSource source(trace, {.threads = threads});
  for (auto batch = source.next(); !batch.empty(); batch = source.next()) {
    for (const format::Event& event : batch) finder.add(event);
  }
  return finder.take();
}

}  // namespace ddireplay::replay
