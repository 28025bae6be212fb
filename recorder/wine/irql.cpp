#include "recorder/wine/irql.h"

#include "recorder/wine/host_routines.h"

namespace ddireplay::recorder::wine {
namespace {

IrqlCallbacks callbacks;
PVOID handler;

// A move between cr8 and a general register: 0F 20 or 0F 22 and the registers' numbers, with a REX
// prefix, whose R bit makes cr0 into cr8.
struct Cr8Move {
  bool is_write = false;
  unsigned reg = 0;  // number of the general register, as the CPU counts
  unsigned length = 0;
};

bool decode_cr8_move(const UCHAR* code, Cr8Move& move) {
  constexpr UCHAR kRexMask = 0xf0, kRex = 0x40, kRexR = 0x04, kRexB = 0x01;
  constexpr UCHAR kRegField = 0x38, kRmField = 0x07;
  const UCHAR rex = code[0];
  if ((rex & kRexMask) != kRex || (rex & kRexR) == 0) return false;
  if (code[1] != 0x0f || (code[2] != 0x20 && code[2] != 0x22)) return false;
  if ((code[3] & kRegField) != 0) return false;
  move.is_write = code[2] == 0x22;
  move.reg = (code[3] & kRmField) | ((rex & kRexB) != 0 ? 8 : 0);
  move.length = 4;
  return true;
}

// The context holds the sixteen general registers in the order of their numbers.
ULONG64& general_register(CONTEXT* context, unsigned number) { return (&context->Rax)[number]; }

InlineIrql carry_out(const Cr8Move& move, CONTEXT* context) {
  ULONG64& value = general_register(context, move.reg);
  if (!move.is_write) {
    value = current_irql();
    return InlineIrql::read;
  }
  const KIRQL level = static_cast<KIRQL>(value & 0xf);
  return set_irql(level) < level ? InlineIrql::raise : InlineIrql::lower;
}

LONG NTAPI on_exception(EXCEPTION_POINTERS* exception) {
  CONTEXT* context = exception->ContextRecord;
  Cr8Move move;
  if (exception->ExceptionRecord->ExceptionCode != STATUS_PRIVILEGED_INSTRUCTION ||
      !decode_cr8_move(reinterpret_cast<const UCHAR*>(context->Rip), move)) {
    return EXCEPTION_CONTINUE_SEARCH;
  }
  const KIRQL before = current_irql();
  const InlineIrql kind = carry_out(move, context);
  context->Rip += move.length;
  if (callbacks.on_inline_irql != nullptr) {
    callbacks.on_inline_irql(before, current_irql(), kind, context);
  }
  return EXCEPTION_CONTINUE_EXECUTION;
}

}  // namespace

void set_irql_callbacks(const IrqlCallbacks& wanted) { callbacks = wanted; }

bool start_virtual_irql() {
  handler = host().add_exception_handler(TRUE, on_exception);
  return handler != nullptr;
}

bool stop_virtual_irql() { return host().remove_exception_handler(handler) != 0; }

}  // namespace ddireplay::recorder::wine

using namespace ddireplay::recorder::wine;

// The exported forms, for drivers that were built without the inline ones.

extern "C" KIRQL supplied_KeGetCurrentIrql() { return current_irql(); }

extern "C" KIRQL supplied_KfRaiseIrql(KIRQL NewIrql) { return set_irql(NewIrql); }

extern "C" void supplied_KeRaiseIrql(KIRQL NewIrql, PKIRQL OldIrql) {
  *OldIrql = set_irql(NewIrql);
}

extern "C" void supplied_KeLowerIrql(KIRQL NewIrql) { set_irql(NewIrql); }

extern "C" KIRQL supplied_KeRaiseIrqlToDpcLevel() { return set_irql(DISPATCH_LEVEL); }

extern "C" KIRQL supplied_KeRaiseIrqlToSynchLevel() { return set_irql(kSynchLevel); }
