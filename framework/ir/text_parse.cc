#include "framework/ir/builder.h"
#include "framework/ir/text.h"
#include "framework/ir/text_reader.h"

namespace conformance::ir {
namespace {

constexpr int kMaxDepth = 32;  // nested graphs and lists

class Parser : private TextReader {
 public:
  explicit Parser(std::string_view text) : TextReader(text) {}

  Result<Program> All() {
    CONFORMANCE_RETURN_IF_ERROR(Header());
    if (!Take('{')) return Wanted("'{'");
    CONFORMANCE_TRY(program_.graph, Body(&program_.signature));
    Blanks();
    if (at_ != text_.size()) return Wanted("the end");
    return std::move(program_);
  }

 private:
  // Header.
  Status Header() {
    if (!TakeWord("program") || !TakeWord("schema")) return Wanted("'program schema'");
    const auto major = ParseInt(Word());  // as words: 8.20 is no decimal fraction
    const auto minor = Take('.') ? ParseInt(Word()) : std::nullopt;
    if (!major || !minor) return Wanted("the schema's version like 8.20 before this");
    program_.schema_version = {*major, *minor};
    program_.opset_version.clear();
    program_.verifiers.clear();
    while (!TakeWord("graph")) {
      if (Peek() == '$') {
        CONFORMANCE_RETURN_IF_ERROR(TableEntry());
        continue;
      }
      const std::string keyword(Word());
      if (keyword == "torch") {
        CONFORMANCE_TRY(program_.torch_version, String());
      } else if (keyword == "verifiers") {
        CONFORMANCE_TRY(program_.verifiers, Strings());
      } else if (keyword == "opset") {
        CONFORMANCE_TRY(const std::string name, String());
        CONFORMANCE_TRY(program_.opset_version[name], Integer());
      } else if (keyword == "symbol") {
        CONFORMANCE_TRY(const std::string name, String());
        SymbolFacts& facts = program_.symbols[name];
        facts.positive = !TakeWord("any_sign");
        if (TakeWord("hint")) {
          CONFORMANCE_TRY(facts.hint, Integer());
        }
      } else if (keyword == "range") {
        CONFORMANCE_TRY(const std::string name, String());
        RangeConstraint& range = program_.range_constraints[name];
        if (TakeWord("min")) {
          CONFORMANCE_TRY(range.min, Integer());
        }
        if (TakeWord("max")) {
          CONFORMANCE_TRY(range.max, Integer());
        }
      } else if (keyword == "guard") {
        CONFORMANCE_TRY(std::string guard, String());
        program_.guards_code.push_back(std::move(guard));
      } else if (keyword == "metadata") {
        CONFORMANCE_TRY(const std::string key, String());
        CONFORMANCE_TRY(program_.metadata[key], String());
      } else if (keyword == "namedtuple") {
        CONFORMANCE_TRY(const std::string name, String());
        CONFORMANCE_TRY(program_.treespec_namedtuple_fields[name], Strings());
      } else if (keyword == "module") {
        CONFORMANCE_RETURN_IF_ERROR(ModuleCall());
      } else if (keyword == "constant") {
        CONFORMANCE_RETURN_IF_ERROR(Constant());
      } else {
        at_ -= keyword.size();
        return Wanted("a header line or 'graph'");
      }
    }
    return Ok();
  }

  Status TableEntry() {
    ++at_;
    CONFORMANCE_TRY(const int64_t number, Integer());
    if (number != static_cast<int64_t>(table_.size())) return Wanted("the next number of the string table before this");
    if (!Take('=')) return Wanted("'='");
    CONFORMANCE_TRY(std::string text, String());
    table_.push_back(std::move(text));
    return Ok();
  }

  Result<ConstantValue> ConstantLiteral() {
    if (TakeWord("None")) return ConstantValue{};
    if (Peek() == '"') {
      CONFORMANCE_TRY(std::string text, String());
      return ConstantValue(std::move(text));
    }
    if (AtNumber()) {
      CONFORMANCE_TRY(const Number number, AnyNumber());
      return number.is_int ? ConstantValue(number.integer) : ConstantValue(number.real);
    }
    CONFORMANCE_TRY(const bool flag, Flag());
    return ConstantValue(flag);
  }

