// Reads ATen's schema texts. They are ours, written in the ops' own files: a mistake in one aborts.
#include <cctype>

#include "framework/base/strings.h"
#include "framework/ops/op_def.h"

namespace conformance::ops {
namespace {

class SchemaParser {
 public:
  explicit SchemaParser(std::string_view text) : text_(text) {}

  OpDef Parse() {
    OpDef op;
    op.target = Target();
    Expect('(');
    bool keyword_only = false;
    while (!Take(')')) {
      if (Take('*')) {
        keyword_only = true;
      } else {
        op.args.push_back(Parameter());
        op.args.back().keyword_only = keyword_only;
      }
      if (!Take(',')) Check(Peek() == ')', "a comma or )");
    }
    Expect('-');
    Expect('>');
    if (Take('(')) {
      while (!Take(')')) {
        op.returns.push_back(Return());
        if (!Take(',')) Check(Peek() == ')', "a comma or )");
      }
    } else {
      op.returns.push_back(Return());
    }
    Blanks();
    Check(at_ == text_.size(), "the end");
    return op;
  }

 private:
  struct Type {
    ArgKind kind = ArgKind::kTensor;
    bool optional = false, symbolic = false, written = false, aliased = false;
    std::optional<int64_t> list_size;
  };

  void Check(bool condition, std::string_view wanted) const {
    CONFORMANCE_CHECK(condition, "schema '" + std::string(text_) + "' at " + std::to_string(at_) + ": want " +
                                     std::string(wanted));
  }
  void Blanks() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  char Peek() {
    Blanks();
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool Take(char c) {
    if (Peek() != c) return false;
    ++at_;
    return true;
  }
  void Expect(char c) { Check(Take(c), std::string(1, c)); }
  std::string_view Word() {
    Blanks();
    const size_t start = at_;
    while (at_ < text_.size() &&
           (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '_'))
      ++at_;
    Check(at_ > start, "a name");
    return text_.substr(start, at_ - start);
  }

  // "aten::add.Tensor" -> "aten.add.Tensor"; without overload ".default", which Python's own functions do not have.
  std::string Target() {
    const std::string space(Word());
    Expect(':');
    Expect(':');
    std::string target = space + "." + std::string(Word());
    if (Take('.')) return target + "." + std::string(Word());
    return space == "_operator" || space == "torch" ? target : target + ".default";
  }

  Type ParseType() {
    static constexpr struct {
      std::string_view name;
      ArgKind one, list;
    } kTypes[] = {
        {"Tensor", ArgKind::kTensor, ArgKind::kTensorList},
        {"int", ArgKind::kInt, ArgKind::kIntList},
        {"SymInt", ArgKind::kInt, ArgKind::kIntList},
        {"float", ArgKind::kFloat, ArgKind::kFloatList},
        {"bool", ArgKind::kBool, ArgKind::kBoolList},
        {"Scalar", ArgKind::kScalar, ArgKind::kScalar},
        {"str", ArgKind::kString, ArgKind::kString},
        {"ScalarType", ArgKind::kScalarType, ArgKind::kScalarType},
        {"Layout", ArgKind::kLayout, ArgKind::kLayout},
        {"Device", ArgKind::kDevice, ArgKind::kDevice},
        {"MemoryFormat", ArgKind::kMemoryFormat, ArgKind::kMemoryFormat},
    };
    const std::string_view name = Word();
    Type type;
    const auto* entry = std::begin(kTypes);
    while (entry != std::end(kTypes) && entry->name != name) ++entry;
    Check(entry != std::end(kTypes), "a type");
    type.kind = entry->one;
    type.symbolic = name == "SymInt" || name == "Scalar";
    if (Take('(')) {  // "(a)", "(a!)", "(a -> *)"
      type.aliased = true;
      while (!Take(')')) {
        if (Peek() == '!') type.written = true;
        ++at_;
        Check(at_ < text_.size(), ")");
      }
    }
    bool element_optional = Take('?');
    if (Take('[')) {
      Check(entry->list != entry->one, "a type that has lists");
      type.kind = entry->list;
      if (Peek() != ']') type.list_size = Integer();
      Expect(']');
      if (element_optional) type.kind = ArgKind::kOptionalTensorList;
      type.optional = Take('?');
    } else {
      type.optional = element_optional;
    }
    return type;
  }

  ArgSchema Parameter() {
    const Type type = ParseType();
    ArgSchema arg;
    arg.kind = type.kind;
    arg.optional = type.optional;
    arg.symbolic = type.symbolic;
    arg.written = type.written;
    arg.aliased = type.aliased;
    arg.list_size = type.list_size;
    arg.name = Word();
    if (Take('=')) arg.default_value = Default(type);
    return arg;
  }

  ReturnSchema Return() {
    const Type type = ParseType();
    if (std::isalpha(static_cast<unsigned char>(Peek())) != 0) Word();  // "(Tensor values, Tensor indices)"
    const bool scalar = type.kind == ArgKind::kScalar;
    return {scalar ? ArgKind::kInt : type.kind, type.aliased};
  }

  int64_t Integer() {
    Blanks();
    const size_t start = at_;
    if (at_ < text_.size() && text_[at_] == '-') ++at_;
    while (at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
    const auto value = ParseInt(text_.substr(start, at_ - start));
    Check(value.has_value(), "an integer");
    return *value;
  }

  Argument Number(ArgKind kind) {
    Blanks();
    const size_t start = at_;
    while (at_ < text_.size() && text_[at_] != ',' && text_[at_] != ')' && text_[at_] != ']' &&
           text_[at_] != ' ')
      ++at_;
    const std::string_view text = text_.substr(start, at_ - start);
    const auto integer = ParseInt(text);
    if (integer && kind != ArgKind::kFloat) return SymInt(*integer);
    const auto number = ParseDouble(text);
    Check(number.has_value(), "a number");
    return *number;
  }

  Argument Default(const Type& type) {
    const char next = Peek();
    if (next == '"') {
      ++at_;
      const size_t start = at_;
      while (at_ < text_.size() && text_[at_] != '"') ++at_;
      const std::string text(text_.substr(start, at_ - start));
      Expect('"');
      return text;
    }
    if (next == '[') {
      Check(type.kind == ArgKind::kIntList, "a default of a list of integers");
      ++at_;
      std::vector<SymInt> values;
      while (!Take(']')) {
        values.emplace_back(Integer());
        Take(',');
      }
      return values;
    }
    if (Take('\'')) {
      std::string word(Word());
      Expect('\'');
      return word;
    }
    if (std::isalpha(static_cast<unsigned char>(next)) != 0) {
      const std::string_view word = Word();
      if (word == "None") return NoneType{};
      if (word == "True") return true;
      if (word == "False") return false;
      Check(word == "contiguous_format", "None, True, False or contiguous_format");
      return MemoryFormat::kContiguous;
    }
    if (type.kind == ArgKind::kIntList)
      return std::vector<SymInt>(static_cast<size_t>(type.list_size.value_or(1)), Integer());
    return Number(type.kind);
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

OpDef MakeOp(std::string_view schema, Rule rule, OpTraits traits) {
  OpDef op = SchemaParser(schema).Parse();
  op.rule = rule;
  op.traits = traits;
  return op;
}

}  // namespace conformance::ops
