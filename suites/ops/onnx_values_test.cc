// Every op through the ONNX exporter: one-node programs, with numbers and with symbols for sizes, run by ONNX Runtime and held against
// PyTorch's own answers (fixtures/ops, made by tools/fixturegen/op_values.py and op_grid.py).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>

#include "exporters/onnx/onnx_exporter.h"
#include "framework/formats/json.h"
#include "framework/formats/safetensors.h"
#include "framework/ops/ops.h"
#include "framework/rewrite/record_program.h"
#include "framework/testing/temp_folder.h"
#include "framework/weights/tensor_weights.h"
#include "references/runtimes/onnxruntime.h"

namespace conformance {
namespace {

using ops::Argument;
using ops::Value;

const std::string kFolder = std::string(CONFORMANCE_FIXTURES_DIR) + "/ops/";

// The table's cases with their tensors.
class Table {
 public:
  explicit Table(const std::string& name)
      : grid_(name != "op_values"),
        json_(formats::ReadJson(kFolder + name + ".json").value()),
        tensors_(formats::OpenSafetensors(kFolder + name + ".safetensors").value()) {}

  bool IsGrid() const { return grid_; }
  const Json::Array& cases() const { return json_.Find("cases")->AsArray(); }
  Tensor Read(const std::string& name) const { return tensors_.Read(name).value(); }

  /// Tensors become inputs, in order; everything else stays as it is.
  Argument Decode(const Json& code, std::vector<Tensor>& inputs) const {
    const auto& [kind, value] = code.AsObject().front();
    if (kind == "tensor") return Input(code, inputs);
    if (kind == "none") return ops::NoneType{};
    if (kind == "dtype") return *DTypeFromString(value.AsString());
    if (kind == "bool") return value.AsBool();
    if (kind == "int") return SymInt(value.AsInt());
    if (kind == "float") return value.IsString() ? std::stod(value.AsString()) : value.AsDouble();
    if (kind == "complex") return ops::ComplexNumber({value.AsArray().at(0).AsDouble(), value.AsArray().at(1).AsDouble()});
    if (kind == "string") return value.AsString();
    if (kind == "memory_format") return value.AsString() == "channels_last" ? ops::MemoryFormat::kChannelsLast : ops::MemoryFormat::kContiguous;
    if (kind == "bools") {
      std::vector<bool> flags;
      for (const Json& flag : value.AsArray()) flags.push_back(flag.AsBool());
      return flags;
    }
    if (kind == "device") return ops::Device{.type = value.AsString(), .index = {}};
    if (kind == "floats") {
      std::vector<double> numbers;
      for (const Json& number : value.AsArray()) numbers.push_back(number.AsDouble());
      return numbers;
    }
    if (kind == "ints") {
      std::vector<SymInt> ints;
      for (const Json& number : value.AsArray()) ints.emplace_back(number.AsInt());
      return ints;
    }
    std::vector<Value> list;
    for (const Json& element : value.AsArray()) {
      const Argument one = Decode(element, inputs);
      list.push_back(std::holds_alternative<Value>(one) ? std::get<Value>(one) : Value());
    }
    return list;
  }

 private:
  // A placeholder with the input's number as its id.
  Value Input(const Json& code, std::vector<Tensor>& inputs) const {
    Tensor tensor = Read(code.AsObject().front().second.AsString());
    if (const Json* order = code.Find("permute")) {
      Shape shape, strides;
      for (const Json& axis : order->AsArray()) {
        shape.push_back(tensor.dim(axis.AsInt()));
        strides.push_back(tensor.strides()[static_cast<size_t>(axis.AsInt())]);
      }
      tensor = tensor.View(shape, strides, tensor.offset());
    }
    inputs.push_back(tensor.Contiguous());
    return Value::Traced(static_cast<int64_t>(inputs.size()) - 1, {tensor.dtype(), ToSymInts(tensor.shape())});
  }