  Result<CallArgument> Call() {
    CallArgument out;
    const std::string_view word = Word();
    if (word == "constant") {
      out.kind = ArgumentKind::kNone;
      CONFORMANCE_TRY(out.constant, ConstantLiteral());
      return out;
    }
    if (word == "tensor") out.kind = ArgumentKind::kTensor;
    else if (word == "int") out.kind = ArgumentKind::kSymInt;
    else if (word == "float") out.kind = ArgumentKind::kSymFloat;
    else if (word == "bool") out.kind = ArgumentKind::kSymBool;
    else if (word == "token") out.kind = ArgumentKind::kToken;
    else if (word == "object") out.kind = ArgumentKind::kCustomObj;
    else return Wanted("tensor, int, float, bool, token, object or constant before this");
    CONFORMANCE_TRY(out.name, String());
    if (out.kind == ArgumentKind::kCustomObj) {
      CONFORMANCE_TRY(out.class_fqn, String());
    }
    return out;
  }

  Status ModuleCall() {
    ModuleCallEntry entry;
    CONFORMANCE_TRY(entry.fqn, String());
    if (TakeWord("call")) {
      ModuleCallSignature call;
      if (!TakeWord("inputs")) return Wanted("'inputs'");
      CONFORMANCE_TRY(call.inputs, List([this] { return Call(); }));
      if (!TakeWord("outputs")) return Wanted("'outputs'");
      CONFORMANCE_TRY(call.outputs, List([this] { return Call(); }));
      if (!TakeWord("in_spec")) return Wanted("'in_spec'");
      CONFORMANCE_TRY(call.in_spec, String());
      if (!TakeWord("out_spec")) return Wanted("'out_spec'");
      CONFORMANCE_TRY(call.out_spec, String());
      if (TakeWord("forward")) {
        CONFORMANCE_TRY(call.forward_arg_names, Strings());
      }
      entry.signature = std::move(call);
    }
    program_.module_call_graph.push_back(std::move(entry));
    return Ok();
  }

  Status Constant() {
    CONFORMANCE_TRY(const std::string name, String());
    const auto dtype = DTypeFromString(Word());
    if (!dtype) return Wanted("a dtype before this");
    CONFORMANCE_TRY(Shape shape, Integers());
    for (const int64_t size : shape) {
      if (size < 0) return Wanted("sizes that are not negative before this");
    }
    const auto count = CheckedNumElements(shape);
    // The elements stand in this text, so there cannot be more of them than characters.
    if (!count || *count > static_cast<int64_t>(text_.size())) return Wanted("fewer elements before this");
    if (!Take('=')) return Wanted("'='");
    Tensor tensor = Tensor::Zeros(*dtype, shape);
    if (TakeWord("hex")) {
      CONFORMANCE_TRY(const std::string hex, String());
      if (hex.size() != 2 * tensor.byte_size()) return Wanted(std::to_string(2 * tensor.byte_size()) + " hex digits before this");
      for (size_t i = 0; i < tensor.byte_size(); ++i) {
        const int high = HexDigit(hex[2 * i]), low = HexDigit(hex[2 * i + 1]);
        if (high < 0 || low < 0) return Wanted("hex digits before this");
        tensor.raw_mutable()[i] = static_cast<std::byte>(high * 16 + low);
      }
    } else if (IsComplex(*dtype)) {
      CONFORMANCE_TRY(const std::vector<double> values, List([this] { return Real(); }));
      if (static_cast<int64_t>(values.size()) != 2 * *count) return Wanted(std::to_string(2 * *count) + " parts of elements before this");
      shape.push_back(2);
      tensor = ViewAsComplex(Cast(Tensor::Of<double>(shape, values), RealOf(*dtype)));
    } else if (IsFloating(*dtype)) {
      CONFORMANCE_TRY(const std::vector<double> values, List([this] { return Real(); }));
      if (static_cast<int64_t>(values.size()) != *count) return Wanted(std::to_string(*count) + " elements before this");
      tensor = Cast(Tensor::Of<double>(shape, values), *dtype);
    } else {
      CONFORMANCE_TRY(const std::vector<int64_t> values, Integers());
      if (static_cast<int64_t>(values.size()) != *count) return Wanted(std::to_string(*count) + " elements before this");
      tensor = Cast(Tensor::Of<int64_t>(shape, values), *dtype);
    }
    program_.constants.insert_or_assign(name, std::move(tensor));
    return Ok();
  }

