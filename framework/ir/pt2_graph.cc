// The schema's Graph, Node and Argument as JSON -> ours.

#include "framework/ir/builder.h"
#include "framework/ir/pt2_json.h"

namespace conformance::ir {
namespace {

class GraphReader {
 public:
  GraphReader(const JsonAt& at, Pt2MetaReader& metas) : at_(at), metas_(metas) {}

  Result<Graph> Read() {
    CONFORMANCE_TRY(const JsonAt inputs, at_.Member("inputs"));
    CONFORMANCE_TRY(const Json::Array* input_array, inputs.Array());
    for (size_t i = 0; i < input_array->size(); ++i) {
      CONFORMANCE_TRY(Argument input, ReadArgument(inputs.Element(i), true));
      builder_.AddInput(std::move(input));
    }
    CONFORMANCE_TRY(const JsonAt nodes, at_.Member("nodes"));
    CONFORMANCE_TRY(const Json::Array* node_array, nodes.Array());
    for (size_t i = 0; i < node_array->size(); ++i) CONFORMANCE_RETURN_IF_ERROR(ReadNode(nodes.Element(i)));
    CONFORMANCE_TRY(const JsonAt outputs, at_.Member("outputs"));
    CONFORMANCE_TRY(std::vector<Argument> made, outputs.List([this](const JsonAt& each) { return ReadArgument(each, false); }));
    builder_.SetOutputs(std::move(made));
    if (const auto single = at_.Optional("is_single_tensor_return")) {
      CONFORMANCE_TRY(const bool value, single->Bool());
      builder_.SetSingleTensorReturn(value);
    }
    return std::move(builder_).Take();
  }

 private:
  // A name: of a new value with the meta that the table `table` has for it, or of a known one.
  Result<ValueId> Value(const JsonAt& at, std::string_view table, bool defines) {
    CONFORMANCE_TRY(const std::string name, at.String());
    const ValueId known = builder_.graph().FindValue(name);
    if (!defines) {
      if (known == ValueId::kNone) return at.Wanted("the name of a graph input or of an earlier node's output");
      return known;
    }
    if (known != ValueId::kNone) return at.Wanted("a name that no other value has");
    CONFORMANCE_TRY(const JsonAt metas, at_.Member(table));
    CONFORMANCE_TRY(const JsonAt meta, metas.Member(name));
    if (table == "tensor_values") {
      CONFORMANCE_TRY(TensorMeta tensor, metas_.Tensor(meta));
      return builder_.NewValue(name, std::move(tensor));
    }
    if (table == "sym_int_values") {
      CONFORMANCE_TRY(SymInt size, metas_.Size(meta));
      return builder_.NewValue(name, std::move(size));
    }
    if (table == "sym_float_values") {
      CONFORMANCE_TRY(SymFloat number, metas_.Float(meta));
      return builder_.NewValue(name, std::move(number));
    }
    CONFORMANCE_TRY(SymBool condition, metas_.Bool(meta));
    return builder_.NewValue(name, std::move(condition));
  }

  Result<ValueId> TensorName(const JsonAt& at, bool defines) {
    CONFORMANCE_TRY(const JsonAt name, at.Member("name"));
    return Value(name, "tensor_values", defines);
  }

  Result<OptionalTensor> Optional(const JsonAt& at, bool defines) {
    CONFORMANCE_TRY(const auto held, at.Union());
    if (held.first == "as_none") return OptionalTensor{};
    if (held.first != "as_tensor") return at.Wanted("as_tensor or as_none");
    CONFORMANCE_TRY(const ValueId id, TensorName(held.second, defines));
    return OptionalTensor{id};
  }

  Result<SymIntRef> IntRef(const JsonAt& at, bool defines) {
    CONFORMANCE_TRY(const auto held, at.Union());
    if (held.first == "as_name") {
      CONFORMANCE_TRY(const ValueId id, Value(held.second, "sym_int_values", defines));
      return SymIntRef(id);
    }
    if (held.first != "as_int") return at.Wanted("as_name or as_int");
    CONFORMANCE_TRY(const int64_t value, held.second.Int());
    return SymIntRef(value);
  }
  Result<SymFloatRef> FloatRef(const JsonAt& at, bool defines) {
    CONFORMANCE_TRY(const auto held, at.Union());
    if (held.first == "as_name") {
      CONFORMANCE_TRY(const ValueId id, Value(held.second, "sym_float_values", defines));
      return SymFloatRef(id);
    }
    if (held.first != "as_float") return at.Wanted("as_name or as_float");
    CONFORMANCE_TRY(const double value, held.second.Double());
    return SymFloatRef(value);
  }
  Result<SymBoolRef> BoolRef(const JsonAt& at, bool defines) {
    CONFORMANCE_TRY(const auto held, at.Union());
    if (held.first == "as_name") {
      CONFORMANCE_TRY(const ValueId id, Value(held.second, "sym_bool_values", defines));
      return SymBoolRef(id);
    }
    if (held.first != "as_bool") return at.Wanted("as_name or as_bool");
    CONFORMANCE_TRY(const bool value, held.second.Bool());
    return SymBoolRef(value);
  }

