#include "tests/recorder/model/fiber.h"

#include <cstdint>
#include <utility>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#elif defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

namespace ddireplay::recorder::model {

namespace {

// A sanitizer must be told of every change of stacks. `shadow` is what it has of the stack that is
// left, or of the one that is gone to.
#if defined(__SANITIZE_ADDRESS__)
void leave_stack(void** shadow, const void* to, std::size_t bytes) {
  __sanitizer_start_switch_fiber(shadow, to, bytes);
}
void arrive(void* shadow, const void** from, std::size_t* bytes) {
  __sanitizer_finish_switch_fiber(shadow, from, bytes);
}
void* new_shadow() { return nullptr; }
void delete_shadow(void*) {}
void change_shadow(void*) {}
void* current_shadow() { return nullptr; }
#elif defined(__SANITIZE_THREAD__)
void leave_stack(void**, const void*, std::size_t) {}
void arrive(void*, const void**, std::size_t*) {}
void* new_shadow() { return __tsan_create_fiber(0); }
void delete_shadow(void* shadow) { __tsan_destroy_fiber(shadow); }
void change_shadow(void* shadow) { __tsan_switch_to_fiber(shadow, 0); }
void* current_shadow() { return __tsan_get_current_fiber(); }
#else
void leave_stack(void**, const void*, std::size_t) {}
void arrive(void*, const void**, std::size_t*) {}
void* new_shadow() { return nullptr; }
void delete_shadow(void*) {}
void change_shadow(void*) {}
void* current_shadow() { return nullptr; }
#endif

}  // namespace

Fiber::Fiber() : stack_(new std::byte[kStackBytes]) {}

Fiber::~Fiber() {
  if (own_shadow_ != nullptr) delete_shadow(own_shadow_);
}

void Fiber::prepare(std::function<void()> body) {
  body_ = std::move(body);
  ended_ = false;
  getcontext(&own_);
  own_.uc_stack.ss_sp = stack_.get();
  own_.uc_stack.ss_size = kStackBytes;
  own_.uc_link = nullptr;
  const auto self = reinterpret_cast<std::uint64_t>(this);
  makecontext(&own_, reinterpret_cast<void (*)()>(&Fiber::enter), 2, static_cast<unsigned>(self),
              static_cast<unsigned>(self >> 32));
  if (own_shadow_ != nullptr) delete_shadow(own_shadow_);
  own_shadow_ = new_shadow();
}

// makecontext() passes numbers of 32 bits only.
void Fiber::enter(unsigned low, unsigned high) {
  reinterpret_cast<Fiber*>(std::uint64_t{high} << 32 | low)->run();
}

void Fiber::run() {
  arrive(nullptr, &resumer_stack_, &resumer_stack_bytes_);
  body_();
  ended_ = true;
  // No shadow: this stack's is thrown away.
  leave_stack(nullptr, resumer_stack_, resumer_stack_bytes_);
  change_shadow(resumer_shadow_);
  setcontext(&resumer_);
}

void Fiber::resume() {
  void* shadow = nullptr;
  resumer_shadow_ = current_shadow();
  leave_stack(&shadow, stack_.get(), kStackBytes);
  change_shadow(own_shadow_);
  swapcontext(&resumer_, &own_);
  arrive(shadow, nullptr, nullptr);
}

void Fiber::yield() {
  void* shadow = nullptr;
  leave_stack(&shadow, resumer_stack_, resumer_stack_bytes_);
  change_shadow(resumer_shadow_);
  swapcontext(&own_, &resumer_);
  arrive(shadow, &resumer_stack_, &resumer_stack_bytes_);
}

}  // namespace ddireplay::recorder::model