  // Arguments. Where `defines`, a value stands with its type and is new.
  struct Scope {
    GraphBuilder builder;
    bool defines = false;
  };

  Result<ValueId> ValueName(Scope& scope) {
    if (!Take('%')) return Wanted("a value like %x");
    CONFORMANCE_TRY(std::string name, Name());
    const ValueId known = scope.builder.graph().FindValue(name);
    if (!scope.defines) {
      if (known == ValueId::kNone) return Wanted("a value that is defined above, not %" + name + ", before this");
      return known;
    }
    if (known != ValueId::kNone) return Wanted("a name other than %" + name + ", which is taken, before this");
    if (!Take(':')) return Wanted("':' and a type");
    CONFORMANCE_TRY(ValueMeta meta, Meta());
    return scope.builder.NewValue(std::move(name), std::move(meta));
  }

  static Argument OfValue(const Scope& scope, ValueId id) {
    const ValueMeta& meta = scope.builder.graph().value(id).meta;
    if (std::holds_alternative<SymInt>(meta)) return SymIntRef(id);
    if (std::holds_alternative<SymFloat>(meta)) return SymFloatRef(id);
    if (std::holds_alternative<SymBool>(meta)) return SymBoolRef(id);
    if (std::holds_alternative<CustomObjMeta>(meta)) return CustomObjRef{id};
    if (std::holds_alternative<TokenMeta>(meta)) return TokenRef{id};
    return id;
  }

  Result<Argument> ParseArgument(Scope& scope) {
    if (++depth_ > kMaxDepth) return Wanted("less than 32 nested graphs and lists");
    auto out = ParseArgumentInside(scope);
    --depth_;
    return out;
  }

  Result<Argument> ParseArgumentInside(Scope& scope) {
    const char c = Peek();
    if (c == '%') {
      CONFORMANCE_TRY(const ValueId id, ValueName(scope));
      return OfValue(scope, id);
    }
    if (c == '"') {
      CONFORMANCE_TRY(std::string text, String());
      return Argument(std::move(text));
    }
    if (c == '[') return PlainList(scope);
    if (c == '{') return Map(scope);
    if (AtNumber()) {
      CONFORMANCE_TRY(const Number number, AnyNumber());
      return number.is_int ? Argument(number.integer) : Argument(number.real);
    }
    const std::string word(Word());
    if (word == "None") return Argument(None{});
    if (word == "True" || word == "False") return Argument(word == "True");
    if (word == "dtype") {
      CONFORMANCE_TRY(const ScalarType value, Enumerator<ScalarType>(ScalarTypeFromString, "dtype"));
      return Argument(value);
    }
    if (word == "memory") {
      CONFORMANCE_TRY(const MemoryFormat value, Enumerator<MemoryFormat>(MemoryFormatFromString, "memory format"));
      return Argument(value);
    }
    if (word == "layout") {
      CONFORMANCE_TRY(const Layout value, Enumerator<Layout>(LayoutFromString, "layout"));
      return Argument(value);
    }
    if (word == "device") {
      CONFORMANCE_TRY(Device value, DeviceInParentheses());
      return Argument(std::move(value));
    }
    if (word == "op") {
      CONFORMANCE_TRY(std::string target, String());
      return Argument(OperatorRef{std::move(target)});
    }
    if (word == "graph") {
      CONFORMANCE_TRY(std::string name, String());
      if (!Take('{')) return Wanted("'{'");
      CONFORMANCE_TRY(Graph graph, Body(nullptr));
      return Argument(GraphRef{std::move(name), std::make_shared<const Graph>(std::move(graph))});
    }
    if (word == "optional" || word == "sym" || word == "symf" || word == "symb" || word == "complex") return InParentheses(scope, word);
    return PrefixedList(scope, word);
  }

