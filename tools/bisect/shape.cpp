#include "tools/bisect/shape.h"

#include "replay/finding_collector.h"

namespace ddireplay::tools::bisect {
namespace {

using replay::Op;
using replay::Operand;
using replay::Role;

constexpr Op kAllocations[] = {Op::pool_allocate,       Op::pool_receive, Op::string_allocate,
                               Op::contiguous_allocate, Op::mdl_allocate, Op::workitem_allocate};
constexpr Op kFrees[] = {Op::pool_free, Op::string_free, Op::contiguous_free, Op::mdl_free,
                         Op::workitem_free};
constexpr Life kBlocks = {"block", "freed", kAllocations, kFrees};

constexpr Op kCreations[] = {Op::object_create};
constexpr Op kObjectEnds[] = {Op::object_end};
constexpr Life kObjects = {"object", "ended", kCreations, kObjectEnds};

constexpr Op kDeviceCreations[] = {Op::device_create};
constexpr Op kDeviceEnds[] = {Op::device_delete};
constexpr Life kDevices = {"device", "deleted", kDeviceCreations, kDeviceEnds};

constexpr Op kPageLocks[] = {Op::mdl_lock};
constexpr Op kPageUnlocks[] = {Op::mdl_unlock};
constexpr Life kPages = {"MDL", "unlocked", kPageLocks, kPageUnlocks};

constexpr Op kMaps[] = {Op::mdl_map};
constexpr Op kUnmaps[] = {Op::mdl_unmap};
constexpr Life kMappings = {"MDL", "unmapped", kMaps, kUnmaps};

constexpr Op kTimerSets[] = {Op::timer_set};
constexpr Op kTimerEnds[] = {Op::timer_cancel};
constexpr Life kTimers = {"timer", "cancelled", kTimerSets, kTimerEnds};

constexpr Op kAcquisitions[] = {Op::lock_acquire};
constexpr Op kReleases[] = {Op::lock_release};
constexpr Life kLocks = {.noun = "lock",
                         .ended = "released",
                         .begins = kAcquisitions,
                         .ends = kReleases,
                         .by_thread = true};

constexpr Op kOpens[] = {Op::handle_open};
constexpr Op kCloses[] = {Op::handle_close};
constexpr Life kHandles = {"handle", "closed", kOpens, kCloses, Operand::handle};

constexpr Op kReferences[] = {Op::object_reference};
constexpr Op kDereferences[] = {Op::object_dereference};
constexpr Life kReferenced = {"reference", "given back", kReferences, kDereferences};

constexpr Op kDispatches[] = {Op::callback_enter};
constexpr Op kCompletions[] = {Op::irp_complete};
constexpr Life kRequests = {"request", "completed", kDispatches, kCompletions, Operand::irp};

constexpr Life kQueued = {"queued object", "run or removed", {}, {}};
constexpr Life kThreads = {"thread", "ended", {}, {}};

constexpr RuleShape kShapes[] = {
    {"C4:62", Shape::left_over, Role::allocated, &kBlocks},
    {"C7:lookaside C7:queue C7:object C4:DA C4:DB C4:DD", Shape::left_over, Role::created,
     &kObjects},
    {"C9:21E", Shape::left_over, Role::created, &kDevices},
    {"CB:pages", Shape::left_over, Role::locked, &kPages},
    {"C4:B8", Shape::left_over, Role::mapped, &kMappings},
    {"C7:0 C4:15", Shape::left_over, Role::armed, &kTimers},
    {"C4:100A C4:100B C4:40009 WDM:ExclusiveResourceAccess", Shape::left_over, Role::locked,
     &kLocks},
    {"WDM:ZwRegistryCreate WDM:ZwRegistryOpen", Shape::left_over, Role::created, &kHandles},
    {"WDM:DanglingDeviceObjectReference", Shape::left_over, Role::referenced, &kReferenced},
    {"C9:226 C4:135", Shape::left_over, Role::received, &kRequests},
    {"C7:1 C7:workitem E4:0 E4:2", Shape::left_over, Role::queued, &kQueued},
    {"C7:thread", Shape::left_over, Role::created, &kThreads},

    {"C4:13 C4:3F", Shape::double_end, Role::freed, nullptr, "the object was freed here"},
    {"C9:240 93:handle DA:1", Shape::double_end, Role::deleted, nullptr,
     "the object was ended here"},
    {"WDM:DoubleCompletion", Shape::double_end, Role::completed, nullptr,
     "the request was completed here"},
    {"C9:205 C9:209 C9:20B C9:310", Shape::double_end, Role::sent, nullptr,
     "the request was sent down here, and has not come back"},
    {"C4:1005 C4:D0 C4:D7", Shape::double_end, Role::initialised, nullptr,
     "the object was initialised here, and has not been ended"},
    {"C4:CA", Shape::double_end, Role::created, nullptr,
     "the object was initialised here, and has not been ended"},
    {"E4:1", Shape::double_end, Role::queued, nullptr,
     "the object was queued here, and has not run"},
    {"C4:1000", Shape::double_end, Role::locked, nullptr,
     "the lock was acquired here, and has not been released"},
    {"C4:40003 C4:4000E 20:apc", Shape::double_end, Role::locked, nullptr,
     "the region was entered here, and has not been left"},
    {"CE:code", Shape::double_end, Role::unloaded, nullptr, "the image went here"},

    {"C4:1 C4:2 C4:11 C4:12 C4:30 C4:31 C4:32 C4:33 C4:34 C4:36 C4:40 C4:41 C4:42 C4:E5 C4:E6 "
     "C4:111 C4:11A C4:11B C4:20002 C4:20003 C4:20006 C4:20007 C4:20008 C4:20009 C4:2000A C4:2000B "
     "C4:2000C C4:2000D C4:2000E C4:2000F C4:20010 C4:20011 C4:2001A C4:2001B C4:2001C C4:2001D "
     "C4:2001E C4:2001F C4:20022 C4:20023 C4:20024 C4:FA C8:irql C9:E C9:10 C9:23A C9:302 E1:irql "
     "E6:13",
     Shape::wrong_level},
};

constexpr RuleShape kOther = {};

}  // namespace

std::string_view shape_word(Shape shape) {
  switch (shape) {
    case Shape::left_over:
      return "left-over";
    case Shape::double_end:
      return "double-end";
    case Shape::wrong_level:
      return "wrong-level";
    case Shape::other:
      break;
  }
  return "other";
}

std::span<const RuleShape> rule_shapes() { return kShapes; }

const RuleShape& shape_of(const replay::Rule& rule) {
  const std::string id = rule.id();
  for (const RuleShape& shape : kShapes) {
    if (replay::contains_id(shape.rules, id)) return shape;
  }
  return kOther;
}

}  // namespace ddireplay::tools::bisect