  Result<CustomObjRef> CustomObject(const JsonAt& at, bool defines) {
    CONFORMANCE_TRY(const JsonAt name_at, at.Member("name"));
    CONFORMANCE_TRY(const std::string name, name_at.String());
    const ValueId known = builder_.graph().FindValue(name);
    if (!defines) {
      if (known == ValueId::kNone) return name_at.Wanted("the name of a graph input or of an earlier node's output");
      return CustomObjRef{known};
    }
    if (known != ValueId::kNone) return name_at.Wanted("a name that no other value has");
    CONFORMANCE_TRY(const JsonAt class_at, at.Member("class_fqn"));
    CONFORMANCE_TRY(std::string class_fqn, class_at.String());
    return CustomObjRef{builder_.NewValue(name, CustomObjMeta{std::move(class_fqn)})};
  }

  template <typename T>
  static Result<Argument> Wrap(Result<T> value) {
    if (!value.ok()) return std::move(value).error();
    return Argument(std::move(value).value());
  }

  Result<Argument> ReadArgument(const JsonAt& at, bool defines) {
    CONFORMANCE_TRY(const auto held, at.Union());
    const std::string_view key = held.first;
    const JsonAt& x = held.second;
    const auto integer = [](const JsonAt& each) { return each.Int(); };
    const auto real = [](const JsonAt& each) { return each.Double(); };
    const auto tensor = [&](const JsonAt& each) { return TensorName(each, defines); };
    if (key == "as_tensor") return Wrap(TensorName(x, defines));
    if (key == "as_tensors") return Wrap(x.List(tensor));
    if (key == "as_int") return Wrap(x.Int());
    if (key == "as_ints") return Wrap(x.List(integer));
    if (key == "as_none") return Argument(None{});
    if (key == "as_bool") return Wrap(x.Bool());
    if (key == "as_float") return Wrap(x.Double());
    if (key == "as_sym_int") return Wrap(IntRef(x, defines));
    if (key == "as_sym_ints") return Wrap(x.List([&](const JsonAt& each) { return IntRef(each, defines); }));
    if (key == "as_scalar_type") return Wrap(Pt2MetaReader::Enumerator<ScalarType>(x, ScalarTypeFromNumber, "dtype"));
    if (key == "as_memory_format") return Wrap(Pt2MetaReader::Enumerator<MemoryFormat>(x, MemoryFormatFromNumber, "memory format"));
    if (key == "as_layout") return Wrap(Pt2MetaReader::Enumerator<Layout>(x, LayoutFromNumber, "layout"));
    if (key == "as_device") return Wrap(Pt2MetaReader::ReadDevice(x));
    if (key == "as_optional_tensor") return Wrap(Optional(x, defines));
    if (key == "as_optional_tensors") return Wrap(x.List([&](const JsonAt& each) { return Optional(each, defines); }));
    if (key == "as_nested_tensors") return Wrap(x.List([&](const JsonAt& each) { return each.List(tensor); }));
    if (key == "as_int_lists") return Wrap(x.List([&](const JsonAt& each) { return each.List(integer); }));
    if (key == "as_floats") return Wrap(x.List(real));
    if (key == "as_float_lists") return Wrap(x.List([&](const JsonAt& each) { return each.List(real); }));
    if (key == "as_bools") return Wrap(x.List([](const JsonAt& each) { return each.Bool(); }));
    if (key == "as_string") return Wrap(x.String());
    if (key == "as_strings") return Wrap(x.List([](const JsonAt& each) { return each.String(); }));
    if (key == "as_sym_float") return Wrap(FloatRef(x, defines));
    if (key == "as_sym_floats") return Wrap(x.List([&](const JsonAt& each) { return FloatRef(each, defines); }));
    if (key == "as_sym_bool") return Wrap(BoolRef(x, defines));
    if (key == "as_sym_bools") return Wrap(x.List([&](const JsonAt& each) { return BoolRef(each, defines); }));
    if (key == "as_custom_obj") return Wrap(CustomObject(x, defines));
    if (key == "as_operator") {
      CONFORMANCE_TRY(std::string target, x.String());
      return Argument(OperatorRef{std::move(target)});
    }
    if (key == "as_complex") {
      CONFORMANCE_TRY(const JsonAt real_at, x.Member("real"));
      CONFORMANCE_TRY(const double real_part, real_at.Double());
      CONFORMANCE_TRY(const JsonAt imag_at, x.Member("imag"));
      CONFORMANCE_TRY(const double imag_part, imag_at.Double());
      return Argument(std::complex<double>(real_part, imag_part));
    }
    if (key == "as_graph") {
      CONFORMANCE_TRY(const JsonAt name, x.Member("name"));
      CONFORMANCE_TRY(std::string text, name.String());
      CONFORMANCE_TRY(const JsonAt graph_at, x.Member("graph"));
      CONFORMANCE_TRY(Graph graph, ReadPt2Graph(graph_at, metas_));
      return Argument(GraphRef{std::move(text), std::make_shared<const Graph>(std::move(graph))});
    }
    if (key == "as_string_to_argument") {
      CONFORMANCE_TRY(const Json::Object* object, x.Object());
      ArgumentMap map;
      for (const auto& [name, value] : *object) {
        CONFORMANCE_TRY(const JsonAt each, x.Member(name));
        CONFORMANCE_TRY(Argument argument, ReadArgument(each, defines));
        map.emplace_back(name, std::move(argument));
      }
      return Argument(std::move(map));
    }
    return at.Wanted("a kind of argument that schema 8 has");
  }