  Result<Argument> InParentheses(Scope& scope, const std::string& word) {
    CONFORMANCE_RETURN_IF_ERROR(Open());
    Argument out;
    if (word == "optional") {
      CONFORMANCE_TRY(const OptionalTensor value, Optional(scope));
      out = value;
    } else if (word == "sym") {
      CONFORMANCE_TRY(const int64_t value, Integer());
      out = SymIntRef(value);
    } else if (word == "symf") {
      CONFORMANCE_TRY(const double value, Real());
      out = SymFloatRef(value);
    } else if (word == "symb") {
      CONFORMANCE_TRY(const bool value, Flag());
      out = SymBoolRef(value);
    } else {
      CONFORMANCE_TRY(const double real, Real());
      if (!Take(',')) return Wanted("','");
      CONFORMANCE_TRY(const double imaginary, Real());
      out = std::complex<double>(real, imaginary);
    }
    CONFORMANCE_RETURN_IF_ERROR(Close());
    return out;
  }

  Result<OptionalTensor> Optional(Scope& scope) {
    if (TakeWord("None")) return OptionalTensor{};
    CONFORMANCE_TRY(const ValueId id, ValueName(scope));
    return OptionalTensor{id};
  }

  template <typename Ref, typename Literal, typename Read>
  Result<Argument> Refs(Scope& scope, const Read& literal) {
    CONFORMANCE_TRY(std::vector<Ref> out, List([&]() -> Result<Ref> {
                      if (Peek() == '%') {
                        CONFORMANCE_TRY(const ValueId id, ValueName(scope));
                        return Ref(id);
                      }
                      CONFORMANCE_TRY(const Literal value, literal());
                      return Ref(value);
                    }));
    return Argument(std::move(out));
  }

  Result<Argument> PrefixedList(Scope& scope, const std::string& prefix) {
    const auto values = [&] { return List([&] { return ValueName(scope); }); };
    const auto reals = [this] { return List([this] { return Real(); }); };
    const auto wrap = [](auto list) -> Result<Argument> {
      if (!list.ok()) return std::move(list).error();
      return Argument(std::move(list).value());
    };
    if (prefix == "tensors") return wrap(values());
    if (prefix == "optionals") return wrap(List([&] { return Optional(scope); }));
    if (prefix == "nested") return wrap(List(values));
    if (prefix == "int_lists") return wrap(List([this] { return Integers(); }));
    if (prefix == "floats") return wrap(reals());
    if (prefix == "float_lists") return wrap(List(reals));
    if (prefix == "bools") return wrap(List([this] { return Flag(); }));
    if (prefix == "strings") return wrap(Strings());
    if (prefix == "syms") return Refs<SymIntRef, int64_t>(scope, [this] { return Integer(); });
    if (prefix == "symfs") return Refs<SymFloatRef, double>(scope, [this] { return Real(); });
    if (prefix == "symbs") return Refs<SymBoolRef, bool>(scope, [this] { return Flag(); });
    at_ -= prefix.size();
    return Wanted("an argument");
  }

