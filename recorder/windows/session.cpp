#include "recorder/windows/session.h"

#include <new>

#include "format/freestanding/carver.h"
#include "recorder/core/presence.h"
#include "recorder/core/recorder.h"
#include "recorder/core/writer.h"
#include "recorder/windows/bug_check.h"
#include "recorder/windows/hook_stubs.h"
#include "recorder/windows/loader_list.h"
#include "recorder/windows/passive_lock.h"
#include "recorder/windows/supply.h"
#include "recorder/windows/system.h"
#include "recorder/windows/targets.h"
#include "recorder/windows/trace_file.h"

namespace ddireplay::recorder {

namespace {

using control::State;
using format::EndReason;

constexpr std::uint32_t kPollMs = 10;
constexpr std::uint32_t kLeavePollMs = 5;
// For a few instructions of the thunk, which a thread may be taken from its processor in.
constexpr std::uint32_t kGraceMs = 100;

// Everything of one recording, in one block of nonpaged memory.
struct Session {
  Session(const RecorderConfig& config, const WriterConfig& writer_config,
          std::span<std::byte> recorder_memory, std::span<std::byte> writer_memory,
          std::span<Patch> patch_memory)
      : recorder(config, recorder_memory),
        writer(recorder, config, writer_config, file, writer_memory),
        patches(patch_memory) {}

