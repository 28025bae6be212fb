#include "tools/diff/normaliser.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "replay/binder.h"
#include "replay/irp_codes.h"
#include "tools/diff/compared_fields.h"
#include "tools/diff/creations.h"
#include "tools/diff/object_table.h"
#include "tools/diff/places.h"
#include "tools/report/text.h"

namespace ddireplay::tools::diff {
namespace {

using format::Event;
using format::Function;
using replay::CallbackKind;
using replay::Op;
using replay::Operand;
using replay::Step;

constexpr std::uint64_t kPnp = 27;
constexpr std::uint64_t kLeastAddress = 0x10000;

// How the events of one function are taken.
struct Plan {
  bool bound = false;
  bool ignored = false;  // says nothing of the driver
  bool is_callback = false;
  bool has_two_events = false;
  std::uint32_t name = 0;
  std::vector<ComparedField> fields;
  int parameter = -1;    // field of a request's first parameter, or -1
  int major = -1;        // field
  int information = -1;  // field that may be a count or an address
};

// A callback that was entered and not left, or a call within one.
struct Frame {
  format::FunctionId function;
  std::uint32_t activity;
  std::uint32_t call;
  bool is_callback;
  std::uint64_t dpc = 0;  // that runs
};

// A call that asked for a callback to be run later.
struct Asked {
  std::uint64_t routine = 0;
  std::uint32_t by = kNone;  // activity
};

struct Thread {
  std::vector<Frame> frames;
  std::unordered_map<std::uint32_t, std::uint32_t> outside;  // activities, by key
};

class Normaliser {
 public:
  Normaliser(format::TraceReader& trace, Symbolizer& symbolizer, Names& names, const Basis& basis)
      : trace_(trace),
        names_(names),
        places_(trace, symbolizer, names, basis),
        binder_(trace),
        has_several_targets_(targets_of(trace).size() > 1) {}

  Recording run() {
    format::EventSource source(trace_);
    for (auto batch = source.next(); !batch.empty(); batch = source.next()) {
      for (const Event& event : batch) take(event);
    }
    for (Activity& activity : recording_.activities) number_locally(activity);
    return std::move(recording_);
  }

 private:
  void take(const Event& event) {
    if (event.function == format::kGap) {
      ++recording_.gaps;
      return;
    }
    const Plan& plan = plan_of(event.function);
    if (plan.ignored) return;
    const Step& step = binder_.step(event);
    Thread& thread = threads_[event.thread];
    ends_something_ = end_of(step).address != 0;
    if (!plan.is_callback) {
      take_call(event, step, plan, thread);
    } else if (event.at_exit()) {
      leave(event, step, plan, thread);
    } else {
      enter(event, step, plan, thread);
    }
    if (step.op == Op::timer_set) note_period(step, thread);
    if (step.op == Op::workitem_queue || step.op == Op::thread_create) note_routine(step, thread);
    if (step.op == Op::thread_exit) thread.frames.clear();
    end(step);
    if (step.op == Op::irp_complete || step.op == Op::irp_free) {
      completed_[step[Operand::irp]] = true;
    }
  }

  const Plan& plan_of(format::FunctionId id) {
    if (id >= plans_.size()) plans_.resize(trace_.function_count());
    Plan& plan = plans_[id];
    if (plan.bound) return plan;
    const Function& function = trace_.function(id);
    const format::DdiRow* row = format::find_ddi(function.name);
    plan.bound = true;
    // How a build lies in memory, and what RAM there is: nothing that the driver did.
    plan.ignored = function.name == "cb:Stopped" || function.name == "cb:ImageSection" ||
                   function.name == "cb:RamRange";
    plan.is_callback = function.is_callback();
    plan.has_two_events = row != nullptr && row->when == format::When::both;
    plan.name = names_.id(function.name);
    plan.fields = compared_fields(function, trace_.header().pointer_bytes);
    plan.major = function.layout.find("Major");
    if (function.name == "cb:Dispatch") plan.parameter = function.layout.find("Parameter1");
    plan.information = function.layout.find("Information");
    return plan;
  }