  bool grid_;
  Json json_;
  formats::SafetensorsFile tensors_;
};

/// "op_values": cases chosen by hand; "op_grid" and "op_grid_complex": a few of the seeded grid.
const Table& Cases(const std::string& name) {
  static std::map<std::string, Table> tables;
  const auto found = tables.find(name);
  return found != tables.end() ? found->second : tables.emplace(name, Table(name)).first->second;
}

Argument WithInputs(const Argument& argument, const std::vector<Value>& inputs) {
  const auto swap = [&](const Value& value) { return value.defined() ? inputs[static_cast<size_t>(value.id())] : value; };
  if (const auto* value = std::get_if<Value>(&argument)) return swap(*value);
  if (const auto* list = std::get_if<std::vector<Value>>(&argument)) {
    std::vector<Value> out;
    for (const Value& value : *list) out.push_back(swap(value));
    return out;
  }
  return argument;
}

struct OneOp {
  std::vector<Tensor> inputs;
  ir::Program program;
};
Result<OneOp> ProgramOf(const Table& table, const Json& one, bool dynamic) {
  const std::string& target = one.Find("target")->AsString();
  const ops::OpDef* op = ops::DefaultOps().Find(target);
  if (op == nullptr) return NotFound("no op " + target);
  OneOp out;
  std::vector<Argument> positional;
  std::vector<std::pair<std::string, Argument>> keyword;
  for (const Json& code : one.Find("args")->AsArray()) positional.push_back(table.Decode(code, out.inputs));
  if (const Json* named = one.Find("keyword")) {
    for (const auto& [name, code] : named->AsObject()) keyword.emplace_back(name, table.Decode(code, out.inputs));
  }
  CONFORMANCE_TRY(const std::vector<Argument> bound, ops::BindArguments(*op, std::move(positional), std::move(keyword)));
  std::vector<rewrite::ProgramInput> metas;
  SymbolValues hints;
  std::set<size_t> complex;
  for (size_t i = 0; i < out.inputs.size(); ++i) {
    // A program takes and gives pairs of reals where the op has complex numbers.
    if (IsComplex(out.inputs[i].dtype())) complex.insert(i), out.inputs[i] = ViewAsReal(out.inputs[i]);
    std::vector<SymInt> sizes = ToSymInts(out.inputs[i].shape());
    if (complex.contains(i)) sizes.pop_back();
    for (size_t axis = 0; dynamic && axis < sizes.size(); ++axis) {
      if (sizes[axis].constant() < 2) continue;
      const std::string symbol = "d" + std::to_string(i) + "_" + std::to_string(axis);
      hints[symbol] = sizes[axis].constant();
      sizes[axis] = SymInt::Symbol(symbol);
    }
    if (complex.contains(i)) sizes.emplace_back(2);
    metas.push_back({"x" + std::to_string(i), {out.inputs[i].dtype(), std::move(sizes)}});
  }
  CONFORMANCE_TRY(out.program, rewrite::RecordProgram(metas, hints, [&](ops::OpContext& context, const std::vector<Value>& values) {
                    std::vector<Value> given = values;
                    for (const size_t i : complex) given[i] = ops::ViewAsComplex(context, values[i]);
                    std::vector<Argument> args;
                    for (const Argument& argument : bound) args.push_back(WithInputs(argument, given));
                    std::vector<Value> made = context.CallMulti(*op, std::move(args));
                    for (Value& value : made) {
                      if (IsComplex(value.dtype())) value = ops::ViewAsReal(context, value);
                    }
                    return made;
                  }));
  return out;
}

bool Close(double found, double wanted, DType dtype) {
  if (std::isnan(wanted) || std::isnan(found)) return std::isnan(wanted) && std::isnan(found);
  if (found == wanted) return true;
  double tolerance = 0;
  if (dtype == DType::kF64) tolerance = 1e-7;  // ONNX's factors and epsilons are f32
  if (dtype == DType::kF32) tolerance = 1e-5;
  if (dtype == DType::kF16) tolerance = 5e-3;
  if (dtype == DType::kBF16) tolerance = 4e-2;
  return std::fabs(found - wanted) <= tolerance * (1 + std::fabs(wanted));
}

std::string Difference(const Tensor& found, const Tensor& expected) {
  const Tensor wanted = ViewAsReal(expected);
  if (found.dtype() != wanted.dtype() || found.shape() != wanted.shape()) return "found " + Describe(found) + ", wanted " + Describe(wanted);
  const std::vector<double> f = found.ToDoubles(), w = wanted.ToDoubles();
  for (size_t i = 0; i < w.size(); ++i) {
    if (!Close(f[i], w[i], wanted.dtype())) return "element " + std::to_string(i) + ": found " + std::to_string(f[i]) + ", wanted " + std::to_string(w[i]);
  }
  return {};
}

// Where ONNX Runtime answers otherwise than PyTorch, by design of one of the two.
bool IsKnown(const std::string& name) {
  static const std::map<std::string, std::string> kKnown = {
      {"aten.pow.Tensor_Tensor #291", "an i32 power that overflows: computed in floats and saturated"},
      {"aten.pow.Tensor_Tensor #308", "an i16 power that overflows, likewise"},
      {"aten.mean.default #927", "the mean of nothing is 0"},
      {"aten.argmax.default #930", "NaN is passed over"},
      {"grid aten.argmax.default #98", "NaN is passed over"},
      {"aten.max.dim #933", "NaN is passed over"},
      {"aten.amax.default #934", "NaN is passed over"},
  };
  return kKnown.contains(name);
}

// Types that ONNX Runtime's CPU provider has few kernels for.
bool HasRareType(const OneOp& one) {
  const auto rare = [](DType dtype) {
    return dtype != DType::kF32 && dtype != DType::kI64 && dtype != DType::kI32 && dtype != DType::kBool;
  };
  for (const Tensor& input : one.inputs) {
    if (rare(input.dtype())) return true;
  }
  for (const std::string& output : one.program.UserOutputs()) {
    const auto* meta = one.program.graph.value(one.program.graph.FindValue(output)).tensor();
    if (rare(*ir::ToDType(meta->dtype))) return true;
  }
  return false;
}

using weights::TensorWeights;

class OnnxValues : public ::testing::TestWithParam<std::tuple<const char*, bool, int64_t, bool>> {};

TEST_P(OnnxValues, AnswerAsPyTorchDoes) {
  const auto [source, dynamic, opset, optimize] = GetParam();
  const Table& table = Cases(source);
  const runtimes::OnnxRuntimeBackend backend;
  if (const auto version = backend.Version(); !version.ok()) GTEST_SKIP() << version.error().ToString();
  const testing::TempFolder folder;
  const onnx::OnnxExporter exporter;
  std::map<std::string, int> without_kernel;
  int compared = 0;
  size_t number = 0;
  for (const Json& one : table.cases()) {
    const std::string& target = one.Find("target")->AsString();
    const std::string name = (table.IsGrid() ? "grid " : "") + target + " #" + std::to_string(number++);
    const auto program = ProgramOf(table, one, dynamic);
    if (!program.ok()) {
      ADD_FAILURE() << name << ": " << program.error().ToString();
      continue;
    }
    onnx::OnnxConfig config;
    config.output_path = folder.path() / "op.onnx";
    config.opset_version = opset;
    config.optimize = optimize;
    const auto artifact = exporter.Lower(program->program, TensorWeights({}), config);
    if (!artifact.ok()) {
      if (artifact.error().kind() == ErrorKind::kUnsupported) {
        ++without_kernel[target + " refused"];
      } else {
        ADD_FAILURE() << name << ": " << artifact.error().ToString();
      }
      continue;
    }
    ports::SessionOptions options;
    options.optimize = optimize;
    const auto session = backend.Prepare(*artifact, options);
    if (!session.ok()) {
      if (session.error().ToString().find("NOT_IMPLEMENTED") != std::string::npos ||
          session.error().ToString().find("Could not find an implementation") != std::string::npos) {
        EXPECT_TRUE(HasRareType(*program)) << name << ": " << session.error().ToString();
        ++without_kernel[target];
      } else {
        ADD_FAILURE() << name << ": " << session.error().ToString();
      }
      continue;
    }
    NamedTensors inputs;
    for (size_t i = 0; i < program->inputs.size(); ++i) inputs.emplace_back(artifact->inputs[i].name, program->inputs[i]);
    const auto outputs = (*session)->Run(inputs);
    if (!outputs.ok()) {
      ADD_FAILURE() << name << ": " << outputs.error().ToString();
      continue;
    }
    const Json::Array& outs = one.Find("outs")->AsArray();
    ASSERT_EQ(outputs->size(), outs.size()) << name;
    ++compared;
    for (size_t k = 0; k < outs.size(); ++k) {
      const std::string difference = Difference((*outputs)[k].second, table.Read(outs[k].AsString()));
      if (IsKnown(name)) {
        EXPECT_NE(difference.empty() && outs.size() == 1, true) << name << " is listed as different, and agrees";
      } else {
        EXPECT_EQ(difference, "") << name << " output " << k;
      }
    }
  }
  for (const auto& [target, count] : without_kernel) std::printf("%s: %d not run\n", target.c_str(), count);
  EXPECT_GT(compared, !table.IsGrid() ? 900 : std::string_view(source) == "op_grid" ? 400 : 120);
}

INSTANTIATE_TEST_SUITE_P(Ops, OnnxValues,
                         ::testing::Values(std::tuple("op_values", false, onnx::kDefaultOpset, true),
                                           std::tuple("op_values", true, onnx::kDefaultOpset, true),
                                           std::tuple("op_values", true, onnx::kMinOpset, false),
                                           std::tuple("op_values", true, onnx::kMaxOpset, true),
                                           std::tuple("op_grid", false, onnx::kDefaultOpset, true),
                                           std::tuple("op_grid", true, onnx::kDefaultOpset, false),
                                           std::tuple("op_grid_complex", false, onnx::kDefaultOpset, true),
                                           std::tuple("op_grid_complex", true, onnx::kDefaultOpset, false),
                                           std::tuple("op_grid_complex", false, onnx::kMinOpset, true)));

}  // namespace
}  // namespace conformance
