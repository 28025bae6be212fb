// The checkers of rules about callbacks: what they are to leave as they found it.
#pragma once

#include <memory>

#include "replay/checker.h"

namespace ddireplay::checkers {

std::unique_ptr<replay::Checker> make_callback_apcs();
std::unique_ptr<replay::Checker> make_callback_irql();
std::unique_ptr<replay::Checker> make_callback_interrupts();

}  // namespace ddireplay::checkers
