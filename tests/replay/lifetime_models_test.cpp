// The models of objects with a lifetime, each on its own.
#include <catch2/catch.hpp>

#include "replay/mdl_model.h"
#include "replay/object_model.h"
#include "replay/remove_lock_model.h"
#include "replay/system_thread_model.h"
#include "replay/work_item_model.h"
#include "tests/replay/steps.h"

namespace ddireplay::replay {
namespace {

using tests::Steps;
using enum Operand;

std::uint64_t number(ObjectKind what) { return static_cast<std::uint64_t>(what); }
std::uint64_t number(CallbackKind what) { return static_cast<std::uint64_t>(what); }

TEST_CASE("an object goes with any byte of its memory, and no other does") {
  Steps step;
  ObjectModel model;
  const auto create = [&](std::uint64_t at) {
    model.apply(step(Op::object_create,
                     {{kind, number(ObjectKind::lookaside_list)}, {address, at}, {size, 0x60}}));
  };
  const auto lives = [&](std::uint64_t at) {
    return model.find(ObjectKind::lookaside_list, at) != nullptr;
  };
  for (const std::uint64_t at : {0x1000, 0x1080, 0x1100}) create(at);
  model.forget(0x1060, 0x1080);  // behind the first one's 0x60 bytes, in front of the second
  CHECK((lives(0x1000) && lives(0x1080) && lives(0x1100)));
  model.forget(0x10df, 0x1101);
  CHECK(lives(0x1000));
  CHECK_FALSE(lives(0x1080));
  CHECK_FALSE(lives(0x1100));
}

TEST_CASE("what has ended is remembered until its key is used again") {
  Steps step;
  ObjectModel model;
  const auto etw = number(ObjectKind::etw_registration);
  model.apply(step(Op::object_create, {{kind, etw}, {address, 0x10}}));
  model.apply(step(Op::object_end, {{kind, etw}, {address, 0x10}}));
  const LifetimeObject* object = model.find(ObjectKind::etw_registration, 0x10);
  REQUIRE(object != nullptr);
  CHECK_FALSE(object->live);
  CHECK(object->ended.position == 2);
  model.forget(0, 0x1000);  // a handle is not in memory
  model.apply(step(Op::object_create, {{kind, etw}, {address, 0x10}}));
  CHECK(object->live);
  CHECK_FALSE(object->ended.seen());
}

TEST_CASE("what hangs on a device ends with it") {
  Steps step;
  ObjectModel model;
  for (const ObjectKind what : {ObjectKind::io_timer, ObjectKind::interrupt}) {
    model.apply(step(Op::object_create, {{kind, number(what)}, {address, 0x2000}}));
  }
  model.apply(step(Op::device_delete, {{address, 0x2000}}));
  CHECK_FALSE(model.find(ObjectKind::io_timer, 0x2000)->live);
  CHECK(model.find(ObjectKind::interrupt, 0x2000)->live);
}

TEST_CASE("a work item leaves its queue when its routine is entered") {
  Steps step;
  WorkItemModel model(8);
  const auto queue = [&](std::uint64_t at, std::uint64_t argument) {
    model.apply(step(Op::workitem_queue, {{address, at}, {context, argument}, {kind, 1}}));
  };
  const auto enter = [&](std::uint64_t argument) {
    model.apply(step(Op::callback_enter,
                     {{kind, number(CallbackKind::worker_routine)}, {context, argument}}));
  };
  const auto leave = [&] {
    model.apply(step(Op::callback_leave, {{kind, number(CallbackKind::worker_routine)}}));
  };
  queue(0x1000, 1);
  queue(0x2000, 2);

  SECTION("the one with that argument, which may be queued again") {
    enter(1);
    CHECK_FALSE(model.find(0x1000)->queued);
    CHECK(model.find(0x1000)->running);
    CHECK(model.find(0x2000)->queued);
    queue(0x1000, 1);
    leave();
    CHECK(model.find(0x1000)->queued);
    CHECK_FALSE(model.find(0x1000)->running);
  }
  SECTION("of two with one argument neither counts any more") {
    queue(0x3000, 2);
    enter(2);
    CHECK_FALSE(model.find(0x2000)->queued);
    CHECK_FALSE(model.find(0x3000)->queued);
    CHECK_FALSE(model.find(0x2000)->running);
    CHECK(model.find(0x1000)->queued);
  }
  SECTION("not another driver's") {
    step.driver = 1;
    enter(1);
    CHECK(model.find(0x1000)->queued);
  }
  SECTION("when events were lost it may have run") {
    model.lose_track();
    CHECK_FALSE(model.find(0x1000)->queued);
  }
}

TEST_CASE("a tag may hold a remove lock several times") {
  Steps step;
  RemoveLockModel model(8);
  model.apply(step(Op::removelock_initialize, {{address, 0x1000}}));
  for (const std::uint64_t tag_value : {0, 7, 7}) {
    model.apply(step(Op::removelock_acquire, {{address, 0x1000}, {object, tag_value}}));
  }
  model.apply(step(Op::removelock_release, {{address, 0x1000}, {object, 7}}));
  const RemoveLock* lock = model.find(0x1000);
  CHECK(lock->find(7) != nullptr);
  CHECK(lock->find(0) != nullptr);
  model.apply(step(Op::removelock_drain, {{address, 0x1000}, {object, 7}}));
  CHECK(lock->find(7) == nullptr);
  CHECK(lock->drained.seen());
  model.forget(0x101f, 0x1020);
  CHECK(model.find(0x1000) == nullptr);
}

TEST_CASE("a thread may have ended before the call that creates it returns") {
  Steps step;
  SystemThreadModel model;
  const auto thread_kind = number(CallbackKind::system_thread);
  model.apply(step(Op::thread_create, {{context, 5}}));
  step.thread = 9;
  model.apply(step(Op::callback_enter, {{kind, thread_kind}, {context, 5}}));
  REQUIRE(model.all().size() == 1);
  CHECK(model.all()[0].thread == 9);
  model.apply(step(Op::callback_leave, {{kind, thread_kind}}));
  step.thread = 1;
  model.apply(step(Op::thread_create_done, {{handle, 4}}));
  CHECK(model.all().empty());

  model.apply(step(Op::thread_create, {{context, 5}}));
  model.apply(step(Op::thread_create_done, {{result, 0xc000009a}}));
  CHECK(model.all().empty());
}

TEST_CASE("an MDL that goes with a request is the request's to unlock") {
  Steps step;
  MdlModel model(8);
  model.apply(step(Op::mdl_allocate, {{address, 0x1000}, {described, 0x8000}, {irp, 0x70}}));
  model.apply(step(Op::mdl_lock, {{address, 0x1000}, {extra, 0x800}, {length, 0x1000}}));
  CHECK(model.find(0x1000)->locked);
  CHECK(model.find(0x1000)->pages == 2);
  model.apply(step(Op::irp_call, {{irp, 0x70}}));
  CHECK_FALSE(model.find(0x1000)->locked);
  CHECK(model.find(0x1000)->resident);
  model.apply(step(Op::mdl_free, {{address, 0x1000}}));
  CHECK(model.find(0x1000) == nullptr);
}

TEST_CASE("mappings into two processes may have one address") {
  Steps step;
  MdlModel model(8);
  for (const std::uint64_t in : {1, 2}) {
    model.apply(
        step(Op::mdl_map, {{address, 0x1000}, {mode, 1}, {result, 0x20000}, {process, in}}));
  }
  model.apply(step(Op::mdl_unmap, {{address, 0x1000}, {object, 0x20000}, {process, 2}}));
  REQUIRE(model.find(0x1000)->user.size() == 1);
  CHECK(model.find(0x1000)->user[0].process == 1);
  model.apply(step(Op::mdl_map, {{address, 0x1000}, {mode, 1}, {result, 0}}));  // it has failed
  CHECK(model.find(0x1000)->user.size() == 1);
}

}  // namespace
}  // namespace ddireplay::replay
