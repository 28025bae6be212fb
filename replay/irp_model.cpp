#include "replay/irp_model.h"

#include <algorithm>
#include <vector>

#include "replay/by_thread.h"
#include "replay/irp_codes.h"
#include "replay/nt_status.h"
#include "replay/object_tree.h"
#include "replay/recent_map.h"

namespace ddireplay::replay {

namespace {

constexpr std::uint32_t kMoreProcessing = 0xc0000016;
constexpr std::uint64_t kLocationBytes = 0x48;
constexpr std::uint64_t kInvokes = 0xe0;    // SL_INVOKE_ON_...
constexpr std::size_t kOpenTurnsMax = 256;  // of one thread: more means that returns are missing

// What a thread is in the midst of, innermost last: dispatch routines, and calls that send.
struct Open {
  std::uint64_t irp;
  std::uint64_t turn;  // entry of the dispatch turn; 0: the maker's
  std::uint64_t position;
  bool is_send;
};

struct Doing {
  std::vector<Open> open;

  bool idle() const { return open.empty(); }
};

std::uint32_t low(std::uint64_t value) { return static_cast<std::uint32_t>(value); }

bool is_above(const IrpTurn& turn, const Step& step) {
  return turn.location != 0 && step[Operand::location] > turn.location;
}

// The step shows the driver's own mark: in the stack location that its dispatch routine was given,
// and had no mark then.
bool is_marked_by(const IrpTurn& turn, const Step& step) {
  return turn.location != 0 && step[Operand::location] == turn.location && !turn.was_marked &&
         is_marked_pending(step[Operand::control]);
}

}  // namespace

struct IrpModel::State {
  ObjectTree<Irp> irps{1};
  RecentMap<IrpTurn> turns;  // of dispatch routines, by their entry
  ByThread<Doing> threads;

  Irp& begin_life(std::uint64_t address);
  IrpTurn* turn_of(Irp& irp);
  bool is_beneath(Irp& irp, const Step& step);
  void detach_turns(Irp& irp);
  void drop_turn(std::uint64_t entry);
  void erase(std::uint64_t address);

