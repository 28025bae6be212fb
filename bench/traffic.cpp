#include "bench/traffic.h"

#include <algorithm>
#include <cstring>

namespace ddireplay::bench {

namespace {

constexpr std::uint64_t kDriver = 0xfffff80010000000;
constexpr std::uint64_t kDriverBytes = 0x40000;
constexpr std::uint64_t kKernel = 0xfffff80000000000;
constexpr std::uint64_t kKernelBytes = 0x800000;
constexpr Image kImages[] = {{"Traffic.sys", kDriver, kDriverBytes},
                             {"ntoskrnl.exe", kKernel, kKernelBytes}};
constexpr std::uint64_t kStubs = 0x7f0000000000;
constexpr std::uint32_t kStubBytes = 16;

// Kernel memory: requests, then MDLs; locks and pool are addresses only.
constexpr std::uint64_t kIrps = kKernelMemory;
constexpr std::uint64_t kIrpBytes = 0x200;
constexpr std::uint64_t kIrpCount = 64;
constexpr std::uint64_t kMdls = kIrps + kIrpBytes * kIrpCount;
constexpr std::uint64_t kMemoryBytes = 0x20000;
constexpr std::uint64_t kDevice = kKernelMemory + 0x100000;
constexpr std::uint64_t kLocks = kKernelMemory + 0x200000;
constexpr std::uint64_t kThreadObjects = kKernelMemory + 0x400000;
constexpr std::uint64_t kPool = kKernelMemory + 0x1000000;

constexpr std::size_t kPaths = 128;
constexpr std::size_t kLiveBlocks = 2'500;  // of each processor
constexpr std::uint64_t kThreads = 8;       // of each processor
constexpr std::array<std::uint64_t, 8> kSizes = {0x20,  0x40,  0x60,  0x80,
                                                 0x100, 0x200, 0x400, 0x800};
constexpr std::uint64_t kTag = 0x66617274;
constexpr std::uint8_t kPassive = 0, kDispatchLevel = 2;
constexpr std::uint64_t kNonPagedPoolNx = 0x200;

}  // namespace

recorder::RecorderConfig traffic_config() {
  recorder::RecorderConfig config;
  config.processors = kProcessors;
  config.stack_depth = kFrames;
  config.stubs = {kStubs, kStubBytes, 256};
  return config;
}

Traffic::Traffic(recorder::Recorder& recorder) : recorder_(recorder), memory_(kMemoryBytes) {
  set_kernel_memory(memory_);
  set_images(kImages);
  const std::uint16_t module = recorder_.tables().add_module(
      {.name = kImages[0].name, .base = kDriver, .size = kDriverBytes, .is_target = true});
  target_ = recorder_.add_target(kDriver, kDriverBytes, module);
  recorder_.set_recording(true);
  allocate_ = stub("ExAllocatePoolWithTag");
  free_ = stub("ExFreePoolWithTag");
  acquire_ = stub("KeAcquireSpinLockRaiseToDpc");
  release_ = stub("KeReleaseSpinLock");
  acquire_mutex_ = stub("ExAcquireFastMutex");
  release_mutex_ = stub("ExReleaseFastMutex");
  make_mdl_ = stub("IoAllocateMdl");
  free_mdl_ = stub("IoFreeMdl");
  complete_ = stub("IofCompleteRequest");
  dispatch_ = recorder_.stub_for_callback(*recorder_.plans().find("cb:Dispatch"), target_,
                                          kDriver + 0x1000);
  for (std::size_t i = 0; i < kProcessors; ++i) {
    processors_[i] = {.time = 1'000'000 + 100 * i,
                      .thread = kThreadObjects + 0x10000 * i,
                      .locks = kLocks + 0x10000 * i,
                      .next_address = kPool + (i << 32),
                      .freed = std::vector<std::vector<std::uint64_t>>(kSizes.size())};
  }
  for (Frames& entry : entries_) {
    for (std::uint64_t& frame : entry) frame = kKernel + 0x10 * random(kKernelBytes / 0x10);
  }
  for (std::size_t i = 0; i < kPaths; ++i) make_path(i);
}

std::uint64_t Traffic::stub(std::string_view name) {
  return recorder_.stub_for_import(name, target_, kKernel + 0x1000 + random(kKernelBytes / 2));
}

// How the kernel comes to a path, and the driver's own way to it: what its sites have in common.
Traffic::Frames Traffic::make_callers() {
  Frames callers = entries_[random(entries_.size())];
  for (std::size_t i = 0; i < kFrames / 2; ++i) {
    callers[i] = kDriver + 0x10 * random(kDriverBytes / 0x10);
  }
  return callers;
}

// Sites of a path: each has up to four frames of its own.
std::size_t Traffic::add_sites(std::size_t count, const Frames& callers) {
  const std::size_t first = sites_.size();
  for (std::size_t i = 0; i < count; ++i) {
    CallSite& site = sites_.emplace_back();
    site.words = {};
    const std::size_t own = 1 + random(4);
    for (std::size_t j = 0; j < kFrames; ++j) {
      const std::uint64_t address = j < own ? kDriver + 5 + random(kDriverBytes - 16) : callers[j];
      site.frames[j] = {address, j == 0 ? 0 : 4 + 6 * j - random(5)};
    }
  }
  return first;
}

void Traffic::make_path(std::size_t number) {
  Path path;
  path.is_dispatch = random(10) < 4;
  path.dispatch_major = random(3) + 3;  // read, write, query
  const Frames callers = make_callers();
  path.first_site = add_sites(2, callers);
  const std::size_t count = 2 + random(5);
  for (std::size_t i = 0; i < count; ++i) {
    Action action{};
    static constexpr Deed kDeeds[] = {
        Deed::keep_block, Deed::free_block, Deed::keep_block, Deed::free_block, Deed::use_block,
        Deed::use_block,  Deed::spin_lock,  Deed::spin_lock,  Deed::fast_mutex, Deed::mdl};
    action.deed = kDeeds[random(std::size(kDeeds))];
    action.is_certain = random(3) != 0;
    action.size_class = static_cast<std::uint8_t>(random(kSizes.size()));
    action.object = static_cast<std::uint16_t>(random(32));
    action.first_site = add_sites(2, callers);
    path.actions.push_back(action);
  }
  paths_.push_back(path);
  // The most frequent path is taken about a tenth of the time.
  const std::size_t weight = 1 + 256 / (1 + number);
  schedule_.insert(schedule_.end(), weight, static_cast<std::uint32_t>(number));
}

void Traffic::step() {
  running_ = std::min_element(
      processors_.begin(), processors_.end(),
      [](const Processor& left, const Processor& right) { return left.time < right.time; });
  if (random(20) == 0) {
    const std::uint64_t first = running_->thread & ~std::uint64_t{0xffff};
    running_->thread = first + 0x800 * random(kThreads);
  }
  Machine& current = machine();
  current.processor = static_cast<std::uint32_t>(running_ - processors_.data());
  current.thread = running_->thread;
  current.irql = kPassive;
  pass_time(2000);
  run(paths_[schedule_[random(schedule_.size())]]);
}

void Traffic::run(const Path& path) {
  if (!path.is_dispatch) {
    for (const Action& action : path.actions) act(action);
    return;
  }
  const std::uint64_t irp = kIrps + kIrpBytes * (next_irp_++ % kIrpCount);
  std::byte* const fields = memory_.data() + (irp - kKernelMemory);
  const std::uint64_t location = irp + 0x100;
  std::memcpy(fields + 0xb8, &location, sizeof(location));
  std::memcpy(fields + 0x100, &path.dispatch_major, 1);
  const std::uint64_t buffer_bytes = 0x200;
  std::memcpy(fields + 0x108, &buffer_bytes, sizeof(buffer_bytes));
  const std::uint64_t information = 0x40 * random(8);
  std::memcpy(fields + 0x38, &information, sizeof(information));
  recorder::CallFrame frame = enter(dispatch_, path.first_site, {kDevice, irp});
  for (const Action& action : path.actions) act(action);
  call(complete_, path.first_site + 1, {irp, 0});
  pass_time(150);
  frame.result = 0;
  recorder_.on_exit(frame);
}

void Traffic::act(const Action& action) {
  if (!action.is_certain && random(2) == 0) return;
  switch (action.deed) {
    case Deed::keep_block:
      return keep_block(action);
    case Deed::free_block:
      return free_oldest(action.first_site);
    case Deed::use_block:
      free(action.first_site + 1,
           {allocate(action.first_site, action.size_class), action.size_class});
      return;
    case Deed::spin_lock:
      return use_spin_lock(action);
    case Deed::fast_mutex:
      return use_fast_mutex(action);
    case Deed::mdl:
      return use_mdl(action);
  }
}

void Traffic::keep_block(const Action& action) {
  if (running_->live.size() >= kLiveBlocks) free_oldest(action.first_site + 1);
  running_->live.push_back({allocate(action.first_site, action.size_class), action.size_class});
}

// Mostly the oldest: now and then one from the middle.
void Traffic::free_oldest(std::size_t site) {
  if (running_->live.size() < kLiveBlocks / 2) return;
  if (random(8) == 0)
    std::swap(running_->live.front(), running_->live[random(running_->live.size())]);
  const Block block = running_->live.front();
  running_->live.pop_front();
  free(site, block);
}

void Traffic::use_spin_lock(const Action& action) {
  const std::uint64_t lock = running_->locks + 0x80 * action.object;
  call(acquire_, action.first_site, {lock}, kPassive);
  machine().irql = kDispatchLevel;
  call(release_, action.first_site + 1, {lock, kPassive});
  machine().irql = kPassive;
}

void Traffic::use_fast_mutex(const Action& action) {
  const std::uint64_t mutex = running_->locks + 0x80 * action.object + 0x40;
  call(acquire_mutex_, action.first_site, {mutex});
  machine().irql = 1;
  call(release_mutex_, action.first_site + 1, {mutex});
  machine().irql = kPassive;
}

void Traffic::use_mdl(const Action& action) {
  const std::uint64_t mdl = kMdls + 0x100 * random(16);
  const std::uint64_t buffer = running_->live.empty() ? kPool : running_->live.back().address;
  call(make_mdl_, action.first_site, {buffer, 0x20, 0, 0, 0}, mdl);
  call(free_mdl_, action.first_site + 1, {mdl});
}

// As a pool does: the block of that size that was freed last.
std::uint64_t Traffic::take_address(std::uint8_t size_class) {
  std::vector<std::uint64_t>& freed = running_->freed[size_class];
  if (freed.empty()) {
    running_->next_address += kSizes[size_class] + 0x10;
    return running_->next_address - kSizes[size_class];
  }
  const std::uint64_t address = freed.back();
  freed.pop_back();
  return address;
}

std::uint64_t Traffic::allocate(std::size_t site, std::uint8_t size_class) {
  const std::uint64_t address = take_address(size_class);
  call(allocate_, site, {kNonPagedPoolNx, kSizes[size_class], kTag}, address);
  return address;
}

void Traffic::free(std::size_t site, Block block) {
  call(free_, site, {block.address, kTag});
  running_->freed[block.size_class].push_back(block.address);
}

void Traffic::pass_time(std::uint64_t least) {
  running_->time += least + random(least / 2);
  machine().stepped_time = running_->time;
}

recorder::CallFrame Traffic::enter(std::uint64_t stub, std::size_t site,
                                   std::initializer_list<std::uint64_t> arguments) {
  CallSite& from = sites_[site];
  const auto stack = reinterpret_cast<std::uint64_t>(from.words.data());
  // A walk tells slots by address, and vectors move while they grow.
  std::array<recorder::platform::Frame, kFrames> frames = from.frames;
  for (recorder::platform::Frame& frame : frames) {
    from.words[frame.slot] = frame.return_address;
    frame.slot = stack + 8 * frame.slot;
  }
  machine().frames = frames;
  pass_time(150);
  recorder::CallFrame frame{};
  std::size_t number = 0;
  for (const std::uint64_t argument : arguments) {
    (number < 4 ? frame.registers[number] : from.words[1 + number]) = argument;
    ++number;
  }
  frame.stack_pointer = stack;
  frame.slot = static_cast<std::uint32_t>((stub - kStubs) / kStubBytes);
  recorder_.on_entry(frame);
  return frame;
}

void Traffic::call(std::uint64_t stub, std::size_t site,
                   std::initializer_list<std::uint64_t> arguments, std::uint64_t result) {
  recorder::CallFrame frame = enter(stub, site, arguments);
  if (frame.action != recorder::Action::call) return;
  pass_time(150);
  frame.result = result;
  recorder_.on_exit(frame);
}

}  // namespace ddireplay::bench
