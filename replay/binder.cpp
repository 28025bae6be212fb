#include "replay/binder.h"

#include "replay/nt_status.h"

namespace ddireplay::replay {

using format::Event;
using format::Function;
using format::FunctionId;
using format::Layout;

Binder::Binder(const format::TraceReader& trace)
    : trace_(trace), pointer_bytes_(trace.header().pointer_bytes) {}

Step& Binder::step(const Event& event) {
  Binding& binding = this->binding(event.function);
  const std::size_t moment = event.at_exit() ? 1 : 0;
  Meaning& meaning = binding.meanings[moment];
  if (binding.counted) binding.events.add(event.at_exit());
  Step& step = meaning.step;
  step.begin(event);
  const bool is_conditional = meaning.must_succeed >= 0 || meaning.must_hold >= 0;
  step.op = !is_conditional || happened(meaning, binding, event) ? meaning.op : Op::none;
  if (step.op == Op::none) return step;

  // Where the call didn't return there are fewer values, and FinishStep sets what it likes.
  if (event.raised() || meaning.finish != nullptr) step.operands.fill(0);
  const std::size_t values = event.raised() ? binding.entry_values : event.value_count;
  for (std::size_t i = 0; i < meaning.read_count; ++i) {
    const Read& read = meaning.reads[i];
    if (read.field >= values) continue;
    step.operands[static_cast<std::size_t>(read.operand)] = event.values[read.field] & read.mask;
  }
  for (std::size_t i = 0; i < meaning.fixed_count; ++i) {
    const Fixed& fixed = meaning.fixed[i];
    step.operands[static_cast<std::size_t>(fixed.operand)] = fixed.value;
  }
  if (meaning.finish != nullptr) meaning.finish(step, pointer_bytes_);
  return step;
}

bool Binder::happened(const Meaning& meaning, const Binding& binding, const Event& event) {
  const auto value = [&](std::int8_t field) -> std::uint64_t {
    const bool missing = event.raised() && field >= binding.entry_values;
    return missing ? 0 : event.values[field];
  };
  if (meaning.must_succeed >= 0) {
    if (event.raised() || is_error(value(meaning.must_succeed))) return false;
  }
  // BOOLEAN: only the low byte of a result is the callee's.
  return meaning.must_hold < 0 || (value(meaning.must_hold) & 0xff) != 0;
}

// False where the trace's own layout lacks a field that the row needs.
bool Binder::bind_row(Meaning& meaning, const OperationRow& row, const Layout& layout) const {
  const int values = row.at == At::exit ? layout.field_count : layout.entry_count;
  const auto find = [&](std::string_view name) {
    const int field = layout.find(name);
    return field < values ? field : -1;
  };
  Meaning bound;
  bound.op = row.op;
  bound.other_op = row.other_op;
  bound.finish = row.finish;
  for (const OperandSource& source : row.operands) {
    switch (source.kind) {
      case OperandSource::Kind::unused:
        break;
      case OperandSource::Kind::constant:
        bound.fixed[bound.fixed_count++] = {source.operand,
                                            pointer_bytes_ == 4 ? source.value32 : source.value64};
        break;
      case OperandSource::Kind::field:
      case OperandSource::Kind::optional_field: {
        const int field = find(source.field);
        if (field >= 0) {
          bound.reads[bound.read_count++] = {layout.fields[field].mask(pointer_bytes_),
                                             source.operand, static_cast<std::uint8_t>(field)};
        } else if (source.kind == OperandSource::Kind::field) {
          return false;
        }
      }
    }
  }
  bound.must_succeed =
      static_cast<std::int8_t>(row.must_succeed.empty() ? -1 : find(row.must_succeed));
  bound.must_hold = static_cast<std::int8_t>(row.must_hold.empty() ? -1 : find(row.must_hold));
  if (bound.must_succeed < 0 && !row.must_succeed.empty()) return false;
  if (bound.must_hold < 0 && !row.must_hold.empty()) return false;
  bound.step.driver = meaning.step.driver;
  meaning = bound;
  return true;
}

void Binder::bind_new(Binding& binding, FunctionId id) const {
  binding.bound = true;
  if (id == format::kGap) {
    Meaning& gap = binding.meanings[0];
    gap.op = Op::gap;
    constexpr std::uint64_t kAllBits = ~std::uint64_t{0};
    gap.reads = {Read{kAllBits, Operand::count, 0}, Read{kAllBits, Operand::until, 1}};
    gap.read_count = 2;
    return;
  }
  const Function& function = trace_.function(id);
  for (Meaning& meaning : binding.meanings) meaning.step.driver = function.module;
  binding.entry_values = function.layout.entry_count;
  bool modelled = false;
  for (const std::span<const OperationRow> table : operation_tables()) {
    for (const OperationRow& row : table) {
      if (row.function != function.name) continue;
      modelled |= bind_row(binding.meanings[row.at == At::exit ? 1 : 0], row, function.layout);
    }
  }
  if (modelled || function.is_callback()) return;

  binding.counted = function.family != format::Family::runtime;
  // Of a DDI that nobody has described, not even its outputs are known.
  if (format::find_ddi(function.name) == nullptr) binding.meanings[1].op = Op::pool_source;
}

std::vector<Binder::Unmodelled> Binder::not_modelled() const {
  std::vector<Unmodelled> result;
  for (FunctionId id = 0; id < bindings_.size(); ++id) {
    const Binding& binding = bindings_[id];
    const std::uint64_t calls = binding.events.calls();
    if (binding.counted && calls != 0) result.push_back({id, calls});
  }
  return result;
}

}  // namespace ddireplay::replay
