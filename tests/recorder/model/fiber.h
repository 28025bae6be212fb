// A function that can be left in the middle and gone on with later, on a stack of its own. All
// fibers of one thread take turns with the function that resumes them.
#pragma once

#include <ucontext.h>

#include <cstddef>
#include <functional>
#include <memory>

namespace ddireplay::recorder::model {

class Fiber {
 public:
  Fiber();
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  // What the next resume() begins with. The one before must have ended.
  void prepare(std::function<void()> body);
  // Runs it until it yields or ends. Not to be called by a fiber.
  void resume();
  // Back to who resumed the running fiber, which must be this one.
  void yield();

  bool ended() const { return ended_; }

 private:
  static constexpr std::size_t kStackBytes = 128 * 1024;

  static void enter(unsigned low, unsigned high);
  void run();

  std::unique_ptr<std::byte[]> stack_;
  ucontext_t own_;
  ucontext_t resumer_;
  std::function<void()> body_;
  bool ended_ = true;
  // What the sanitizers know the two stacks by.
  void* own_shadow_ = nullptr;
  void* resumer_shadow_ = nullptr;
  const void* resumer_stack_ = nullptr;
  std::size_t resumer_stack_bytes_ = 0;
};

}  // namespace ddireplay::recorder::model
