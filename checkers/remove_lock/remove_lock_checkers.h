// The checkers of remove locks: each file's one door.
#pragma once

#include <memory>

#include "replay/checker.h"

namespace ddireplay::checkers {

std::unique_ptr<replay::Checker> make_remove_lock_tag();      // C4:D5, D6
std::unique_ptr<replay::Checker> make_remove_lock_init();     // C4:D7, WDM:MultRemoveLock
std::unique_ptr<replay::Checker> make_remove_lock_held();     // WDM:RemoveLockRelease...
std::unique_ptr<replay::Checker> make_remove_lock_forward();  // WDM:RemoveLockForward...
std::unique_ptr<replay::Checker> make_remove_lock_drain();    // WDM:RemoveLockMnRemove, ...

}  // namespace ddireplay::checkers