  // --- Activities -------------------------------------------------------------------------------

  std::uint32_t begin_activity(std::string_view key, std::uint64_t thread) {
    Activity activity;
    activity.key = names_.id(key);
    activity.ordinal = ++recording_.activities_of_key[activity.key];
    activity.thread = thread;
    recording_.activities.push_back(std::move(activity));
    return static_cast<std::uint32_t>(recording_.activities.size() - 1);
  }

  void enter(const Event& event, const Step& step, const Plan& plan, Thread& thread) {
    const std::uint32_t activity = begin_activity(key_of(event, step), event.thread);
    recording_.activities[activity].ticks = is_tick(step);
    if (plan.has_two_events) {
      const std::uint64_t dpc = step.op == Op::dpc_enter ? step[Operand::dpc] : 0;
      thread.frames.push_back({event.function, activity, 0, true, dpc});
    } else {
      recording_.activities[activity].open = false;
    }
    Call& head = add_call(activity, event, plan, CallPart::head);
    head.returned = true;
    const std::uint64_t irp = step[Operand::irp];
    if (irp != 0) receive_irp(irp, activity, head);
    if (step.op == Op::callback_enter &&
        step[Operand::kind] == static_cast<std::uint64_t>(CallbackKind::driver_entry)) {
      const Creation driver{Creation::Storage::lasting, event.values[0], 0, "driver object", ""};
      add_object(driver, activity, head, "driver object");
    }
    set_values(head, event, plan, 0);
  }

  // An entry that was not seen, in front of a gap, has no activity to end.
  void leave(const Event& event, const Step&, const Plan& plan, Thread& thread) {
    auto& frames = thread.frames;
    const auto entered = std::find_if(frames.rbegin(), frames.rend(), [&](const Frame& frame) {
      return frame.is_callback && frame.function == event.function;
    });
    if (entered == frames.rend()) return;
    const std::uint32_t activity = entered->activity;
    frames.erase(std::prev(entered.base()), frames.end());
    Call& tail = add_call(activity, event, plan, CallPart::tail);
    set_values(tail, event, plan, trace_.function(event.function).layout.entry_count);
    recording_.activities[activity].open = false;
  }

  // What a tick has queued is one itself.
  bool is_tick(const Step& step) const {
    if (step.op == Op::dpc_enter) return periodic_.contains(step[Operand::dpc]);
    if (step.op != Op::callback_enter) return false;
    const Asked asked = asked_for(step);
    return static_cast<CallbackKind>(step[Operand::kind]) == CallbackKind::io_timer ||
           (asked.by != kNone && recording_.activities[asked.by].ticks);
  }

  // A timer has a period, or its DPC sets it again.
  void note_period(const Step& step, const Thread& thread) {
    const std::uint64_t dpc = step[Operand::dpc];
    if (dpc == 0) return;
    if (step[Operand::period] != 0) {
      periodic_.insert(dpc);
    } else {
      periodic_.erase(dpc);
    }
    for (const Frame& frame : thread.frames) {
      if (frame.dpc == dpc) recording_.activities[frame.activity].ticks = true;
    }
  }

  std::string key_of(const Event& event, const Step& step) {
    const Function& function = trace_.function(event.function);
    std::string key = has_several_targets_ && function.module != format::kNoModuleId
                          ? module_display_name(trace_.module(function.module).name) + ": "
                          : "";
    const std::uint64_t routine = routine_of(step);
    const Places::Place place = routine == 0 ? Places::Place{} : places_.place(routine);
    key += callback_name(function, event, step);
    if (place.key != 0) key += fmt::format(" {}", names_.text(place.text));
    return key;
  }

  std::string callback_name(const Function& function, const Event& event, const Step& step) const {
    const std::string name = function.name.substr(3);
    if (function.layout.find("Major") < 0) return name;
    const std::uint64_t major = step[Operand::major];
    std::string request(replay::irp_major_name(major));
    if (request.empty()) request = fmt::format("IRP_MJ {:#x}", major);
    if (replay::has_control_code(major)) {
      const int code = function.layout.find("Parameter3");
      if (code >= 0 && name == "Dispatch") {
        request += fmt::format("({:#x})", static_cast<std::uint32_t>(event.values[code]));
      }
    } else if (step[Operand::minor] != 0 || major == kPnp) {
      request += fmt::format(" minor {:#x}", step[Operand::minor]);
    }
    return name == "Dispatch" ? request : fmt::format("{} of {}", name, request);
  }