  Result<NamedArgument> Input(const JsonAt& at) {
    NamedArgument out;
    CONFORMANCE_TRY(const JsonAt name, at.Member("name"));
    CONFORMANCE_TRY(out.name, name.String());
    CONFORMANCE_TRY(const JsonAt argument, at.Member("arg"));
    CONFORMANCE_TRY(out.arg, ReadArgument(argument, false));
    out.kind = std::nullopt;
    if (const auto kind = at.Optional("kind")) {
      CONFORMANCE_TRY(const int64_t number, kind->Int());
      if (number < 0 || number > 2) return kind->Wanted("0, 1 (positional) or 2 (keyword)");
      out.kind = static_cast<NamedArgument::Kind>(number);
    }
    return out;
  }

  Status ReadNode(const JsonAt& at) {
    Node node;
    CONFORMANCE_TRY(const JsonAt target, at.Member("target"));
    CONFORMANCE_TRY(node.target, target.String());
    if (node.target.empty()) return target.Wanted("an operator");
    CONFORMANCE_TRY(const JsonAt inputs, at.Member("inputs"));
    CONFORMANCE_TRY(node.inputs, inputs.List([this](const JsonAt& each) { return Input(each); }));
    CONFORMANCE_TRY(const JsonAt outputs, at.Member("outputs"));
    CONFORMANCE_TRY(node.outputs, outputs.List([this](const JsonAt& each) { return ReadArgument(each, true); }));
    if (const auto metadata = at.Optional("metadata")) {
      CONFORMANCE_TRY(const Json::Object* object, metadata->Object());
      for (const auto& [key, value] : *object) {
        CONFORMANCE_TRY(const JsonAt each, metadata->Member(key));
        CONFORMANCE_TRY(node.metadata[key], each.String());
      }
    }
    if (const auto single = at.Optional("is_hop_single_tensor_return")) {
      CONFORMANCE_TRY(node.is_hop_single_tensor_return, single->Bool());
    }
    // Older files give nodes no name; the builder then makes one.
    if (const auto name = at.Optional("name")) {
      CONFORMANCE_TRY(node.name, name->String());
      if (builder_.graph().FindNode(node.name) != nullptr) return name->Wanted("a name that no other node has");
    }
    builder_.Append(std::move(node));
    return Ok();
  }

  const JsonAt& at_;
  Pt2MetaReader& metas_;
  GraphBuilder builder_;
};

}  // namespace

Result<Graph> ReadPt2Graph(const JsonAt& at, Pt2MetaReader& metas) { return GraphReader(at, metas).Read(); }

}  // namespace conformance::ir
