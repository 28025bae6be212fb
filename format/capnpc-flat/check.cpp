#include "format/capnpc-flat/check.h"

namespace ddireplay::capnpc_flat {
namespace {

using capnp::schema::Field;
using capnp::schema::Node;
using capnp::schema::Type;

class Checker {
 public:
  explicit Checker(const SchemaFile& file) : file_(file) {}

  std::vector<std::string> run() {
    for (const Declaration& declaration : file_.declarations()) check(declaration);
    return std::move(problems_);
  }

 private:
  void check(const Declaration& declaration) {
    if (declaration.node.getIsGeneric()) report(declaration.name, "generics are not supported");
    switch (declaration.node.which()) {
      case Node::STRUCT:
        return check_struct(declaration);
      case Node::INTERFACE:
        return report(declaration.name, "interfaces are not supported");
      case Node::CONST:
        return report(declaration.name, "constants are not supported");
      default:
        return;  // an enum is fine; an annotation has no bearing on the layout
    }
  }

  void check_struct(const Declaration& declaration) {
    auto node = declaration.node.getStruct();
    if (node.getDiscriminantCount() != 0) report(declaration.name, "unions are not supported");
    for (Field::Reader field : node.getFields()) {
      std::string where = declaration.name + "." + field.getName().cStr();
      if (field.isGroup()) {
        report(where, "groups and named unions are not supported");
      } else {
        check_type(where, field.getSlot().getType());
      }
    }
  }

  void check_type(const std::string& where, Type::Reader type) {
    switch (type.which()) {
      case Type::INTERFACE:
        return report(where, "interfaces are not supported");
      case Type::ANY_POINTER:
        return report(where, "AnyPointer and type parameters are not supported");
      case Type::ENUM:
        return check_declared_here(where, type.getEnum().getTypeId());
      case Type::STRUCT:
        return check_declared_here(where, type.getStruct().getTypeId());
      case Type::LIST:
        return check_element(where, type.getList().getElementType());
      default:
        return;
    }
  }

  void check_element(const std::string& where, Type::Reader element) {
    if (element.isList()) return report(where, "lists of lists are not supported");
    if (element.isVoid()) return report(where, "lists of Void are not supported");
    check_type(where, element);
  }

  void check_declared_here(const std::string& where, uint64_t type_id) {
    if (file_.find(type_id) == nullptr) {
      report(where, "types declared in another file are not supported");
    }
  }

  void report(const std::string& where, const char* what) {
    problems_.push_back(where + ": " + what);
  }

  const SchemaFile& file_;
  std::vector<std::string> problems_;
};

}  // namespace

std::vector<std::string> unsupported_features(const SchemaFile& file) {
  return Checker(file).run();
}

}  // namespace ddireplay::capnpc_flat
