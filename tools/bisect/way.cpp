#include "tools/bisect/way.h"

#include "replay/irp_codes.h"

namespace ddireplay::tools::bisect {

Activity activity_of(const replay::CallbackFrame& frame, const replay::World& world) {
  Activity activity{.function = frame.function};
  if (frame.kind != replay::CallbackKind::dispatch) return activity;
  const replay::IrpTurn* turn = world.irps().of_frame(frame.entered.position);
  activity.major = frame.major;
  activity.has_major = true;
  if (turn != nullptr && replay::has_control_code(frame.major)) {
    activity.code = static_cast<std::uint32_t>(turn->parameters[2]);
  }
  return activity;
}

Activity activity_of(const replay::Step& step, const replay::World& world) {
  const auto frames = world.threads().frames(*step.event);
  return frames.empty() ? Activity{} : activity_of(frames.back(), world);
}

}  // namespace ddireplay::tools::bisect
