// What the rules about requests have in common: how they tell of one, and how they report.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "replay/checker.h"
#include "replay/finding.h"
#include "replay/irp_codes.h"
#include "replay/nt_status.h"
#include "replay/world.h"

namespace ddireplay::checkers {

using replay::is_error;
using replay::kStatusMoreProcessing;
using replay::kStatusNotSupported;
using replay::kStatusPending;
using replay::kStatusSuccess;

inline constexpr std::uint32_t kNoStatus = 0xffffffff;

inline std::uint32_t low32(std::uint64_t value) { return static_cast<std::uint32_t>(value); }

// The innermost dispatch routine that runs where the step happens, or nullptr.
const replay::CallbackFrame* dispatch_frame(const replay::Step& step, const replay::World& world);
// Address in the driver's code that the step's call returns to; 0: not known.
std::uint64_t caller_of(const replay::Step& step, const replay::World& world);

// The completion routine that was set is seen to run when the request comes back: the driver's own.
// One of another module is not recorded, and may have given the request back.
bool comes_back_seen(const replay::IrpTurn& turn, const replay::World& world);

// "IRP_MJ_PNP, minor 2".
std::string request_name(std::uint8_t major, std::uint8_t minor);

// The request, as far as its turn tells: what made it or was given it, where it was sent.
replay::FindingObject request_object(std::uint64_t address, const replay::Irp* irp,
                                     const replay::IrpTurn* turn);
// The last request that was there, from its making to its end.
replay::FindingObject gone_request_object(std::uint64_t address, const replay::World& world);
// The same of the request that the step is about, with the step as what broke the rule.
replay::FindingObject violated_request(const replay::Step& step, const replay::World& world);

// A rule that one object broke by the step.
struct FoundCase {
  const replay::Rule* rule = nullptr;
  std::array<std::uint64_t, 3> parameters{};  // 2 to 4
  std::string sentence;
  replay::FindingObject object;
  std::uint64_t rests_on = 0;
};
void report(const replay::Step& step, FoundCase found, replay::FindingSink& sink);

}  // namespace ddireplay::checkers