  void enter_dispatch(const Step& step);
  void leave_dispatch(const Step& step);
  void enter_completion(const Step& step);
  void leave_completion(const Step& step);
  void send(const Step& step);
  void send_returned(const Step& step);
  void complete(const Step& step);
  void let_go(Irp& irp, IrpTurn& turn, IrpTurn::State how);
  void make(const Step& step, IrpMaker maker);
  void reuse(const Step& step);
  void free(const Step& step);
  void register_routine(const Step& step);
  void open(const Step& step, const Open& what);
  void end_thread(std::uint64_t thread);
};

// Whatever was known of that memory is gone.
Irp& IrpModel::State::begin_life(std::uint64_t address) {
  Irp& irp = irps.at(address);
  detach_turns(irp);
  static_cast<Irp&>(irp) = Irp{};
  irp.address = address;
  return irp;
}

// Turns whose routine still runs stay until it returns: what they did with the request is asked
// then.
void IrpModel::State::detach_turns(Irp& irp) {
  for (std::uint64_t entry = irp.innermost; entry != 0;) {
    IrpTurn* const turn = turns.find(entry);
    if (turn == nullptr) break;
    const std::uint64_t upper = turn->upper;
    if (turn->state != IrpTurn::State::completed) turn->state = IrpTurn::State::over;
    drop_turn(entry);
    entry = upper;
  }
  irp.innermost = 0;
}

void IrpModel::State::drop_turn(std::uint64_t entry) {
  const IrpTurn* const turn = turns.find(entry);
  if (turn == nullptr) return;
  const Doing* const thread = threads.find(turn->begun.thread);
  const bool is_running =
      thread != nullptr && std::ranges::any_of(thread->open, [&](const Open& open) {
        return !open.is_send && open.position == entry;
      });
  if (!is_running) turns.erase(entry);
}

void IrpModel::State::erase(std::uint64_t address) {
  irps.erase_in(address, address + 1, [&](Irp& irp) {
    detach_turns(irp);
    return true;
  });
}

IrpTurn* IrpModel::State::turn_of(Irp& irp) {
  if (irp.gone()) return nullptr;
  if (irp.innermost == 0) return irp.maker == IrpMaker::received ? nullptr : &irp.own;
  return turns.find(irp.innermost);
}

// A driver beneath the one that sent it is given the request, not a new one in its place.
bool IrpModel::State::is_beneath(Irp& irp, const Step& step) {
  const IrpTurn* sender = turn_of(irp);
  if (sender == nullptr || sender->state != IrpTurn::State::sent) return false;
  if (sender->sent_returned && sender->lower_result != kStatusPending) return false;
  const std::uint64_t location = step[Operand::location];
  for (std::uint64_t entry = irp.innermost; entry != 0;) {
    const IrpTurn* const turn = turns.find(entry);
    if (turn == nullptr) break;
    if (turn->device == step[Operand::device]) return false;
    // Those below never have a location above.
    if (location > turn->location + (turn->skipped ? 0 : -kLocationBytes)) return false;
    entry = turn->upper;
  }
  return true;
}

void IrpModel::State::enter_dispatch(const Step& step) {
  const std::uint64_t address = step[Operand::irp];
  if (address == 0) return;
  Irp* irp = irps.find(address);
  if (irp == nullptr || !is_beneath(*irp, step)) {
    irp = &begin_life(address);
    irp->maker = IrpMaker::received;
  }
  IrpTurn turn;
  turn.irp = address;
  turn.upper = irp->innermost;
  turn.driver = step.driver;
  turn.device = step[Operand::device];
  turn.location = step[Operand::location];
  turn.major = static_cast<std::uint8_t>(step[Operand::major]);
  turn.minor = static_cast<std::uint8_t>(step[Operand::minor]);
  turn.status = low(step[Operand::status]);
  turn.parameters[0] = step[Operand::parameter1];
  turn.parameters[1] = step[Operand::parameter2];
  turn.parameters[2] = step[Operand::parameter3];
  turn.upper_routine = step[Operand::completion];
  turn.upper_context = step[Operand::context];
  turn.was_marked = is_marked_pending(step[Operand::control]);
  turn.stack_pointer = step[Operand::stack_pointer];
  turn.begun = step.moment();
  const std::uint64_t entry = step.event->position;
  turns[entry] = turn;
  irp->innermost = entry;
  open(step, {address, entry, entry, false});
}

void IrpModel::State::leave_dispatch(const Step& step) {
  Doing* const thread = threads.find(step.event->thread);
  if (thread == nullptr) return;
  std::vector<Open>& open = thread->open;
  const auto left = std::find_if(open.rbegin(), open.rend(), [&](const Open& one) {
    return !one.is_send && one.irp == step[Operand::irp];
  });
  if (left == open.rend()) return;
  const std::uint64_t entry = left->position;
  open.erase(std::prev(left.base()), open.end());
  const IrpTurn* const turn = turns.find(entry);
  if (turn == nullptr) return;
  const Irp* irp = irps.find(turn->irp);
  const bool is_over =
      turn->state == IrpTurn::State::completed || turn->state == IrpTurn::State::over;
  // A request that is pending stays the driver's when the routine has returned.
  if (is_over || irp == nullptr || irp->gone()) turns.erase(entry);
}

void IrpModel::State::enter_completion(const Step& step) {
  Irp* irp = irps.find(step[Operand::irp]);
  if (irp == nullptr || irp->gone()) return;
  const std::uint64_t device = step[Operand::device];
  // What lies beneath the device has been completed.
  std::uint64_t entry = irp->innermost;
  while (entry != 0) {
    IrpTurn* const turn = turns.find(entry);
    if (turn == nullptr || turn->device == device) break;
    const std::uint64_t upper = turn->upper;
    // Of a device that nobody was given it for: whose turn it is the stack location tells.
    if (device != 0 && upper == 0 && !is_above(*turn, step)) break;
    turn->state = IrpTurn::State::over;
    drop_turn(entry);
    entry = upper;
  }
  irp->innermost = entry;
  IrpTurn* turn = turn_of(*irp);
  if (turn == nullptr) return;
  turn->state = IrpTurn::State::back;
  turn->came_back = step.moment();
  turn->back_status = low(step[Operand::status]);
  turn->back_marked = is_marked_by(*turn, step);
  turn->kept = false;
}

void IrpModel::State::leave_completion(const Step& step) {
  Irp* irp = irps.find(step[Operand::irp]);
  if (irp == nullptr || irp->gone()) return;
  IrpTurn* turn = turn_of(*irp);
  // It may have been sent, completed or freed within the routine.
  if (turn == nullptr || turn->state != IrpTurn::State::back) return;
  if (low(step[Operand::result]) == kMoreProcessing) {
    turn->kept = true;
    return;
  }
  turn->back_marked = turn->back_marked && is_marked_by(*turn, step);
  let_go(*irp, *turn, IrpTurn::State::over);
}

// The turn is over, and the request goes on upwards.
void IrpModel::State::let_go(Irp& irp, IrpTurn& turn, IrpTurn::State how) {
  turn.state = how;
  const std::uint64_t entry = irp.innermost;
  if (entry == 0) return erase(irp.address);
  irp.innermost = turn.upper;
  drop_turn(entry);
  if (irp.innermost == 0 && irp.maker == IrpMaker::received) erase(irp.address);
}

void IrpModel::State::send(const Step& step) {
  const std::uint64_t address = step[Operand::irp];
  if (address == 0) return;
  Irp* irp = irps.find(address);
  if (irp == nullptr || irp->gone()) {
    irp = &begin_life(address);
    irp->own.irp = address;
    irp->own.driver = step.driver;
  }
  IrpTurn* turn = turn_of(*irp);
  if (turn == nullptr) return;
  turn->state = IrpTurn::State::sent;
  turn->sent = step.moment();
  turn->sent_returned = false;
  turn->skipped = turn->location != 0 && step[Operand::location] == turn->location + kLocationBytes;
  turn->has_routine =
      !turn->skipped && step[Operand::completion] != 0 && (step[Operand::control] & kInvokes) != 0;
  turn->routine = step[Operand::completion];
  turn->was_registered = turn->routine_registered.seen();
  turn->marked_at_send =
      turn->skipped && !turn->was_marked && is_marked_pending(step[Operand::control]);
  ++turn->sends;
  turn->routine_refused = {};
  turn->routine_registered = {};
  open(step, {address, irp->innermost, step.event->position, true});
}

void IrpModel::State::send_returned(const Step& step) {
  Doing* const thread = threads.find(step.event->thread);
  if (thread == nullptr) return;
  std::vector<Open>& open = thread->open;
  const auto found = std::find_if(open.rbegin(), open.rend(), [&](const Open& one) {
    return one.is_send && one.irp == step[Operand::irp];
  });
  if (found == open.rend()) return;
  const Open send = *found;
  open.erase(std::prev(found.base()), open.end());

  Irp* irp = irps.find(send.irp);
  IrpTurn* turn = nullptr;
  if (send.turn != 0) {
    turn = turns.find(send.turn);
  } else if (irp != nullptr && !irp->gone()) {
    turn = &irp->own;
  }
  // Sent again since, from its completion routine: then this is no news of it.
  if (turn == nullptr || turn->sent.position != send.position) return;
  turn->sent_returned = true;
  turn->lower_result = low(step[Operand::result]);
  const bool is_done = turn->lower_result != kStatusPending && turn->state == IrpTurn::State::sent;
  if (!is_done) return;
  turn->state = IrpTurn::State::over;
  const bool is_innermost = irp != nullptr && !irp->gone() && turn_of(*irp) == turn;
  if (is_innermost) let_go(*irp, *turn, IrpTurn::State::over);
}

void IrpModel::State::complete(const Step& step) {
  const std::uint64_t address = step[Operand::irp];
  if (address == 0) return;
  Irp* irp = irps.find(address);
  if (irp == nullptr) irp = &begin_life(address);
  IrpTurn* turn = turn_of(*irp);
  const std::uint64_t entry = irp->innermost;
  if (turn != nullptr) {
    turn->state = IrpTurn::State::completed;
    turn->completed = step.moment();
    turn->completed_status = low(step[Operand::status]);
    if (step[Operand::location] == turn->location && !turn->was_marked) {
      turn->completed_marked = is_marked_pending(step[Operand::control]);
    }
    irp->innermost = turn->upper;
  }
  const bool had_turn = turn != nullptr && entry != 0;
  if (had_turn) drop_turn(entry);
  // Above there may be a driver that gets it back.
  if (irp->innermost != 0 || (had_turn && irp->maker != IrpMaker::received)) return;
  irp->completed = step.moment();
}

void IrpModel::State::make(const Step& step, IrpMaker maker) {
  const std::uint64_t address = step[Operand::irp];
  if (address == 0) return;
  Irp& irp = begin_life(address);
  irp.maker = maker;
  irp.driver = step.driver;
  irp.made = step.moment();
  irp.own.irp = address;
  irp.own.driver = step.driver;
  irp.own.begun = step.moment();
}

// It is as new, and whose it was it stays.
void IrpModel::State::reuse(const Step& step) {
  Irp* irp = irps.find(step[Operand::irp]);
  if (irp == nullptr || irp->gone() || irp->innermost != 0) return;
  IrpTurn turn;
  turn.irp = irp->address;
  turn.driver = irp->own.driver;
  turn.begun = irp->own.begun;
  irp->own = turn;
}

// What is known of its life stays, for whoever takes it for a live one.
void IrpModel::State::free(const Step& step) {
  const std::uint64_t address = step[Operand::irp];
  if (address == 0) return;
  Irp* irp = irps.find(address);
  if (irp == nullptr) {
    irp = &begin_life(address);
    irp->driver = step.driver;
  }
  if (irp->freed.seen()) return;
  detach_turns(*irp);
  irp->completed = {};
  irp->freed = step.moment();
}

void IrpModel::State::register_routine(const Step& step) {
  Irp* irp = irps.find(step[Operand::irp]);
  IrpTurn* turn = irp == nullptr ? nullptr : turn_of(*irp);
  if (turn == nullptr) return;
  const bool is_refused = is_error(step[Operand::result]);
  turn->routine_refused = is_refused ? step.moment() : Moment{};
  turn->routine_registered = is_refused ? Moment{} : step.moment();
}

void IrpModel::State::open(const Step& step, const Open& what) {
  std::vector<Open>& opened = threads.at(step.event->thread).open;
  if (opened.size() == kOpenTurnsMax) opened.clear();
  opened.push_back(what);
}

void IrpModel::State::end_thread(std::uint64_t thread) { threads.erase(thread); }

IrpModel::IrpModel() : state_(std::make_unique<State>()) {}
IrpModel::~IrpModel() = default;

std::span<const Op> IrpModel::operations() const {
  using enum Op;
  static constexpr Op kOperations[] = {callback_enter, callback_leave, thread_exit,  irp_call,
                                       irp_call_done,  irp_complete,   irp_make,     irp_initialize,
                                       irp_reuse,      irp_free,       irp_register, pool_free};
  return kOperations;
}

void IrpModel::apply(const Step& step) {
  const auto callback = static_cast<CallbackKind>(step[Operand::kind]);
  switch (step.op) {
    case Op::callback_enter:
      if (callback == CallbackKind::dispatch) state_->enter_dispatch(step);
      if (callback == CallbackKind::completion) state_->enter_completion(step);
      return;
    case Op::callback_leave:
      if (callback == CallbackKind::dispatch) state_->leave_dispatch(step);
      if (callback == CallbackKind::completion) state_->leave_completion(step);
      return;
    case Op::thread_exit:
      return state_->end_thread(step.event->thread);
    case Op::irp_call:
      return state_->send(step);
    case Op::irp_call_done:
      return state_->send_returned(step);
    case Op::irp_complete:
      return state_->complete(step);
    case Op::irp_make:
      return state_->make(step, static_cast<IrpMaker>(step[Operand::kind]));
    case Op::irp_initialize: {
      const Irp* known = state_->irps.find(step[Operand::irp]);
      const bool is_allocated = known != nullptr && !known->gone() && known->is_allocated();
      return is_allocated ? state_->reuse(step) : state_->make(step, IrpMaker::own_memory);
    }
    case Op::irp_reuse:
      return state_->reuse(step);
    case Op::irp_free:
      return state_->free(step);
    case Op::pool_free:
      return state_->erase(step[Operand::address]);
    case Op::irp_register:
      return state_->register_routine(step);
    default:
      return;
  }
}

// An IRP that is embedded in memory of the driver goes with it.
void IrpModel::forget(std::uint64_t begin, std::uint64_t end) {
  state_->irps.erase_in(begin, end, [this](Irp& irp) {
    state_->detach_turns(irp);
    return true;
  });
}

void IrpModel::count_objects_in(ObjectPages& pages) { state_->irps.count_in(pages); }

void IrpModel::lose_track() {
  state_->irps.erase_in(0, ~std::uint64_t{0}, [](const Irp&) { return true; });
  state_->turns.clear();
  state_->threads.clear();
}

const Irp* IrpModel::find(std::uint64_t address) const { return state_->irps.find(address); }

const IrpTurn* IrpModel::turn(std::uint64_t address) const {
  Irp* irp = state_->irps.find(address);
  return irp == nullptr ? nullptr : state_->turn_of(*irp);
}

const IrpTurn* IrpModel::of_frame(std::uint64_t entered) const {
  return state_->turns.find(entered);
}

}  // namespace ddireplay::replay