  // [1, 2], [%a, %b], [%size, -1]: the elements say what it is.
  Result<Argument> PlainList(Scope& scope) {
    CONFORMANCE_TRY(const std::vector<Argument> elements, List([&] { return ParseArgument(scope); }));
    if (elements.empty()) return Argument(std::vector<int64_t>());
    ArgumentKind kind = elements[0].kind();
    for (const Argument& element : elements) {
      const ArgumentKind each = element.kind();
      if (each == ArgumentKind::kSymInt || each == ArgumentKind::kSymFloat || each == ArgumentKind::kSymBool) kind = each;
    }
    switch (kind) {
      case ArgumentKind::kTensor: return Gather<ValueId, ValueId>(elements);
      case ArgumentKind::kInt: return Gather<int64_t, int64_t>(elements);
      case ArgumentKind::kFloat: return Gather<double, double>(elements);
      case ArgumentKind::kBool: return Gather<bool, bool>(elements);
      case ArgumentKind::kString: return Gather<std::string, std::string>(elements);
      case ArgumentKind::kSymInt: return Gather<SymIntRef, int64_t>(elements);
      case ArgumentKind::kSymFloat: return Gather<SymFloatRef, double>(elements);
      case ArgumentKind::kSymBool: return Gather<SymBoolRef, bool>(elements);
      default: return Wanted("a list of values or literals before this");
    }
  }
  template <typename Held, typename Literal>
  Result<Argument> Gather(const std::vector<Argument>& elements) {
    std::vector<Held> out;
    for (const Argument& element : elements) {
      if (const auto* same = element.As<Held>()) out.push_back(*same);
      else if (const auto* literal = element.As<Literal>()) out.push_back(Held(*literal));
      else return Wanted("elements of one kind before this");
    }
    return Argument(std::move(out));
  }

  Result<Argument> Map(Scope& scope) {
    ++at_;
    ArgumentMap out;
    if (Take('}')) return Argument(std::move(out));
    do {
      CONFORMANCE_TRY(std::string key, String());
      if (!Take(':')) return Wanted("':'");
      CONFORMANCE_TRY(Argument value, ParseArgument(scope));
      out.emplace_back(std::move(key), std::move(value));
    } while (Take(','));
    if (!Take('}')) return Wanted("',' or '}'");
    return Argument(std::move(out));
  }

  // Graphs.
  Result<Graph> Body(GraphSignature* signature) {
    Scope scope;
    std::vector<Argument> outputs;
    while (!Take('}')) {
      if (at_ >= text_.size()) return Wanted("'}'");
      if (TakeWord("input")) {
        scope.defines = true;
        CONFORMANCE_TRY(Argument input, ParseArgument(scope));
        scope.defines = false;
        scope.builder.AddInput(std::move(input));
        if (signature != nullptr) {
          CONFORMANCE_TRY(InputSpec spec, Spec());
          signature->inputs.push_back(std::move(spec));
        }
      } else if (TakeWord("output")) {
        CONFORMANCE_TRY(Argument output, ParseArgument(scope));
        outputs.push_back(std::move(output));
        if (signature != nullptr) {
          CONFORMANCE_TRY(OutputSpec spec, SpecOfOutput());
          signature->outputs.push_back(std::move(spec));
        }
      } else if (TakeWord("single_tensor_return")) {
        scope.builder.SetSingleTensorReturn(true);
      } else {
        CONFORMANCE_RETURN_IF_ERROR(ParseNode(scope));
      }
    }
    scope.builder.SetOutputs(std::move(outputs));
    return std::move(scope.builder).Take();
  }

  template <typename Spec, size_t n>
  Result<typename Spec::Kind> Kind(const typename Spec::Kind (&kinds)[n]) {
    const std::string_view word = Word();
    for (const auto kind : kinds) {
      if (ToString(kind) == word) return kind;
    }
    return Wanted("what the input or output stands for before this");
  }
  Result<InputSpec> Spec() {
    using K = InputSpec::Kind;
    static constexpr K kKinds[] = {K::kUserInput, K::kParameter, K::kBuffer, K::kTensorConstant, K::kCustomObj, K::kToken, K::kConstantInput};
    InputSpec spec;
    CONFORMANCE_TRY(spec.kind, Kind<InputSpec>(kKinds));
    if (Peek() == '"') {
      CONFORMANCE_TRY(spec.target, String());
    }
    if (TakeWord("nonpersistent")) spec.persistent = false;
    if (spec.kind == K::kConstantInput) {
      if (!Take('=')) return Wanted("'='");
      CONFORMANCE_TRY(spec.constant, ConstantLiteral());
    }
    return spec;
  }
  Result<OutputSpec> SpecOfOutput() {
    using K = OutputSpec::Kind;
    static constexpr K kKinds[] = {K::kUserOutput, K::kLossOutput, K::kBufferMutation, K::kGradientToParameter, K::kGradientToUserInput,
                                   K::kUserInputMutation, K::kToken, K::kParameterMutation};
    OutputSpec spec;
    CONFORMANCE_TRY(spec.kind, Kind<OutputSpec>(kKinds));
    if (Peek() == '"') {
      CONFORMANCE_TRY(spec.target, String());
    }
    return spec;
  }

