#include "replay/object_model.h"

#include <deque>
#include <iterator>

#include "replay/object_tree.h"

namespace ddireplay::replay {

namespace {

using enum ObjectKind;
using Tree = ObjectTree<LifetimeObject>;

constexpr std::uint64_t kForever = ~std::uint64_t{0};
// Ended objects that are kept, of all kinds. A driver that maps and unmaps for ever makes many.
constexpr std::size_t kMaxEnded = 65536;

constexpr ObjectKindRow kKinds[] = {
    {lookaside_list, "lookaside list", 0x80, false},
    {etw_registration, "ETW registration", 0, false},
    {wmi_callback, "WMI callback", 0, false},
    {wmi_device, "WMI registration", 0, true},
    {queue, "queue", 0x40, false},
    {device_queue, "device queue", 0x28, false},
    {ex_timer, "EX_TIMER", 0, false},
    {io_timer, "I/O timer", 0, true},
    {interrupt, "connected interrupt", 0, false},
    {registry_callback, "registry callback", 0, false},
    {object_callbacks, "object callback registration", 0, false},
    {callback, "callback registration", 0, false},
    {bug_check_callback, "bug check callback", 0, false},
    {bug_check_reason_callback, "bug check reason callback", 0, false},
    {nmi_callback, "NMI callback", 0, false},
    {plug_and_play_notification, "plug and play notification", 0, false},
    {shutdown_notification, "shutdown notification", 0, true},
    {power_setting_callback, "power setting callback", 0, false},
    {process_notification, "process notification", 0, false},
    {thread_notification, "thread notification", 0, false},
    {image_notification, "image notification", 0, false},
    {io_space, "I/O space mapping", 0, false},
};
static_assert(std::size(kKinds) == kObjectKindCount);
constexpr bool kinds_are_in_order() {
  for (std::size_t i = 0; i < std::size(kKinds); ++i) {
    if (static_cast<std::size_t>(kKinds[i].kind) != i) return false;
  }
  return true;
}
static_assert(kinds_are_in_order());

// Those that are structures in memory: all that a free or an allocation has to look at.
constexpr ObjectKind kEmbedded[] = {lookaside_list, queue, device_queue};
constexpr bool embedded_are_complete() {
  std::size_t count = 0;
  for (const ObjectKindRow& row : kKinds) count += row.most_bytes != 0;
  return count == std::size(kEmbedded);
}
static_assert(embedded_are_complete());

}  // namespace

const ObjectKindRow& object_kind(ObjectKind kind) { return kKinds[static_cast<std::size_t>(kind)]; }

struct ObjectModel::State {
  std::deque<Tree> trees;  // by kind
  std::size_t ended = 0;

  State() {
    for (const ObjectKindRow& row : kKinds)
      trees.emplace_back(row.most_bytes == 0 ? 1 : row.most_bytes);
  }
  Tree& of(std::uint64_t kind) { return trees[kind]; }
  void create(const Step& step);
  void end(ObjectKind kind, std::uint64_t key, const Step& step);
  void change_entries(const Step& step, int by);
  void forget_ended();
  template <class Predicate>
  void erase_all(Predicate erase);
};

void ObjectModel::State::create(const Step& step) {
  const std::uint64_t key = step[Operand::address];
  if (key == 0) return;
  LifetimeObject& object = of(step[Operand::kind]).at(key);
  object.kind = static_cast<ObjectKind>(step[Operand::kind]);
  object.bytes = step[Operand::size];
  object.routine = step[Operand::routine];
  object.entries = 0;
  object.live = true;
  object.driver = step.driver;
  object.created = step.moment();
  object.ended = {};
}

void ObjectModel::State::end(ObjectKind kind, std::uint64_t key, const Step& step) {
  LifetimeObject* object = of(static_cast<std::uint64_t>(kind)).find(key);
  if (object == nullptr || !object->live) return;
  object->live = false;
  object->ended = step.moment();
  if (++ended > kMaxEnded) forget_ended();
}

// An entry may be seen to go before the call that brought it returns: the sum is what counts.
void ObjectModel::State::change_entries(const Step& step, int by) {
  if (step[Operand::result] == 0) return;
  const auto kind = static_cast<std::uint64_t>(device_queue);
  if (LifetimeObject* object = of(kind).find(step[Operand::address])) object->entries += by;
}

template <class Predicate>
void ObjectModel::State::erase_all(Predicate erase) {
  for (Tree& tree : trees) tree.erase_in(0, kForever, erase);
}

void ObjectModel::State::forget_ended() {
  ended = 0;
  erase_all([](const LifetimeObject& object) { return !object.live; });
}

ObjectModel::ObjectModel() : state_(std::make_unique<State>()) {}
ObjectModel::~ObjectModel() = default;

std::span<const Op> ObjectModel::operations() const {
  using enum Op;
  static constexpr Op kOperations[] = {object_create,       object_end,    device_queue_insert,
                                       device_queue_remove, device_delete, image_unload};
  return kOperations;
}

void ObjectModel::apply(const Step& step) {
  State& state = *state_;
  switch (step.op) {
    case Op::object_create:
      return state.create(step);
    case Op::object_end:
      return state.end(static_cast<ObjectKind>(step[Operand::kind]), step[Operand::address], step);
    case Op::device_queue_insert:
      return state.change_entries(step, 1);
    case Op::device_queue_remove:
      return state.change_entries(step, -1);
    case Op::device_delete:
      for (const ObjectKindRow& row : kKinds) {
        if (row.of_device) state.end(row.kind, step[Operand::address], step);
      }
      return;
    case Op::image_unload:
      return state.erase_all(
          [&](const LifetimeObject& object) { return object.driver == step.driver; });
    default:
      return;
  }
}

void ObjectModel::forget(std::uint64_t begin, std::uint64_t end) {
  for (const ObjectKind kind : kEmbedded) {
    state_->of(static_cast<std::uint64_t>(kind))
        .erase_in(begin, end, [&](const LifetimeObject& object) {
          return object.address + object.bytes > begin;
        });
  }
}

void ObjectModel::count_objects_in(ObjectPages& pages) {
  for (const ObjectKind kind : kEmbedded) {
    state_->of(static_cast<std::uint64_t>(kind)).count_in(pages);
  }
}

const LifetimeObject* ObjectModel::find(ObjectKind kind, std::uint64_t key) const {
  return state_->of(static_cast<std::uint64_t>(kind)).find(key);
}

void ObjectModel::for_each_in(ObjectKind kind, std::uint64_t begin, std::uint64_t end,
                              FunctionRef<void(const LifetimeObject&)> visit) const {
  state_->of(static_cast<std::uint64_t>(kind))
      .for_each_in(begin, end, [&](const LifetimeObject& object) {
        if (object.live && object.address + object.bytes > begin) visit(object);
      });
}

void ObjectModel::for_each(ObjectKind kind, FunctionRef<void(const LifetimeObject&)> visit) const {
  state_->of(static_cast<std::uint64_t>(kind)).for_each([&](const LifetimeObject& object) {
    if (object.live) visit(object);
  });
}

}  // namespace ddireplay::replay