  std::span<std::byte> block;  // all of it
  CrashDumpMemory crash_dump;
  TraceFile file;
  Recorder recorder;
  Writer writer;
  std::span<Patch> patches;
  std::uint32_t flush_ms = 0;
  HANDLE writer_thread = nullptr;
  KEVENT stop_writing = {};
  EndReason end_reason = EndReason::stopped;  // set before stop_writing
  bool is_flight = false;
  std::atomic<bool> freeze{false};   // asked for
  std::atomic<bool> written{false};  // the file is closed
};

struct Manager {
  DRIVER_OBJECT* driver = nullptr;
  PDRIVER_UNLOAD unload = nullptr;
  PassiveLock lock;
  State state = State::idle;
  control::StatusReply totals = {};  // of the last recording, when it has ended
  Session* session = nullptr;
  std::uint32_t service_requests = 0;        // in progress
  std::atomic<Recorder*> recorder{nullptr};  // what the thunk sees
};

constinit Manager manager;

// The system refuses to unload a driver that has no unload routine.
void allow_unload_if_unused() {
  const bool unused =
      manager.state == State::idle && manager.session == nullptr && manager.service_requests == 0;
  manager.driver->DriverUnload = unused ? manager.unload : nullptr;
}

bool is_terminated(const char16_t* text, std::size_t capacity) {
  for (std::size_t i = 0; i < capacity; ++i) {
    if (text[i] == u'\0') return i > 0;
  }
  return false;
}

bool is_valid(const control::StartRequest& request) {
  const bool is_power_of_two = (request.ring_kib & (request.ring_kib - 1)) == 0;
  if ((request.flags & ~control::start_flags::all_imports) != 0 || !is_power_of_two ||
      request.ring_kib < control::kRingKibMin || request.ring_kib > control::kRingKibMax ||
      request.stack_depth > control::kStackDepthMax || request.flush_ms < control::kFlushMsMin ||
      request.flush_ms > control::kFlushMsMax || request.flight_mib > control::kFlightMibMax ||
      request.target_count == 0 || request.target_count > control::kMaxTargets ||
      !is_terminated(request.output, control::kPathCharacters)) {
    return false;
  }
  for (std::uint32_t i = 0; i < request.target_count; ++i) {
    if (!is_terminated(request.targets[i], control::kNameCharacters) ||
        request.services[i][control::kNameCharacters - 1] != u'\0') {
      return false;
    }
  }
  return true;
}

Session* make_session(const control::StartRequest& request) {
  RecorderConfig config;
  config.processors = current_system().processors;
  config.ring_slots = request.ring_kib * 1024 / sizeof(Slot);
  config.stack_depth = request.stack_depth;
  config.stubs = stub_range();
  WriterConfig writer_config;
  if (config.ring_slots < writer_config.chunk_slots) writer_config.chunk_slots = config.ring_slots;
  if (request.flight_mib != 0) {
    writer_config.flight_bytes = std::size_t{request.flight_mib} << 20;
    // Several chunks must find room, however badly they are compressed.
    const std::size_t slots = writer_config.flight_bytes / sizeof(Slot) / 8;
    if (slots < writer_config.chunk_slots) {
      writer_config.chunk_slots = static_cast<std::uint32_t>(slots);
    }
  }

  const std::size_t recorder_bytes = Recorder::bytes_needed(config);
  const std::size_t writer_bytes = Writer::bytes_needed(config, writer_config);
  format::Carver carver(nullptr);
  const auto place = [&](format::Carver& to, auto use) {
    auto* session = to.take<Session>(1);
    auto* recorder_memory = to.take<std::byte>(recorder_bytes);
    auto* writer_memory = to.take<std::byte>(writer_bytes);
    auto* patches = to.take<Patch>(Targets::kMaxPatches);
    use(session, recorder_memory, writer_memory, patches);
  };
  place(carver, [](auto*, auto*, auto*, auto*) {});

  // Rings are written at any level: nonpaged. More than a page is page-aligned.
  PVOID block = ExAllocatePoolWithTag(NonPagedPoolNx, carver.bytes(), kPoolTag);
  if (block == nullptr) return nullptr;
  RtlZeroMemory(block, carver.bytes());
  format::Carver filled(static_cast<std::byte*>(block));
  Session* session = nullptr;
  place(filled, [&](Session* at, std::byte* recorder_memory, std::byte* writer_memory,
                    Patch* patches) {
    session = new (at) Session(config, writer_config, {recorder_memory, recorder_bytes},
                               {writer_memory, writer_bytes}, {patches, Targets::kMaxPatches});
  });
  session->flush_ms = request.flush_ms;
  session->is_flight = request.flight_mib != 0;
  session->block = {static_cast<std::byte*>(block), carver.bytes()};
  KeInitializeEvent(&session->stop_writing, NotificationEvent, FALSE);
  return session;
}

std::uint64_t random_id() {
  std::uint64_t id = platform::clock() ^ system_time() << 20 ^
                     static_cast<std::uint64_t>(KeQueryPerformanceCounter(nullptr).QuadPart) << 40;
  id = (id ^ id >> 30) * 0xbf58476d1ce4e5b9;
  id = (id ^ id >> 27) * 0x94d049bb133111eb;
  return id ^ id >> 31;
}

format::FileHeader make_header() {
  const System& system = current_system();
  format::FileHeader header = {};
  header.pointer_bytes = 8;
  header.irql_source = supplying()      ? format::IrqlSource::virtualised
                       : system.on_wine ? format::IrqlSource::modelled
                                        : format::IrqlSource::hardware;
  header.host = system.on_wine ? format::Host::wine : format::Host::windows;
  header.processor_count = system.processors;
  header.os_build = system.os_build;
  header.trace_id = random_id();
  header.clock_hz = system.clock_hz;
  header.start_clock = platform::clock();
  header.start_filetime = system_time();
  return header;
}

std::uint64_t now_ms() {
  LARGE_INTEGER frequency;
  const LONGLONG counter = KeQueryPerformanceCounter(&frequency).QuadPart;
  return static_cast<std::uint64_t>(counter) /
         (static_cast<std::uint64_t>(frequency.QuadPart) / 1000);
}

std::size_t gather_notices(Session& session, std::span<Text<160>> texts,
                           std::span<std::string_view> notices);

void finish_trace(Session& session) {
  Text<160> texts[4];
  std::string_view notices[4];
  const std::size_t count = gather_notices(session, texts, notices);
  session.writer.finish(session.end_reason, targets().attached(), {notices, count});
  if (session.writer.has_failed()) session.end_reason = EndReason::disk_full;
  session.file.close();
  session.written.store(true);
}

VOID NTAPI write_trace(PVOID context) {
  Session& session = *static_cast<Session*>(context);
  std::uint64_t flushed_ms = now_ms();
  bool stopping = false;
  while (!stopping) {
    LARGE_INTEGER interval;
    interval.QuadPart = session.writer.is_behind() ? 0 : -10000ll * kPollMs;
    stopping = KeWaitForSingleObject(&session.stop_writing, Executive, KernelMode, FALSE,
                                     &interval) == STATUS_SUCCESS;
    targets().settle();
    if (session.written.load()) continue;
    if (session.freeze.load()) {
      finish_trace(session);
      continue;
    }
    const bool flush = now_ms() - flushed_ms >= session.flush_ms;
    if (flush) flushed_ms = now_ms();
    // Nothing can be written any more: stop taking events, which would only be lost.
    if (!session.writer.pump(flush)) session.recorder.set_recording(false);
  }
  if (!session.written.load()) finish_trace(session);
  PsTerminateSystemThread(STATUS_SUCCESS);
}

NTSTATUS start_writer(Session& session) {
  OBJECT_ATTRIBUTES attributes;
  InitializeObjectAttributes(&attributes, nullptr, OBJ_KERNEL_HANDLE, nullptr, nullptr);
  return PsCreateSystemThread(&session.writer_thread, THREAD_ALL_ACCESS, &attributes, nullptr,
                              nullptr, write_trace, &session);
}

// Waits for the thread itself, not for a signal from it: its last instructions are ours, too.
void end_writer(Session& session) {
  session.crash_dump.remove();
  KeSetEvent(&session.stop_writing, IO_NO_INCREMENT, FALSE);
  ZwWaitForSingleObject(session.writer_thread, FALSE, nullptr);
  ZwClose(session.writer_thread);
  session.writer_thread = nullptr;
}

void copy_target_names(const control::StartRequest& request, TargetOptions& options) {
  static_assert(sizeof(options.names) == sizeof(request.targets));
  RtlCopyMemory(options.names, request.targets, sizeof(options.names));
  static_assert(sizeof(options.services) == sizeof(request.services));
  RtlCopyMemory(options.services, request.services, sizeof(options.services));
  options.name_count = request.target_count;
  options.all_imports = (request.flags & control::start_flags::all_imports) != 0;
}

void free_session(Session* session) {
  manager.session = nullptr;
  session->recorder.memory().withdraw();
  ExFreePoolWithTag(session, kPoolTag);
}

NTSTATUS open_trace(Session& session, const control::StartRequest& request) {
  wchar_t path[control::kPathCharacters];
  static_assert(sizeof(path) == sizeof(request.output));
  RtlCopyMemory(path, request.output, sizeof(path));
  NTSTATUS status = session.file.create(path);
  if (!NT_SUCCESS(status)) return status;
  status = session.writer.begin(make_header()) ? start_writer(session) : session.file.status();
  if (!NT_SUCCESS(status)) session.file.close();
  return status;
}

// The recording's last event says why it is that.
void end_here(Session& session, EndReason reason) {
  session.end_reason = reason;
  const std::uint64_t values[] = {static_cast<std::uint64_t>(reason)};
  session.recorder.record_own(*session.recorder.plans().find("cb:Stopped"), kMaxTargets, values);
}

bool wait_until_left(std::uint32_t wait_ms) {
  const std::uint64_t begin = now_ms();
  while (presence().threads_inside() != 0) {
    if (now_ms() - begin >= wait_ms) return false;
    sleep_ms(kLeavePollMs);
  }
  return true;
}

// The session's memory, and the driver's code, are free again when nobody can come through a stub.
void release_if_unused() {
  if (manager.state != State::ended || targets().stubs_in_use() ||
      !presence().is_deserted([] { sleep_ms(kGraceMs); }) || !stop_supplying()) {
    return;
  }
  manager.recorder.store(nullptr);
  targets().forget();
  free_session(manager.session);
  manager.state = State::idle;
  allow_unload_if_unused();
}

// Retpoline's import optimisation turns calls through the import table into direct ones, which no
// hook sees. Then callbacks run, and not one import is reached.
std::size_t gather_notices(Session& session, std::span<Text<160>> texts,
                           std::span<std::string_view> notices) {
  std::uint64_t import_calls = 0;
  std::uint64_t callback_calls = 0;
  std::uint64_t imports = 0;
  const TraceTables& tables = session.recorder.tables();
  for (std::size_t i = 0; i < tables.functions().size(); ++i) {
    const bool import = tables.is_import(i);
    (import ? import_calls : callback_calls) +=
        session.writer.calls_of(static_cast<std::uint16_t>(i));
    imports += import ? 1 : 0;
  }
  std::size_t count = 0;
  if (imports != 0 && import_calls == 0 && callback_calls > 2) {
    texts[count++]
        << "none of " << imports
        << " hooked imports was reached, though the driver ran: its calls may bypass the "
           "import table";
  }
  if (session.recorder.refused_hooks() != 0) {
    texts[count++] << session.recorder.refused_hooks()
                   << " routines could not be hooked: the recorder's tables are full";
  }
  if (current_system().on_wine && targets().attached() && !supplying()) {
    texts[count++]
        << "attached under Wine: every call goes to Wine's own routine, none is supplied";
  }
  if (!current_system().clock_is_invariant) {
    texts[count++] << "this processor's time stamp counter may change its speed: times are "
                      "approximate";
  }
  for (std::size_t i = 0; i < count; ++i) notices[i] = texts[i].view();
  return count;
}

// Counts hooked imports, and those that nobody has called.
void count_hooks(Session& session, control::StatusReply& reply) {
  const TraceTables& tables = session.recorder.tables();
  for (std::size_t i = 0; i < tables.functions().size(); ++i) {
    if (!tables.is_import(i)) continue;
    ++reply.hooks;
    if (session.writer.calls_of(static_cast<std::uint16_t>(i)) == 0) ++reply.hooks_never_reached;
  }
}

void describe(Session& session, control::StatusReply& reply) {
  reply.end_reason = static_cast<std::uint32_t>(session.end_reason);
  reply.events = session.writer.events();
  reply.lost_events = session.writer.lost();
  reply.lost_stacks = session.recorder.lost_stacks();
  reply.bytes = session.writer.bytes();
  reply.write_status = session.file.status();
  count_hooks(session, reply);
}

// Before any target's first call, so that a reader knows of each page what it is.
void record_ram(Recorder& recorder) {
  RamRange* const ranges = allocate_ram_ranges();
  if (ranges == nullptr) return;
  const RowPlan& plan = *recorder.plans().find("cb:RamRange");
  for (const RamRange* range = ranges; range->bytes != 0; ++range) {
    const std::uint64_t values[] = {range->begin, range->bytes};
    recorder.record_own(plan, kMaxTargets, values);
  }
  ExFreePool(ranges);
}

}  // namespace

constinit Presence the_presence;

void session_init(DRIVER_OBJECT* driver, PDRIVER_UNLOAD unload) {
  manager.driver = driver;
  manager.unload = unload;
  manager.lock.init();
  driver->DriverUnload = unload;
  targets().init();
}

NTSTATUS session_start(const control::StartRequest& request) {
  if (!is_valid(request)) return STATUS_INVALID_PARAMETER;
  const PassiveGuard guard(manager.lock);
  release_if_unused();
  if (manager.state != State::idle) return STATUS_DEVICE_BUSY;
  Session* const session = make_session(request);
  if (session == nullptr) return STATUS_INSUFFICIENT_RESOURCES;
  manager.session = session;
  allow_unload_if_unused();
  TargetOptions options = {};
  copy_target_names(request, options);
  // What a driver has done before we came was done with Wine's own routines: its locks, DPCs and
  // timers are theirs, and supplied routines could do nothing with them.
  if (!Targets::any_loaded(options)) start_supplying();
  const NTSTATUS opened = open_trace(*session, request);
  if (!NT_SUCCESS(opened)) {
    manager.state = State::ended;
    release_if_unused();
    return opened;
  }
  session->crash_dump.add(session->block);
  manager.state = State::recording;
  manager.recorder.store(&session->recorder);
  session->recorder.set_recording(true);
  record_ram(session->recorder);
  targets().open(session->recorder, options, session->patches);
  const NTSTATUS notified = PsSetLoadImageNotifyRoutine(on_image_loaded);
  if (NT_SUCCESS(notified)) return notified;
  targets().close();
  session->recorder.set_recording(false);
  end_writer(*session);
  manager.state = State::ended;
  release_if_unused();
  return notified;
}

NTSTATUS session_freeze() {
  const PassiveGuard guard(manager.lock);
  if (manager.state != State::recording || !manager.session->is_flight) {
    return STATUS_INVALID_DEVICE_STATE;
  }
  Session& session = *manager.session;
  if (session.freeze.load()) return STATUS_SUCCESS;
  session.recorder.set_recording(false);
  end_here(session, EndReason::stop_requested);
  session.freeze.store(true);
  while (!session.written.load()) sleep_ms(kLeavePollMs);
  return session.file.status();
}

NTSTATUS session_stop(const control::StopRequest& request) {
  const auto reason = static_cast<EndReason>(request.reason);
  const bool may_be_asked_for = reason == EndReason::stopped || reason == EndReason::time_limit;
  if (!may_be_asked_for || request.wait_ms > control::kStopWaitMsMax) {
    return STATUS_INVALID_PARAMETER;
  }
  const PassiveGuard guard(manager.lock);
  if (manager.state != State::recording) return STATUS_INVALID_DEVICE_STATE;
  Session& session = *manager.session;
  PsRemoveLoadImageNotifyRoutine(on_image_loaded);
  targets().close();
  const bool all_left = wait_until_left(request.wait_ms);
  session.recorder.set_recording(false);
  if (!session.freeze.load()) {
    end_here(session, all_left ? reason : EndReason::thread_inside);
  }
  end_writer(session);
  manager.state = State::ended;
  manager.totals = {};
  describe(session, manager.totals);
  release_if_unused();
  return STATUS_SUCCESS;
}

void session_status(control::StatusReply& reply) {
  const PassiveGuard guard(manager.lock);
  release_if_unused();
  const control::Header header = reply.header;
  if (manager.state == State::recording) {
    describe(*manager.session, reply);
  } else {
    reply = manager.totals;
  }
  reply.header = header;
  reply.state = manager.state;
  reply.on_wine = current_system().on_wine;
  reply.threads_inside = presence().threads_inside();
  reply.service_requests = manager.service_requests;
  reply.targets_loaded = targets().loaded_count();
}

void session_hooks(std::uint32_t first, control::HooksReply& reply) {
  const PassiveGuard guard(manager.lock);
  if (manager.session == nullptr) return;
  Session& session = *manager.session;
  const auto functions = session.recorder.tables().functions();
  const auto modules = session.recorder.tables().modules();
  const auto copy = [](std::string_view from, char* to) {
    std::size_t length = 0;
    for (; length < from.size() && length + 1 < control::kNameCharacters; ++length) {
      to[length] = from[length];
    }
    to[length] = '\0';
  };
  std::size_t i = first;
  for (; i < functions.size() && reply.count < control::kHooksPerReply; ++i) {
    if (!session.recorder.tables().is_complete(i)) continue;
    if (functions[i].module == format::kNoModule) continue;
    control::Hook& hook = reply.hooks[reply.count++];
    copy(modules[functions[i].module].name, hook.module);
    copy(functions[i].name, hook.name);
    hook.calls = session.writer.calls_of(static_cast<std::uint16_t>(i));
  }
  reply.next = i < functions.size() ? static_cast<std::uint32_t>(i) : 0;
}

void session_settle() {
  targets().settle();
  const PassiveGuard guard(manager.lock);
  release_if_unused();
}

void session_begin_service_request() {
  const PassiveGuard guard(manager.lock);
  ++manager.service_requests;
  allow_unload_if_unused();
}

void session_end_service_request() {
  const PassiveGuard guard(manager.lock);
  --manager.service_requests;
  allow_unload_if_unused();
}

Recorder* session_recorder() { return manager.recorder.load(); }

void session_shutdown() {
  const PassiveGuard guard(manager.lock);
  if (manager.session != nullptr) free_session(manager.session);
}

}  // namespace ddireplay::recorder

// From thunk.S.
extern "C" void ddirec_on_entry(ddireplay::recorder::CallFrame* frame) {
  ddireplay::recorder::session_recorder()->on_entry(*frame);
}
extern "C" void ddirec_on_exit(ddireplay::recorder::CallFrame* frame) {
  ddireplay::recorder::session_recorder()->on_exit(*frame);
}
extern "C" void ddirec_on_unwind(ddireplay::recorder::CallFrame* frame) {
  ddireplay::recorder::session_recorder()->on_unwind(*frame);
}
