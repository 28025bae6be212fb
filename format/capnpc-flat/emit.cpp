#include "format/capnpc-flat/emit.h"

#include <fmt/format.h>

#include <bit>
#include <iterator>
#include <stdexcept>

#include "format/capnpc-flat/names.h"

namespace ddireplay::capnpc_flat {
namespace {

using capnp::schema::Enumerant;
using capnp::schema::Field;
using capnp::schema::Node;
using capnp::schema::Type;
using capnp::schema::Value;

// Only what unsupported_features() lets through can get here.
[[noreturn]] void unreachable_type() {
  throw std::logic_error("a type that was not checked for support");
}

std::string primitive_type(const SchemaFile& file, Type::Reader type) {
  switch (type.which()) {
    case Type::BOOL:
      return "bool";
    case Type::INT8:
      return "int8_t";
    case Type::INT16:
      return "int16_t";
    case Type::INT32:
      return "int32_t";
    case Type::INT64:
      return "int64_t";
    case Type::UINT8:
      return "uint8_t";
    case Type::UINT16:
      return "uint16_t";
    case Type::UINT32:
      return "uint32_t";
    case Type::UINT64:
      return "uint64_t";
    case Type::FLOAT32:
      return "float";
    case Type::FLOAT64:
      return "double";
    case Type::ENUM:
      return file.find(type.getEnum().getTypeId())->cpp_name;
    default:
      unreachable_type();
  }
}

uint32_t primitive_bytes(Type::Reader type) {
  switch (type.which()) {
    case Type::INT8:
    case Type::UINT8:
      return 1;
    case Type::INT16:
    case Type::UINT16:
    case Type::ENUM:
      return 2;
    case Type::INT32:
    case Type::UINT32:
    case Type::FLOAT32:
      return 4;
    case Type::INT64:
    case Type::UINT64:
    case Type::FLOAT64:
      return 8;
    default:
      unreachable_type();
  }
}

// The default as it lies in memory: what a stored value is XORed with.
uint64_t default_bits(Value::Reader value) {
  switch (value.which()) {
    case Value::INT8:
      return static_cast<uint8_t>(value.getInt8());
    case Value::INT16:
      return static_cast<uint16_t>(value.getInt16());
    case Value::INT32:
      return static_cast<uint32_t>(value.getInt32());
    case Value::INT64:
      return static_cast<uint64_t>(value.getInt64());
    case Value::UINT8:
      return value.getUint8();
    case Value::UINT16:
      return value.getUint16();
    case Value::UINT32:
      return value.getUint32();
    case Value::UINT64:
      return value.getUint64();
    case Value::FLOAT32:
      return std::bit_cast<uint32_t>(value.getFloat32());
    case Value::FLOAT64:
      return std::bit_cast<uint64_t>(value.getFloat64());
    case Value::ENUM:
      return value.getEnum();
    default:
      unreachable_type();
  }
}

std::string list_type(const SchemaFile& file, Type::Reader element) {
  switch (element.which()) {
    case Type::TEXT:
      return "TextListWriter";
    case Type::DATA:
      return "DataListWriter";
    case Type::STRUCT:
      return fmt::format("StructListWriter<{}>",
                         file.find(element.getStruct().getTypeId())->cpp_name);
    default:
      return fmt::format("PrimitiveListWriter<{}>", primitive_type(file, element));
  }
}

class Emitter {
 public:
  explicit Emitter(const SchemaFile& file) : file_(file) {}

  std::string run(std::string_view schema_path) {
    emit("// Generated from {} by capnpc-flat. Do not edit.\n", schema_path);
    emit("#pragma once\n\n#include \"format/freestanding/flat_message.h\"\n\n");
    emit("namespace ddireplay::format::flat {{\n\n");
    for_each(Node::ENUM, &Emitter::emit_enum);
    // Structs may contain each other in a circle, so all are declared, then all are described, and
    // only then come the functions that return one by value.
    for_each(Node::STRUCT, &Emitter::emit_forward_declaration);
    for_each(Node::STRUCT, &Emitter::emit_class);
    for_each(Node::STRUCT, &Emitter::emit_deferred_functions);
    emit("\n}}  // namespace ddireplay::format::flat\n");
    return std::move(text_);
  }

 private:
  template <class... Args>
  void emit(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Args>(args)...);
  }

  void for_each(Node::Which kind, void (Emitter::*function)(const Declaration&)) {
    for (const Declaration& declaration : file_.declarations()) {
      if (declaration.node.which() == kind) (this->*function)(declaration);
    }
  }