  // Of the callbacks that are told nothing but an argument the call that asked for them knows it.
  std::uint64_t routine_of(const Step& step) const {
    if (step.op == Op::dpc_enter) return step[Operand::routine];
    return step.op == Op::callback_enter ? asked_for(step).routine : 0;
  }

  Asked asked_for(const Step& step) const {
    const std::uint64_t with =
        step[Operand::address] != 0 ? step[Operand::address] : step[Operand::context];
    const auto known = with == 0 ? asked_.end() : asked_.find(with);
    return known == asked_.end() ? Asked{} : known->second;
  }

  void note_routine(const Step& step, const Thread& thread) {
    const std::uint32_t by = thread.frames.empty() ? kNone : thread.frames.back().activity;
    for (const Operand with : {Operand::address, Operand::context}) {
      if (step[with] != 0) asked_[step[with]] = {step[Operand::routine], by};
    }
  }

  // --- Calls ------------------------------------------------------------------------------------

  void take_call(const Event& event, const Step& step, const Plan& plan, Thread& thread) {
    if (event.at_exit() && plan.has_two_events) {
      if (return_of(event, step, plan, thread)) return;
    }
    const std::uint32_t activity = activity_of(event, thread);
    Call& call = add_call(activity, event, plan, CallPart::call);
    call.returned = event.at_exit() || !plan.has_two_events;
    if (!call.returned) {
      const auto number =
          static_cast<std::uint32_t>(recording_.activities[activity].calls.size() - 1);
      thread.frames.push_back({event.function, activity, number, false});
    }
    create(event, step, activity, call);
    set_values(call, event, plan, 0);
  }

  // The event at return completes the call that was entered. False: that was not seen.
  bool return_of(const Event& event, const Step& step, const Plan& plan, Thread& thread) {
    auto& frames = thread.frames;
    const auto entered = std::find_if(frames.rbegin(), frames.rend(), [&](const Frame& frame) {
      return frame.is_callback || frame.function == event.function;
    });
    if (entered == frames.rend() || entered->is_callback) return false;
    const Frame frame = *entered;
    frames.erase(std::prev(entered.base()), frames.end());
    Call& call = recording_.activities[frame.activity].calls[frame.call];
    call.returned = true;
    call.raised = event.raised();
    create(event, step, frame.activity, call);
    add_returned_values(call, event, plan);
    return true;
  }

  std::uint32_t activity_of(const Event& event, Thread& thread) {
    if (!thread.frames.empty()) return thread.frames.back().activity;
    const format::ModuleId driver = trace_.function(event.function).module;
    const Places::Caller entrance = places_.entrance(event.stack, driver);
    const std::string key =
        entrance.key == 0 ? "calls outside of callbacks" : "calls in " + names_.text(entrance.text);
    const auto [place, is_new] = thread.outside.try_emplace(names_.id(key));
    if (is_new) {
      place->second = begin_activity(key, event.thread);
      recording_.activities[place->second].open = false;
    }
    return place->second;
  }

  Call& add_call(std::uint32_t activity, const Event& event, const Plan& plan, CallPart part) {
    Call& call = recording_.activities[activity].calls.emplace_back();
    call.position = event.position;
    call.function = event.function;
    call.stack = event.stack;
    call.name = plan.name;
    call.part = part;
    call.raised = event.raised();
    call.first_object = static_cast<std::uint32_t>(recording_.objects.size());
    if (part == CallPart::call) {
      const Places::Caller caller =
          places_.caller(event.stack, trace_.function(event.function).module);
      call.caller = caller.key;
      call.caller_text = caller.text;
      ++recording_.calls;
    }
    return call;
  }

  // --- Values -----------------------------------------------------------------------------------

