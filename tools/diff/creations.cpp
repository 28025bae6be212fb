#include "tools/diff/creations.h"

#include <algorithm>
#include <cctype>

#include "replay/object_model.h"
#include "replay/text_case.h"

namespace ddireplay::tools::diff {
namespace {

using replay::Op;
using replay::Operand;
using replay::Step;
using Storage = Creation::Storage;

struct Row {
  Op op;
  Operand key;
  Storage storage;
  std::string_view noun;
  std::string_view verb;
};

constexpr Row kRows[] = {
    {Op::pool_allocate, Operand::address, Storage::memory, "block", "allocated"},
    {Op::pool_receive, Operand::address, Storage::memory, "block", "received"},
    {Op::string_allocate, Operand::address, Storage::memory, "string", "allocated"},
    {Op::contiguous_allocate, Operand::address, Storage::memory, "contiguous block", "allocated"},
    {Op::mdl_allocate, Operand::address, Storage::memory, "MDL", "allocated"},
    {Op::workitem_allocate, Operand::address, Storage::lasting, "work item", "allocated"},
    {Op::workitem_initialize, Operand::address, Storage::structure, "work item", "initialised"},
    {Op::removelock_initialize, Operand::address, Storage::structure, "remove lock", "initialised"},
    {Op::irp_make, Operand::irp, Storage::lasting, "IRP", "made"},
    {Op::irp_initialize, Operand::irp, Storage::structure, "IRP", "initialised"},
    {Op::device_create, Operand::address, Storage::lasting, "device", "created"},
    {Op::timer_initialize, Operand::address, Storage::structure, "timer", "initialised"},
    {Op::dpc_initialize, Operand::address, Storage::structure, "DPC", "initialised"},
    {Op::handle_open, Operand::handle, Storage::handle, "handle", "opened"},
    {Op::handle_reference, Operand::object, Storage::lasting, "object", "referenced"},
    {Op::thread_create_done, Operand::handle, Storage::handle, "thread handle", "opened"},
};

std::string in_words(std::string_view name) {
  std::string words;
  for (const char c : name) {
    const bool is_capital = std::isupper(static_cast<unsigned char>(c)) != 0;
    if (is_capital && !words.empty()) words += ' ';
    words += replay::fold_case(c);
  }
  return words;
}

// KeInitializeEvent, ExInitializeFastMutex, KeInitializeSpinLock: the kernel's names say what their
// first argument becomes.
Creation initialised(const Step& step, const format::Function& function) {
  constexpr std::string_view kVerb = "Initialize";
  const std::string_view name = function.name;
  const std::size_t verb = name.find(kVerb);
  const bool is_first_address = function.layout.argument_count != 0 &&
                                function.layout.fields[0].kind == format::Kind::address;
  if (verb > 2 || !is_first_address || step.event->value_count == 0) return {};
  return {Storage::structure, step.event->values[0], 0, in_words(name.substr(verb + kVerb.size())),
          "initialised"};
}

Creation lifetime_object(const Step& step) {
  const replay::ObjectKindRow& kind =
      replay::object_kind(static_cast<replay::ObjectKind>(step[Operand::kind]));
  if (kind.of_device) return {};  // its key is the device, which has a name
  if (kind.most_bytes != 0) {
    return {Storage::structure, step[Operand::address], 0, std::string(kind.name), "initialised"};
  }
  return {Storage::handle, step[Operand::address], 0, std::string(kind.name), "created"};
}

}  // namespace

Creation creation_of(const Step& step, const format::Function& function) {
  const auto row = std::ranges::find(kRows, step.op, &Row::op);
  Creation creation;
  if (row != std::end(kRows)) {
    creation = {row->storage, step[row->key], step[Operand::size], std::string(row->noun),
                row->verb};
  } else if (step.op == Op::object_create) {
    creation = lifetime_object(step);
  } else if (!function.is_callback()) {
    creation = initialised(step, function);
  }
  if (creation.address == 0) creation.storage = Storage::none;
  return creation;
}

End end_of(const Step& step) {
  switch (step.op) {
    case Op::pool_free:
    case Op::string_free:
    case Op::contiguous_free:
    case Op::mdl_free:
    case Op::workitem_free:
      return {step[Operand::address]};
    case Op::irp_free:
      return {step[Operand::irp]};
    case Op::device_delete:
      return {step[Operand::address], step[Operand::extension]};
    case Op::handle_close:
      return {.address = step[Operand::handle], .is_handle = true};
    default:
      return {};
  }
}

}  // namespace ddireplay::tools::diff