  // A target without outputs begins with a word and '(' or with a string; what a node makes never does.
  bool AtTarget() {
    if (Peek() == '"') return true;
    size_t end = at_;
    while (end < text_.size() && (IsNameCharacter(text_[end]) || text_[end] == '.')) ++end;
    const std::string_view word = text_.substr(at_, end - at_);
    return !word.empty() && word.find('.') != std::string_view::npos && end < text_.size() && text_[end] == '(';
  }
  Result<std::string> Target() {
    if (Peek() == '"') return String();
    const size_t start = at_;
    while (at_ < text_.size() && (IsNameCharacter(text_[at_]) || text_[at_] == '.')) ++at_;
    if (at_ == start) return Wanted("an operator");
    return TargetOf(text_.substr(start, at_ - start));
  }

  Status ParseNode(Scope& scope) {
    Node node;
    if (!AtTarget()) {
      scope.defines = true;
      do {
        CONFORMANCE_TRY(Argument output, ParseArgument(scope));
        node.outputs.push_back(std::move(output));
      } while (Take(','));
      scope.defines = false;
      if (!Take('=')) return Wanted("'='");
    }
    CONFORMANCE_TRY(node.target, Target());
    CONFORMANCE_RETURN_IF_ERROR(Open());
    while (!Take(')')) {
      if (!node.inputs.empty() && !Take(',')) return Wanted("',' or ')'");
      NamedArgument input;
      if (Take('*')) input.kind = NamedArgument::Kind::kKeyword;
      else if (Take('?')) input.kind = NamedArgument::Kind::kUnknown;
      else if (Take('~')) input.kind = std::nullopt;
      CONFORMANCE_TRY(input.name, Name());
      if (!Take('=')) return Wanted("'='");
      CONFORMANCE_TRY(input.arg, ParseArgument(scope));
      node.inputs.push_back(std::move(input));
    }
    if (!LineEnds() && TakeWord("as")) {
      CONFORMANCE_TRY(node.name, Name());
    }
    if (!LineEnds() && TakeWord("hop_single")) {
      if (!Take('=')) return Wanted("'='");
      CONFORMANCE_TRY(node.is_hop_single_tensor_return, Flag());
    }
    if (!LineEnds() && Take('!')) {
      while (!LineEnds()) {
        CONFORMANCE_TRY(const std::string key, Name());
        if (!Take('=')) return Wanted("'='");
        CONFORMANCE_TRY(node.metadata[key], MetadataText());
      }
    }
    const std::vector<ValueId> made = node.OutputValues();
    if (node.name.empty() && made.size() == 1) node.name = scope.builder.graph().value(made[0]).name;
    if (node.name.empty()) return Wanted("'as' and the node's name before this");
    if (scope.builder.graph().FindNode(node.name) != nullptr) return Wanted("a node name other than " + node.name + " before this");
    scope.builder.Append(std::move(node));
    return Ok();
  }

  Result<std::string> MetadataText() {
    if (!Take('$')) return String();
    CONFORMANCE_TRY(const int64_t number, Integer());
    if (number < 0 || number >= static_cast<int64_t>(table_.size())) return Wanted("the number of a string in the table before this");
    return table_[static_cast<size_t>(number)];
  }

  int depth_ = 0;
  Program program_;
  std::vector<std::string> table_;
};

}  // namespace

Result<Program> ParseProgram(std::string_view text) { return Parser(text).All(); }

}  // namespace conformance::ir
