#include "recorder/core/capture.h"

#include "recorder/core/hook_table.h"
#include "recorder/core/platform.h"

namespace ddireplay::recorder {

namespace {

using format::Source;

// Inline: it is called for most events, on the driver's stack, which is short.
[[gnu::always_inline]] inline std::uint64_t read_memory(const Operand& operand,
                                                        const HookTable& hooks,
                                                        const std::uint64_t* values) {
  const std::uint64_t base = values[operand.base];
  std::uint64_t value = 0;
  if (base == 0 || !platform::guarded_read(base + static_cast<std::int64_t>(operand.offset),
                                           operand.bytes, value)) {
    return 0;
  }
  return shown(value, operand, hooks);
}

std::uint64_t sampled(const Operand& operand, const HookTable& hooks, std::uint64_t stack_pointer) {
  const bool is_entry_stack = operand.sample == format::Sample::stack_pointer;
  return shown(is_entry_stack ? stack_pointer : platform::sample(operand.sample), operand, hooks);
}

Operand operand_of(const format::Field& field) {
  Operand operand;
  operand.offset = field.offset;
  operand.base = field.base;
  operand.bytes = static_cast<std::uint8_t>(field.bytes(8));
  operand.unused_bits = static_cast<std::uint8_t>(64 - 8 * operand.bytes);
  operand.is_signed = field.is_signed;
  operand.is_pointer = field.width == 0 && field.kind == format::Kind::address;
  operand.source = field.source;
  operand.sample = field.sample;
  return operand;
}

Duty duty_of(std::string_view name) {
  if (name == "cb:DriverEntry") return Duty::driver_entry;
  if (name == "cb:Unload") return Duty::unload;
  if (name == "cb:Dispatch") return Duty::dispatch;
  if (name == "cb:Cancel") return Duty::cancel;
  if (name == "cb:SystemThread") return Duty::system_thread;
  if (name == "PsTerminateSystemThread") return Duty::ends_thread;
  if (name == "MmGetSystemRoutineAddress") return Duty::resolves_routine;
  return Duty::none;
}

std::uint8_t stack_arguments_of(const format::DdiRow& row, const format::Layout& layout) {
  // Callers of what is unknown, or takes "...", may pass more than the layout names.
  if (row.family == format::Family::unknown || row.family == format::Family::runtime) {
    return kStackArgumentsMax;
  }
  return layout.argument_count > 4 ? static_cast<std::uint8_t>(layout.argument_count - 4) : 0;
}

std::uint8_t registers_of(const RowPlan& plan) {
  std::uint8_t count = 0;
  while (count < plan.entry_count && count < 4 && plan.operands[count].base == count &&
         plan.operands[count].source == Source::argument) {
    ++count;
  }
  return count;
}

}  // namespace

std::size_t PlanTable::plans_needed() { return format::ddi_table().count + 2; }

bool PlanTable::build(std::span<RowPlan> plans) {
  plans_ = plans;
  const format::DdiTable table = format::ddi_table();
  for (std::size_t i = 0; i < table.count; ++i) plans_[i].row = &table.rows[i];
  plans_[table.count].row = &format::unknown_ddi();
  plans_[table.count + 1].row = &format::absent_ddi();
  for (RowPlan& plan : plans_) {
    plan.number = static_cast<std::uint16_t>(&plan - plans_.data());
    const format::Layout layout = plan.row->layout();
    for (unsigned i = 0; i < layout.field_count; ++i) {
      plan.operands[i] = operand_of(layout.fields[i]);
    }
    for (unsigned i = 0; i < layout.wrap_count; ++i) {
      const format::Wrap& wrap = layout.wraps[i];
      plan.wraps[i] = {find(wrap.callback), wrap.offset, wrap.base, wrap.in_memory};
      if (plan.wraps[i].callback == nullptr) return false;
    }
    plan.entry_count = layout.entry_count;
    plan.register_count = registers_of(plan);
    plan.exit_count = layout.field_count;
    plan.wrap_count = layout.wrap_count;
    plan.stack_arguments = stack_arguments_of(*plan.row, layout);
    plan.duty = duty_of(plan.row->name);
    plan.is_callback = plan.row->family == format::Family::callback;
    const format::When when = plan.row->when;
    plan.at_entry = when == format::When::entry || when == format::When::both;
    plan.at_exit = when == format::When::exit || when == format::When::both;
  }
  return true;
}

const RowPlan* PlanTable::find(std::string_view name) const {
  const format::DdiRow* row = format::find_ddi(name);
  return row == nullptr ? nullptr : &plans_[row - format::ddi_table().rows];
}

void capture_beyond_registers(const RowPlan& plan, const Arguments& arguments,
                              const HookTable& hooks, std::uint64_t* values) {
  for (unsigned i = plan.register_count; i < plan.entry_count; ++i) {
    const Operand& operand = plan.operands[i];
    if (operand.source == Source::argument) {
      values[i] = shown(arguments[operand.base], operand, hooks);
    } else if (operand.source == Source::sample_at_entry) {
      values[i] = sampled(operand, hooks, arguments.stack_pointer);
    } else {
      values[i] = read_memory(operand, hooks, values);
    }
  }
}

void capture_exit(const RowPlan& plan, std::uint64_t result, const HookTable& hooks,
                  std::uint64_t* values) {
  for (unsigned i = plan.entry_count; i < plan.exit_count; ++i) {
    const Operand& operand = plan.operands[i];
    if (operand.source == Source::result) {
      values[i] = shown(result, operand, hooks);
    } else if (operand.source == Source::sample_at_exit) {
      values[i] = shown(platform::sample(operand.sample), operand, hooks);
    } else {
      values[i] = read_memory(operand, hooks, values);
    }
  }
}

}  // namespace ddireplay::recorder
