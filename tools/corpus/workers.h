// Independent pieces of work on all cores, with a progress bar where somebody looks.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>

namespace ddireplay::tools::corpus {

// The number of threads that this process may run at once.
unsigned usable_cores();

// Calls `work` once for each place in `order`, on `threads` threads, started in that order. Behind
// `title` a bar is drawn on standard error, if that is a terminal and it takes longer than a
// second. What `work` throws first is thrown again when all threads have ended; nothing new is
// begun then.
void on_all_cores(std::span<const std::size_t> order, unsigned threads, const std::string& title,
                  const std::function<void(std::size_t)>& work);

}  // namespace ddireplay::tools::corpus