  void emit_enum(const Declaration& declaration) {
    emit("enum class {} : uint16_t {{\n", declaration.cpp_name);
    uint32_t value = 0;
    for (Enumerant::Reader enumerant : declaration.node.getEnum().getEnumerants()) {
      emit("  {} = {},\n", constant_case(enumerant.getName().cStr()), value++);
    }
    emit("}};\n\n");
  }

  void emit_forward_declaration(const Declaration& declaration) {
    emit("class {};\n", declaration.cpp_name);
  }

  void emit_class(const Declaration& declaration) {
    auto node = declaration.node.getStruct();
    emit("\nclass {} : public StructWriter {{\n public:\n", declaration.cpp_name);
    emit("  static constexpr StructSize kSize{{{}, {}}};\n\n", node.getDataWordCount(),
         node.getPointerCount());
    emit("  {}(Message& message, uint64_t* target) : StructWriter(message, target) {{}}\n\n",
         declaration.cpp_name);
    for (Field::Reader field : node.getFields()) emit_field(declaration, field);
    emit("}};\n");
  }

  void emit_field(const Declaration& parent, Field::Reader field) {
    std::string name = snake_case(field.getName().cStr());
    auto slot = field.getSlot();
    Type::Reader type = slot.getType();
    uint32_t pointer = parent.node.getStruct().getDataWordCount() + slot.getOffset();
    switch (type.which()) {
      case Type::VOID:
        return;
      case Type::BOOL:
        return emit("  void set_{}(bool value) {{ put_bit({}, value, {}); }}\n", name,
                    slot.getOffset(), slot.getDefaultValue().getBool());
      case Type::TEXT:
        return emit("  void set_{}(Text text) {{ message().set_text(pointer_at({}), text); }}\n",
                    name, pointer);
      case Type::DATA:
        return emit_data(name, pointer);
      case Type::STRUCT:
        return emit("  {} init_{}();\n", file_.find(type.getStruct().getTypeId())->cpp_name, name);
      case Type::LIST:
        return emit_list(name, pointer, type.getList().getElementType());
      default:
        return emit("  void set_{}({} value) {{ put({}, value, {:#x}); }}\n", name,
                    primitive_type(file_, type), slot.getOffset() * primitive_bytes(type),
                    default_bits(slot.getDefaultValue()));
    }
  }

  void emit_data(const std::string& name, uint32_t pointer) {
    emit("  void set_{}(Bytes bytes) {{ message().set_data(pointer_at({}), bytes); }}\n", name,
         pointer);
    emit("  DataWriter init_{}(uint64_t capacity) {{\n", name);
    emit("    return DataWriter(message(), pointer_at({}), capacity);\n  }}\n", pointer);
  }

  void emit_list(const std::string& name, uint32_t pointer, Type::Reader element) {
    std::string type = list_type(file_, element);
    if (element.isStruct()) return emit("  {} init_{}(uint64_t count);\n", type, name);
    emit("  {} init_{}(uint64_t count) {{\n", type, name);
    emit("    return {}(message(), pointer_at({}), count);\n  }}\n", type, pointer);
  }

  void emit_deferred_functions(const Declaration& declaration) {
    auto node = declaration.node.getStruct();
    for (Field::Reader field : node.getFields()) {
      Type::Reader type = field.getSlot().getType();
      uint32_t pointer = node.getDataWordCount() + field.getSlot().getOffset();
      std::string name = snake_case(field.getName().cStr());
      if (type.isStruct()) {
        std::string child = file_.find(type.getStruct().getTypeId())->cpp_name;
        emit("\ninline {0} {1}::init_{2}() {{\n", child, declaration.cpp_name, name);
        emit("  return {0}(message(), message().init_struct(pointer_at({1}), {0}::kSize));\n}}\n",
             child, pointer);
      } else if (type.isList() && type.getList().getElementType().isStruct()) {
        std::string list = list_type(file_, type.getList().getElementType());
        emit("\ninline {} {}::init_{}(uint64_t count) {{\n", list, declaration.cpp_name, name);
        emit("  return {}(message(), pointer_at({}), count);\n}}\n", list, pointer);
      }
    }
  }

  const SchemaFile& file_;
  std::string text_;
};

}  // namespace

std::string emit_header(const SchemaFile& file, std::string_view schema_path) {
  return Emitter(file).run(schema_path);
}

}  // namespace ddireplay::capnpc_flat