  void set_values(Call& call, const Event& event, const Plan& plan, unsigned from) {
    call.first_value = static_cast<std::uint32_t>(recording_.values.size());
    for (const ComparedField& field : plan.fields) {
      if (field.field < from || field.field >= event.value_count) continue;
      add_value(event, plan, field);
    }
    call.value_count = static_cast<std::uint8_t>(recording_.values.size() - call.first_value);
  }

  // What was given stays what it was at entry: it may be gone by now.
  void add_returned_values(Call& call, const Event& event, const Plan& plan) {
    const std::uint32_t given = call.first_value;
    const std::uint8_t count = call.value_count;
    set_values(call, event, plan, trace_.function(event.function).layout.entry_count);
    const std::vector<Value> returned(recording_.values.begin() + call.first_value,
                                      recording_.values.end());
    recording_.values.resize(call.first_value);
    for (std::uint32_t i = 0; i < count; ++i) {
      const Value value = recording_.values[given + i];
      recording_.values.push_back(value);
    }
    recording_.values.insert(recording_.values.end(), returned.begin(), returned.end());
    call.value_count = static_cast<std::uint8_t>(count + returned.size());
  }

  void add_value(const Event& event, const Plan& plan, const ComparedField& field) {
    Value value;
    value.raw = event.values[field.field] & field.mask;
    value.field = field.field;
    value.kind = field.kind;
    if (plan.parameter >= 0 && field.field >= plan.parameter && field.field < plan.parameter + 3 &&
        plan.major >= 0) {
      value.raw &= parameter_mask(event.values[plan.major],
                                  static_cast<unsigned>(field.field - plan.parameter));
    }
    const bool is_pnp =
        plan.information == field.field && plan.major >= 0 && event.values[plan.major] == kPnp;
    if ((field.may_be_address || is_pnp) && value.raw >= kLeastAddress) {
      value.kind = ValueKind::reference;
    }
    if (value.kind == ValueKind::reference && value.raw != 0) {
      value.object = object_at(value.raw, event, field.field);
    }
    recording_.values.push_back(value);
  }

  // --- Objects ----------------------------------------------------------------------------------

  std::uint32_t object_at(std::uint64_t value, const Event& event, std::uint8_t field) {
    const format::Kind kind = trace_.function(event.function).layout.fields[field].kind;
    if (kind == format::Kind::handle) return objects_.find_handle(value);
    const ObjectTable::Found found = objects_.find(value);
    const bool is_over = found.frame != kNone && !recording_.activities[found.frame].open;
    if (found.object != kNone && !is_over) return found.object;
    const std::uint32_t gone = ends_something_ ? objects_.find_gone(value) : kNone;
    return gone != kNone ? gone : place_at(value);
  }

  std::uint32_t place_at(std::uint64_t address) {
    const auto [known, is_new] = image_places_.try_emplace(address, kNone);
    if (!is_new) return known->second;
    const Places::Place place = places_.place(address);
    if (place.text == 0) return kNone;
    Object object;
    object.phrase = place.text;
    object.place = place.key;
    object.address = address;
    recording_.objects.push_back(object);
    known->second = static_cast<std::uint32_t>(recording_.objects.size() - 1);
    return known->second;
  }

  void create(const Event& event, const Step& step, std::uint32_t activity, Call& call) {
    if (event.raised()) return;
    const Function& function = trace_.function(event.function);
    const Creation creation = creation_of(step, function);
    if (creation.storage == Creation::Storage::none) return;
    const std::string by = call.caller_text != 0 ? names_.text(call.caller_text) : function.name;
    add_object(creation, activity, call,
               fmt::format("{} that {} {}", creation.noun, by, creation.verb));
    if (step.op == Op::handle_reference) referenced_.insert(creation.address);
    const std::uint64_t extension = step[Operand::extension];
    if (step.op == Op::device_create && extension != 0) {
      add_object({Creation::Storage::memory, extension, creation.size, "device extension", ""},
                 activity, call, fmt::format("extension of a device that {} created", by));
    }
    if (step.op == Op::irp_make || step.op == Op::irp_initialize) {
      completed_[creation.address] = false;
    }
  }

