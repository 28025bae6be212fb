// The checkers of MDLs: each file's one door.
#pragma once

#include <memory>

#include "replay/checker.h"

namespace ddireplay::checkers {

std::unique_ptr<replay::Checker> make_mdl_lock();         // C4:B0, B1
std::unique_ptr<replay::Checker> make_mdl_map();          // C4:B2, B3
std::unique_ptr<replay::Checker> make_mdl_unlock();       // C4:7C, 7D, B4
std::unique_ptr<replay::Checker> make_mdl_unmap();        // C4:B5, B6, B9; DA:3, 5
std::unique_ptr<replay::Checker> make_mdl_pageable();     // C4:7F, 140
std::unique_ptr<replay::Checker> make_mdl_left_mapped();  // C4:B8
std::unique_ptr<replay::Checker> make_mdl_left_locked();  // CB:pages

}  // namespace ddireplay::checkers
