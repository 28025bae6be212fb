// The checkers of objects with a lifetime: each file's one door.
#pragma once

#include <memory>

#include "replay/checker.h"

namespace ddireplay::checkers {

std::unique_ptr<replay::Checker> make_lookaside_list();         // C4:CA, CB, CC, CD
std::unique_ptr<replay::Checker> make_registration();           // C4:DB, DC
std::unique_ptr<replay::Checker> make_io_space();               // DA:1
std::unique_ptr<replay::Checker> make_objects_left();           // C7:lookaside ..., C4:DA, DD
std::unique_ptr<replay::Checker> make_object_placement();       // C4:DF, E1, 130, 131
std::unique_ptr<replay::Checker> make_callback_after_unload();  // CE:code

}  // namespace ddireplay::checkers