  // Behind the values of the call: it is told what it was given.
  void end(const Step& step) {
    const End end = end_of(step);
    if (end.is_handle) objects_.forget_handle(end.address);
    if (end.address != 0 && !end.is_handle) objects_.forget(end.address);
    if (end.extension != 0) objects_.forget(end.extension);
    // Whether this was the last reference to it nobody knows.
    if (step.op == Op::object_dereference && referenced_.erase(step[Operand::address]) != 0) {
      objects_.forget(step[Operand::address]);
    }
  }

  // A request that is on its way already, through another driver of the recording, is not a new
  // one.
  void receive_irp(std::uint64_t irp, std::uint32_t activity, Call& head) {
    const auto known = completed_.find(irp);
    const bool is_alive = known != completed_.end() && !known->second;
    const bool is_request = head.name == names_.id("cb:Dispatch");
    if (is_alive || !is_request) return;
    const Activity& of = recording_.activities[activity];
    add_object({Creation::Storage::lasting, irp, 0, "IRP", ""}, activity, head,
               fmt::format("IRP of {}", names_.text(of.key)));
    completed_[irp] = false;
  }

  void add_object(const Creation& creation, std::uint32_t activity, Call& call,
                  const std::string& phrase) {
    const auto id = static_cast<std::uint32_t>(recording_.objects.size());
    switch (creation.storage) {
      case Creation::Storage::none:
        return;
      case Creation::Storage::memory:
        objects_.add_memory(creation.address, creation.size, id);
        break;
      case Creation::Storage::structure:
        objects_.add_structure(creation.address, id, activity);
        break;
      case Creation::Storage::lasting:
        objects_.add_structure(creation.address, id, kNone);
        break;
      case Creation::Storage::handle:
        objects_.add_handle(creation.address, id);
        objects_.add_structure(creation.address, id, kNone);
        break;
    }
    Object object;
    object.activity = activity;
    object.phrase = names_.id(phrase);
    object.ordinal = ++ordinals_[object.phrase];
    object.address = creation.address;
    recording_.objects.push_back(object);
    // Calls within a call may have made objects since it was entered.
    if (call.object_count == 0) call.first_object = id;
    ++call.object_count;
  }

  void number_locally(Activity& activity) {
    local_ordinals_.clear();
    for (const Call& call : activity.calls) {
      for (std::uint32_t i = 0; i < call.object_count; ++i) {
        Object& object = recording_.objects[call.first_object + i];
        object.local_ordinal = ++local_ordinals_[object.phrase];
      }
    }
  }

  format::TraceReader& trace_;
  Names& names_;
  Places places_;
  replay::Binder binder_;
  bool has_several_targets_;
  Recording recording_;
  std::vector<Plan> plans_;  // by function
  std::unordered_map<std::uint64_t, Thread> threads_;
  ObjectTable objects_;
  bool ends_something_ = false;                   // the event that is being taken
  std::unordered_set<std::uint64_t> referenced_;  // objects, by address
  std::unordered_map<std::uint64_t, std::uint32_t> image_places_;
  std::unordered_map<std::uint64_t, Asked> asked_;             // by work item or context
  std::unordered_set<std::uint64_t> periodic_;                 // DPCs of timers with a period
  std::unordered_map<std::uint64_t, bool> completed_;          // requests, by address
  std::unordered_map<std::uint32_t, std::uint32_t> ordinals_;  // by phrase
  std::unordered_map<std::uint32_t, std::uint32_t> local_ordinals_;
};

}  // namespace

Recording normalise(format::TraceReader& trace, Symbolizer& symbolizer, Names& names,
                    const Basis& basis) {
  return Normaliser(trace, symbolizer, names, basis).run();
}

std::vector<format::ModuleId> targets_of(const format::TraceReader& trace) {
  std::vector<format::ModuleId> targets;
  for (format::ModuleId id = 0; id < trace.module_count(); ++id) {
    if (trace.module(id).is_target) targets.push_back(id);
  }
  return targets;
}

}  // namespace ddireplay::tools::diff
