// Waits, and the event that ends them.
#include "checkers/ddi/call_table.h"

namespace ddireplay::checkers {

namespace {

using replay::kApcLevel;
using replay::kDispatchLevel;
using replay::kPassiveLevel;

constexpr std::uint64_t kUserMode = 1;

constexpr std::array<Parameter, 3> kWait = {kIrql, shows("Object"), shows("Timeout")};
constexpr std::string_view kWaits = "KeWaitForMultipleObjects KeWaitForSingleObject";
constexpr std::string_view kWaitAliases =
    "C4:3B WDM:IrqlKeWaitForMultipleObjects WDM:IrqlKeWaitForMutexObject";

constexpr CallRule kRules[] = {
    {"C4:80", "event-set-above-dispatch-level", {kIrql, shows("Event"), constant(0)}},
    {"C4:120", "wait-above-dispatch-level", kWait, kWaitAliases},
    {"C4:121", "endless-wait-at-dispatch-level", kWait, kWaitAliases},
    {"C4:122", "timed-wait-at-dispatch-level", kWait, kWaitAliases},
    {"C4:123", "user-mode-wait-on-stack-object", {kTested, constant(0), constant(0)}},
    {"C4:20016", "event-set-with-wait-at-dispatch-level", {constant(0), constant(0), constant(0)}},
};

constexpr CallRow kRows[] = {
    {"C4:80", "KeSetEvent", above(kDispatchLevel)},
    {"C4:120", kWaits, above(kDispatchLevel)},
    {"C4:121", kWaits, exactly(kDispatchLevel), {is("Timeout", 0)}},
    {"C4:122", kWaits, exactly(kDispatchLevel), {is_not("TimeoutValue", 0), is_not("Timeout", 0)}},
    {"C4:123",
     "KeWaitForSingleObject",
     kAnyLevel,
     {is_on_stack("Object"), is("WaitMode", kUserMode)}},
    {"C4:123",
     "KeWaitForMultipleObjects",
     kAnyLevel,
     {is_on_stack("Object0"), is("WaitMode", kUserMode), exceeds("Count", 0)}},
    {"C4:123",
     "KeWaitForMultipleObjects",
     kAnyLevel,
     {is_on_stack("Object1"), is("WaitMode", kUserMode), exceeds("Count", 1)}},
    {"C4:123",
     "KeWaitForMultipleObjects",
     kAnyLevel,
     {is_on_stack("Object2"), is("WaitMode", kUserMode), exceeds("Count", 2)}},
    // Without Wait, and above DISPATCH_LEVEL, it is C4:80.
    {"C4:20016", "KeSetEvent", exactly(kDispatchLevel), {is_not("Wait", 0)}},
};

}  // namespace

CallTable wait_calls() { return {kRules, kRows}; }

}  // namespace ddireplay::checkers
