#include "framework/rewrite/complex_pairs.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <utility>

#include "framework/ir/verify.h"
#include "framework/ops/complex_use.h"
#include "framework/ops/ops.h"
#include "framework/rewrite/bind.h"
#include "framework/rewrite/fix.h"

namespace conformance::rewrite {
namespace {

using ops::Argument;
using ops::OpContext;
using ops::Value;
using Values = std::vector<Value>;

bool IsComplexMeta(const ir::Value& value) {
  const ir::TensorMeta* meta = value.tensor();
  return meta != nullptr && (meta->dtype == ir::ScalarType::kComplexFloat || meta->dtype == ir::ScalarType::kComplexDouble);
}

bool IsComplexValue(const Argument& argument) {
  const auto* value = std::get_if<Value>(&argument);
  return value != nullptr && value->defined() && IsComplex(value->dtype());
}

/// One node in pairs: its arguments, complex tensors still as they are, and what it makes.
struct Call {
  OpContext& c;
  const ops::OpDef& op;
  const std::vector<Argument>& args;
  const std::vector<ops::TensorMeta>& outs;
  const std::map<int64_t, Value>& pairs;  ///< of complex values, by id

  const Value& tensor(size_t i) const { return std::get<Value>(args[i]); }
  bool IsComplexAt(size_t i) const { return IsComplexValue(args[i]) || std::holds_alternative<ops::ComplexNumber>(args[i]); }
  DType parts() const { return RealOf(outs[0].dtype); }
  Value Cast(const Value& x, DType dtype) const { return x.dtype() == dtype ? x : ops::To(c, x, dtype); }

  /// A complex tensor's pairs.
  Value PairsOf(const Value& z) const { return pairs.at(z.id()); }
  Value Part(const Value& pair, int64_t part) const { return ops::Select(c, pair, -1, part); }
  Value Join(const Value& re, const Value& im) const { return ops::Stack(c, {re, im}, -1); }
  /// A complex or real operand as pairs in the parts' type of the result.
  Value Pair(size_t i) const {
    if (const auto* number = std::get_if<ops::ComplexNumber>(&args[i])) return Number(number->value);
    if (!std::holds_alternative<Value>(args[i])) return Number({NumberAt(i), 0});
    const Value& x = tensor(i);
    if (IsComplex(x.dtype())) return Cast(PairsOf(x), parts());
    const Value real = Cast(x, parts());
    return Join(real, ops::ZerosLike(c, real));
  }
  Value Number(std::complex<double> z) const {
    return c.Constant(conformance::Cast(Tensor::Of<double>({2}, {z.real(), z.imag()}), parts()));
  }
  double NumberAt(size_t i) const {
    if (const auto* real = std::get_if<double>(&args[i])) return *real;
    if (const auto* flag = std::get_if<bool>(&args[i])) return *flag ? 1 : 0;
    if (const auto* size = std::get_if<SymInt>(&args[i]); size != nullptr && size->IsConstant()) return static_cast<double>(size->constant());
    c.Fail(Unsupported("a symbolic size beside complex numbers"));
    return 0;
  }
  /// A real operand that multiplies both parts; none for a complex one.
  std::optional<Value> Factor(size_t i) const {
    if (IsComplexAt(i)) return std::nullopt;
    if (!std::holds_alternative<Value>(args[i])) return c.Constant(conformance::Cast(Tensor::Of<double>({1}, {NumberAt(i)}), parts()));
    return ops::Unsqueeze(c, Cast(tensor(i), parts()), -1);
  }
  std::vector<SymInt> PairSizes(size_t k = 0) const {
    std::vector<SymInt> sizes = outs[k].sizes;
    sizes.push_back(2);
    return sizes;
  }
  Value Product(const Value& a, const Value& b) const {
    const Value ar = Part(a, 0), ai = Part(a, 1), br = Part(b, 0), bi = Part(b, 1);
    return Join(ops::Sub(c, ops::Mul(c, ar, br), ops::Mul(c, ai, bi)), ops::Add(c, ops::Mul(c, ar, bi), ops::Mul(c, ai, br)));
  }
  Value Conjugate(const Value& a) const { return ops::Mul(c, a, c.Constant(conformance::Cast(Tensor::Of<double>({2}, {1, -1}), a.dtype()))); }
  Value SquaredModulus(const Value& a) const { return ops::Sum(c, ops::Mul(c, a, a), {-1}); }
};

using Write = Values (*)(const Call&);

// Elements stay in their order: the same with pairs behind.
Values Reshaped(const Call& call) { return {ops::Reshape(call.c, call.PairsOf(call.tensor(0)), call.PairSizes())}; }
Values Expanded(const Call& call) { return {ops::Expand(call.c, call.PairsOf(call.tensor(0)), call.PairSizes())}; }
Values Unchanged(const Call& call) { return {call.PairsOf(call.tensor(0))}; }

/// The same op on pairs, which have one axis more at the end: axes that count from the end count from the start then.
Values OnPairs(const Call& call) {
  int64_t rank = -1;
  std::vector<Argument> args = call.args;
  for (size_t i = 0; i < args.size(); ++i) {
    Argument& argument = args[i];
    if (IsComplexValue(argument)) {
      rank = std::max(rank, std::get<Value>(argument).rank());
      argument = call.PairsOf(std::get<Value>(argument));
    } else if (auto* list = std::get_if<Values>(&argument)) {
      for (Value& value : *list) {
        if (!value.defined()) continue;
        if (IsComplex(value.dtype())) {
          rank = std::max(rank, value.rank());
          value = call.Cast(call.PairsOf(value), call.parts());
        } else if (call.op.args[i].name == "tensors") {  // a real part of a whole that is complex; indices stay as they are
          value = call.Cast(value, call.parts());
          value = call.Join(value, ops::ZerosLike(call.c, value));
        }
      }
    }
  }
  const bool grows = call.op.target == "aten.stack.default" || call.op.target == "aten.unsqueeze.default";
  for (size_t i = 0; i < args.size(); ++i) {
    const std::string& name = call.op.args[i].name;
    if (name != "dim" && name != "dims" && name != "dim0" && name != "dim1" && name != "source" && name != "destination" && name != "start_dim") continue;
    const auto wrap = [&](SymInt& axis) {
      if (axis.IsConstant() && axis.constant() < 0) axis = SymInt(axis.constant() + rank + (grows ? 1 : 0));
    };
    if (auto* axis = std::get_if<SymInt>(&args[i])) wrap(*axis);
    if (auto* axes = std::get_if<std::vector<SymInt>>(&args[i])) std::ranges::for_each(*axes, wrap);
  }
  const bool list = call.op.returns[0].kind == ops::ArgKind::kTensorList;
  return list ? call.c.CallMulti(call.op, std::move(args)) : Values{call.c.Call(call.op, std::move(args))};
}

Values Permuted(const Call& call) {
  std::vector<int64_t> order;
  const int64_t rank = call.tensor(0).rank();
  for (const SymInt& axis : std::get<std::vector<SymInt>>(call.args[1])) order.push_back(axis.constant() < 0 ? axis.constant() + rank : axis.constant());
  order.push_back(rank);
  return {ops::Permute(call.c, call.PairsOf(call.tensor(0)), std::move(order))};
}
Values Turned(const Call& call) {
  const Value pair = call.PairsOf(call.tensor(0));
  return {call.tensor(0).rank() < 2 ? pair : ops::Transpose(call.c, pair, 0, 1)};
}
Values Rolled(const Call& call) {
  const auto* axes = std::get_if<std::vector<SymInt>>(&call.args[2]);
  if (axes != nullptr && !axes->empty()) return OnPairs(call);
  call.c.Fail(Unsupported("roll of all elements in a row"));
  return {Value()};
}
/// What puts a new axis at the end puts it behind the pairs.
Values NewAxisBeforePairs(const Call& call) { return {ops::Transpose(call.c, OnPairs(call)[0], -2, -1)}; }

Values Repeated(const Call& call) {
  std::vector<Argument> args = call.args;
  args[0] = call.PairsOf(call.tensor(0));
  std::get<std::vector<SymInt>>(args[1]).push_back(1);
  return {call.c.Call(call.op, std::move(args))};
}

Values Gathered(const Call& call) {
  const Value index = ops::Expand(call.c, ops::Unsqueeze(call.c, call.tensor(2), -1), call.PairSizes());
  const int64_t axis = std::get<SymInt>(call.args[1]).constant();
  return {ops::Gather(call.c, call.PairsOf(call.tensor(0)), axis < 0 ? axis + call.tensor(0).rank() : axis, index)};
}

Values Zeros(const Call& call) { return {ops::Zeros(call.c, call.PairSizes(), call.parts())}; }
Values Ones(const Call& call) {
  return {call.Join(ops::Ones(call.c, call.outs[0].sizes, call.parts()), ops::Zeros(call.c, call.outs[0].sizes, call.parts()))};
}

/// Between real and complex types, both ways.
Values Converted(const Call& call) {
  const Value& x = call.tensor(0);
  if (IsComplex(call.outs[0].dtype)) return {call.Pair(0)};
  if (call.outs[0].dtype == DType::kBool) {
    call.c.Fail(Unsupported("complex numbers to bool"));
    return {Value()};
  }
  return {call.Cast(call.Part(call.PairsOf(x), 0), call.outs[0].dtype)};
}

Values ViewAsPairs(const Call& call) { return {call.tensor(0)}; }
Values RealOfPairs(const Call& call) { return {call.IsComplexAt(0) ? call.Part(call.PairsOf(call.tensor(0)), 0) : call.tensor(0)}; }
Values ImagOfPairs(const Call& call) { return {call.Part(call.PairsOf(call.tensor(0)), 1)}; }
Values OfParts(const Call& call) {
  return {call.Join(ops::Expand(call.c, call.tensor(0), call.outs[0].sizes), ops::Expand(call.c, call.tensor(1), call.outs[0].sizes))};
}
Values Polar(const Call& call) {
  const Value &size = call.tensor(0), &angle = call.tensor(1);
  return {call.Join(ops::Mul(call.c, size, ops::Cos(call.c, angle)), ops::Mul(call.c, size, ops::Sin(call.c, angle)))};
}
Values Conjugated(const Call& call) { return {call.Conjugate(call.PairsOf(call.tensor(0)))}; }
Values Negated(const Call& call) { return {ops::Neg(call.c, call.PairsOf(call.tensor(0)))}; }
Values Modulus(const Call& call) { return {ops::Sqrt(call.c, call.SquaredModulus(call.PairsOf(call.tensor(0))))}; }
Values AngleOf(const Call& call) {
  const Value pair = call.PairsOf(call.tensor(0));
  return {call.c.Call(ops::Atan2Op(), {call.Part(pair, 1), call.Part(pair, 0)})};
}
Values Exponential(const Call& call) {
  const Value pair = call.PairsOf(call.tensor(0)), size = ops::Exp(call.c, call.Part(pair, 0)), angle = call.Part(pair, 1);
  return {call.Join(ops::Mul(call.c, size, ops::Cos(call.c, angle)), ops::Mul(call.c, size, ops::Sin(call.c, angle)))};
}

/// add, sub and rsub, with their factor.
Values Summed(const Call& call) { return {call.c.Call(call.op, {call.Pair(0), call.Pair(1), call.args[2]})}; }
Values SummedWithNumber(const Call& call) {
  const bool subtracts = call.op.target == "aten.sub.Scalar", reversed = call.op.target == "aten.rsub.Scalar";
  const ops::OpDef& op = reversed ? ops::RsubTensorOp() : subtracts ? ops::SubTensorOp() : ops::AddTensorOp();
  return {call.c.Call(op, {call.Pair(0), call.Pair(1), call.args[2]})};
}

Values Multiplied(const Call& call) {
  if (const auto factor = call.Factor(1)) return {ops::Mul(call.c, call.Pair(0), *factor)};
  if (const auto factor = call.Factor(0)) return {ops::Mul(call.c, call.Pair(1), *factor)};
  return {call.Product(call.Pair(0), call.Pair(1))};
}
Values Quotient(const Call& call, const Value& x, const Value& y) {
  const Value size = ops::Unsqueeze(call.c, call.SquaredModulus(y), -1);
  return {ops::Div(call.c, call.Product(x, call.Conjugate(y)), size)};
}
Values Divided(const Call& call) {
  if (const auto factor = call.Factor(1)) return {ops::Div(call.c, call.Pair(0), *factor)};
  return Quotient(call, call.Pair(0), call.Pair(1));
}
Values Inverted(const Call& call) {
  const Value y = call.PairsOf(call.tensor(0));
  return {ops::Div(call.c, call.Conjugate(y), ops::Unsqueeze(call.c, call.SquaredModulus(y), -1))};
}
Values Squared(const Call& call) {
  const Value y = call.PairsOf(call.tensor(0));
  return {call.Product(y, y)};
}

Values Compared(const Call& call, bool equal) {
  DType parts = DType::kF32;
  for (size_t i : {0, 1}) {
    if (const auto* x = std::get_if<Value>(&call.args[i])) parts = PromoteTypes(parts, RealOf(x->dtype()));
  }
  const std::vector<ops::TensorMeta> outs = {{*ComplexOf(parts), call.outs[0].sizes}};
  const Call wide{call.c, call.op, call.args, outs, call.pairs};
  const Value a = wide.Pair(0), b = wide.Pair(1);
  if (equal) return {ops::All(call.c, ops::Equal(call.c, a, b), -1)};
  return {ops::Any(call.c, ops::NotEqual(call.c, a, b), -1)};
}
Values Equal(const Call& call) { return Compared(call, true); }
Values NotEqual(const Call& call) { return Compared(call, false); }

Values Chosen(const Call& call) { return {ops::Where(call.c, ops::Unsqueeze(call.c, call.tensor(0), -1), call.Pair(1), call.Pair(2))}; }

/// sum and mean over the axes that are named, or all but the pairs'.
Values Reduced(const Call& call) {
  const bool listed = call.op.args[1].name == "dim", mean = call.op.target.starts_with("aten.mean");
  const Value& z = call.tensor(0);
  std::vector<int64_t> axes;
  if (listed && !std::holds_alternative<ops::NoneType>(call.args[1])) {
    for (const SymInt& axis : std::get<std::vector<SymInt>>(call.args[1])) axes.push_back(axis.constant() < 0 ? axis.constant() + z.rank() : axis.constant());
  }
  if (axes.empty()) {
    axes.resize(static_cast<size_t>(z.rank()));
    std::iota(axes.begin(), axes.end(), int64_t{0});
  }
  const Value pair = call.Pair(0);
  if (axes.empty()) return {pair};
  const bool keep = listed && std::get<bool>(call.args[2]);
  return {mean ? ops::Mean(call.c, pair, std::move(axes), keep) : ops::Sum(call.c, pair, std::move(axes), keep)};
}

Values MatrixProduct(const Call& call) {
  const Value a = call.Pair(0), b = call.Pair(1);
  const Value ar = call.Part(a, 0), ai = call.Part(a, 1), br = call.Part(b, 0), bi = call.Part(b, 1);
  const auto product = [&](const Value& x, const Value& y) { return call.c.Call(call.op, {x, y}); };
  return {call.Join(ops::Sub(call.c, product(ar, br), product(ai, bi)), ops::Add(call.c, product(ar, bi), product(ai, br)))};
}

Values TransformOfReals(const Call& call) { return {ops::ViewAsReal(call.c, call.c.Call(call.op, call.args))}; }
Values Transform(const Call& call) {
  std::vector<Argument> args = call.args;
  args[0] = ops::ViewAsComplex(call.c, call.PairsOf(call.tensor(0)));
  return {ops::ViewAsReal(call.c, call.c.Call(call.op, std::move(args)))};
}
/// With the other half, X[n - k] = conj X[k], the signal is the real part; what its imaginary part has comes from the parts of X[0] and
/// X[n/2] that do not count.
Values TransformToReals(const Call& call) {
  const Value half = call.PairsOf(call.tensor(0));
  std::vector<int64_t> axes;
  for (const SymInt& axis : std::get<std::vector<SymInt>>(call.args[1])) {
    axes.push_back(axis.constant() < 0 ? axis.constant() + call.tensor(0).rank() : axis.constant());
  }
  const auto norm = static_cast<ops::FftNorm>(std::get<SymInt>(call.args[2]).constant());
  const SymInt& n = std::get<SymInt>(call.args[3]);
  const int64_t last = axes.back();
  // The other axes first: their transforms are no conjugates of each other. Their share of the factor comes with the whole.
  Value known = ops::ViewAsComplex(call.c, half);
  std::vector<int64_t> others(axes.begin(), axes.end() - 1);
  if (!others.empty()) known = ops::FftC2c(call.c, known, others, norm, false);
  const Value pair = ops::ViewAsReal(call.c, known);
  const Value rest = ops::Flip(call.c, ops::Slice(call.c, pair, last, 1, n - FloorDiv(n, 2)), {last});
  const Value whole = ops::Cat(call.c, {pair, call.Conjugate(rest)}, last);
  const Value signal = ops::FftC2c(call.c, ops::ViewAsComplex(call.c, whole), {last}, norm, false);
  return {call.Part(ops::ViewAsReal(call.c, signal), 0)};
}

const std::map<std::string_view, Write>& Table() {
  static const std::map<std::string_view, Write> table = {
      {"aten.view.default", Reshaped}, {"aten.view_as.default", Reshaped}, {"aten.reshape.default", Reshaped},
      {"aten.flatten.using_ints", Reshaped}, {"aten.unflatten.int", Reshaped}, {"aten.unsqueeze.default", Reshaped},
      {"aten.squeeze.default", Reshaped}, {"aten.squeeze.dim", Reshaped}, {"aten.squeeze.dims", Reshaped},
      {"aten.expand.default", Expanded}, {"aten.expand_as.default", Expanded},
      {"aten.alias.default", Unchanged}, {"aten.detach.default", Unchanged}, {"aten.clone.default", Unchanged},
      {"aten.contiguous.default", Unchanged}, {"aten.lift_fresh_copy.default", Unchanged}, {"aten.dropout.default", Unchanged},
      {"aten.resolve_conj.default", Unchanged}, {"aten.resolve_neg.default", Unchanged},
      {"aten.transpose.int", OnPairs}, {"aten.slice.Tensor", OnPairs}, {"aten.select.int", OnPairs}, {"aten.split.Tensor", OnPairs},
      {"aten.split.sizes", OnPairs}, {"aten.split_with_sizes.default", OnPairs}, {"aten.chunk.default", OnPairs},
      {"aten.unbind.int", OnPairs}, {"aten.narrow.default", OnPairs}, {"aten.flip.default", OnPairs}, {"aten.roll.default", Rolled},
      {"aten.cat.default", OnPairs}, {"aten.stack.default", OnPairs}, {"aten.index_select.default", OnPairs}, {"aten.index.Tensor", OnPairs},
      {"aten.movedim.int", OnPairs}, {"aten.movedim.intlist", OnPairs}, {"aten.sym_size.int", nullptr},
      {"aten.permute.default", Permuted}, {"aten.t.default", Turned}, {"aten.unfold.default", NewAxisBeforePairs},
      {"aten.diagonal.default", NewAxisBeforePairs}, {"aten.repeat.default", Repeated}, {"aten.gather.default", Gathered},
      {"aten.zeros.default", Zeros}, {"aten.zeros_like.default", Zeros}, {"aten.new_zeros.default", Zeros}, {"aten.empty.memory_format", Zeros},
      {"aten.empty_like.default", Zeros}, {"aten.ones.default", Ones}, {"aten.ones_like.default", Ones}, {"aten.new_ones.default", Ones},
      {"aten._to_copy.default", Converted}, {"aten.to.dtype", Converted}, {"aten.to.device", Converted}, {"aten.to.dtype_layout", Converted},
      {"aten.to.other", Converted}, {"aten.type_as.default", Converted},
      {"aten.view_as_real.default", Unchanged}, {"aten.view_as_complex.default", ViewAsPairs}, {"aten.real.default", RealOfPairs},
      {"aten.imag.default", ImagOfPairs}, {"aten.complex.default", OfParts}, {"aten.polar.default", Polar}, {"aten._conj.default", Conjugated},
      {"aten.conj.default", Conjugated}, {"aten.conj_physical.default", Conjugated}, {"aten._neg_view.default", Negated},
      {"aten.neg.default", Negated}, {"aten.abs.default", Modulus}, {"aten.angle.default", AngleOf}, {"aten.exp.default", Exponential},
      {"aten.add.Tensor", Summed}, {"aten.sub.Tensor", Summed}, {"aten.rsub.Tensor", Summed}, {"aten.add.Scalar", SummedWithNumber},
      {"aten.sub.Scalar", SummedWithNumber}, {"aten.rsub.Scalar", SummedWithNumber}, {"aten.mul.Tensor", Multiplied},
      {"aten.mul.Scalar", Multiplied}, {"aten.div.Tensor", Divided}, {"aten.div.Scalar", Divided}, {"aten.reciprocal.default", Inverted},
      {"aten.square.default", Squared}, {"aten.eq.Tensor", Equal}, {"aten.eq.Scalar", Equal}, {"aten.ne.Tensor", NotEqual},
      {"aten.ne.Scalar", NotEqual}, {"aten.where.self", Chosen}, {"aten.sum.default", Reduced}, {"aten.sum.dim_IntList", Reduced},
      {"aten.mean.default", Reduced}, {"aten.mean.dim", Reduced}, {"aten.mm.default", MatrixProduct}, {"aten.bmm.default", MatrixProduct},
      {"aten.matmul.default", MatrixProduct}, {"aten._fft_r2c.default", TransformOfReals}, {"aten._fft_c2c.default", Transform},
      {"aten._fft_c2r.default", TransformToReals}};
  return table;
}

class Pairing {
 public:
  Pairing(ir::ProgramBuilder& builder, ShapeEnv& env) : builder_(builder), recorder_(builder, env) {}

  Status Run() {
    CONFORMANCE_RETURN_IF_ERROR(Inputs());
    std::vector<ir::NodeId> order;
    for (const ir::Node& node : builder_.graph().nodes()) order.push_back(node.id());
    for (const ir::NodeId id : order) {
      const ir::Node node = builder_.graph().node(id);
      if (TouchesComplex(node)) {
        if (Status status = Rewrite(node); !status.ok()) {
          return std::move(status).error().With("op", std::string(node.op())).With("node", node.name).With("module", ir::ModulePath(node));
        }
        continue;
      }
      for (const ir::ValueId value : node.OutputValues()) {
        recorder_.sizes().Define(value);
        recorder_.sizes().DefineSize(value);
      }
    }
    for (size_t i = 0; i < builder_.graph().outputs().size(); ++i) {
      const auto* id = builder_.graph().outputs()[i].As<ir::ValueId>();
      if (id == nullptr || !IsComplexMeta(builder_.graph().value(*id))) continue;
      return Boundary("output", builder_.graph().value(*id));
    }
    return Ok();
  }

 private:
  static Error Boundary(std::string_view what, const ir::Value& value) {
    return Unsupported("the program's " + std::string(what) + " " + value.name + " is " + ir::Describe(value.meta) +
                       ", and the format has no complex tensors; let the program take or give pairs, as view_as_real makes them");
  }

  Status Inputs() {
    for (size_t i = 0; i < builder_.graph().inputs().size(); ++i) {
      const auto* id = builder_.graph().inputs()[i].As<ir::ValueId>();
      if (id == nullptr) continue;
      const ir::ValueId value = *id;
      if (IsComplexMeta(builder_.graph().value(value))) CONFORMANCE_RETURN_IF_ERROR(Input(builder_.signature().inputs[i], value));
      recorder_.sizes().Define(value, true);
    }
    return Ok();
  }

  /// A constant, parameter or buffer keeps its name and bytes, and is real with an axis more.
  Status Input(const ir::InputSpec& spec, ir::ValueId id) {
    const ir::Value& value = builder_.graph().value(id);
    if (spec.kind == ir::InputSpec::Kind::kUserInput) return Boundary("input", value);
    CONFORMANCE_TRY(const ops::TensorMeta known, ir::ToOps(*value.tensor()));
    complex_.emplace(id, known);
    std::vector<SymInt> sizes = known.sizes;
    sizes.push_back(2);
    ir::TensorMeta meta = ir::MakeTensorMeta(RealOf(known.dtype), sizes);
    builder_.SetMeta(id, meta);
    if (const auto constant = builder_.rest().constants.find(spec.target); constant != builder_.rest().constants.end()) {
      constant->second = ViewAsReal(constant->second).Contiguous();
    }
    pairs_.emplace(static_cast<int64_t>(id), Value::Traced(static_cast<int64_t>(id), {RealOf(known.dtype), sizes}));
    return Ok();
  }

  bool TouchesComplex(const ir::Node& node) const {
    bool touches = std::ranges::any_of(node.OutputValues(), [&](ir::ValueId id) { return IsComplexMeta(builder_.graph().value(id)); });
    for (const ir::NamedArgument& input : node.inputs) {
      ir::VisitValues(input.arg, [&](ir::ValueId id) { touches = touches || IsComplexMeta(builder_.graph().value(id)) || complex_.contains(id); });
    }
    return touches;
  }

  /// The arguments with the complex types that values had.
  Result<std::vector<Argument>> ArgumentsOf(const ir::Node& node, const ops::OpDef& op) const {
    CONFORMANCE_TRY(std::vector<Argument> args, BindNode(builder_.graph(), node, op));
    const auto restore = [&](Value& value) {
      if (!value.defined()) return;
      const auto found = complex_.find(Recorder::IdOf(value));
      if (found != complex_.end()) value = Value::Traced(value.id(), found->second);
    };
    for (Argument& argument : args) {
      if (auto* value = std::get_if<Value>(&argument)) restore(*value);
      if (auto* values = std::get_if<Values>(&argument)) std::ranges::for_each(*values, restore);
    }
    return args;
  }

  Status Rewrite(const ir::Node& node) {
    const ops::OpDef* op = ops::DefaultOps().Find(node.op());
    const auto found = Table().find(node.op());
    if (op == nullptr || found == Table().end()) return Unsupported("the operator " + std::string(node.op()) + " of complex numbers has no form over pairs");
    ir::Metadata metadata = node.metadata;
    std::string& touched = metadata[std::string(kTouchedBy)];
    touched += (touched.empty() ? "" : ", ") + std::string("complex_pairs");
    recorder_.MoveTo({ir::GraphBuilder::Place::Kind::kBefore, node.id()}, std::move(metadata));
    CONFORMANCE_TRY(const std::vector<Argument> args, ArgumentsOf(node, *op));
    if (found->second == nullptr) {  // a size: that of the pairs along the same axis
      const Value& z = std::get<Value>(args[0]);
      const int64_t axis = std::get<SymInt>(args[1]).constant();
      builder_.SetInputs(node.id(), {{"self", ir::Argument(Recorder::IdOf(pairs_.at(z.id())))}, {"dim", ir::Argument(axis < 0 ? axis + z.rank() : axis)}});
      return Ok();
    }
    std::vector<ops::TensorMeta> outs;
    const std::vector<ir::ValueId> outputs = node.OutputValues();
    for (const ir::ValueId id : outputs) {
      CONFORMANCE_TRY(const ops::Value value, ValueOf(builder_.graph(), id));
      outs.push_back(value.meta());
    }
    const Values made = found->second({recorder_, *op, args, outs, pairs_});
    if (recorder_.failed()) return Error(recorder_.status().error());
    if (made.size() != outputs.size()) return Internal("pairs of " + node.name + " are " + std::to_string(made.size()) + " values for " + std::to_string(outputs.size()));
    bool all_complex = true;
    for (size_t i = 0; i < outputs.size(); ++i) {
      if (IsComplex(outs[i].dtype)) {
        if (made[i].dtype() != RealOf(outs[i].dtype) || made[i].rank() != static_cast<int64_t>(outs[i].sizes.size()) + 1) {
          return Internal("pairs of " + node.name + " are " + ops::Describe(made[i].meta()) + " for " + ops::Describe(outs[i]));
        }
        pairs_.insert_or_assign(static_cast<int64_t>(outputs[i]), made[i]);
        continue;
      }
      all_complex = false;
      const std::string name = builder_.graph().value(outputs[i]).name;
      builder_.ReplaceAllUses(outputs[i], Recorder::IdOf(made[i]));
    }
    if (!all_complex && outputs.size() == 1) {
      // What maps names to values keeps working where the value is new.
      const std::string name = builder_.graph().value(outputs[0]).name;
      const ir::NodeId producer = builder_.graph().value(Recorder::IdOf(made[0])).producer;
      builder_.Erase(node.id());
      if (producer >= ir::NodeId{0} && TouchedBy(builder_.graph().node(producer)).ends_with("complex_pairs") && named_.insert(Recorder::IdOf(made[0])).second) {
        builder_.Rename(Recorder::IdOf(made[0]), name);
      }
    }
    return Ok();
  }

  ir::ProgramBuilder& builder_;
  Recorder recorder_;
  std::map<int64_t, Value> pairs_;
  std::map<ir::ValueId, ops::TensorMeta> complex_;  ///< what inputs were
  std::set<ir::ValueId> named_;
};

}  // namespace

bool HasComplexValues(const ir::Program& program) {
  return std::ranges::any_of(program.graph.ValueIds(), [&](ir::ValueId id) { return IsComplexMeta(program.graph.value(id)); });
}

bool HasFormOverPairs(std::string_view target) { return Table().contains(target); }

Result<ir::Program> ComplexAsPairs(ir::Program program) {
  if (!HasComplexValues(program)) return program;
  CONFORMANCE_RETURN_IF_ERROR(ir::Verify(program));
  CONFORMANCE_TRY(ShapeEnv env, EnvOf(program));
  ir::ProgramBuilder builder(std::move(program));
  CONFORMANCE_RETURN_IF_ERROR(Pairing(builder, env).Run());
  RemoveDeadNodes(builder);
  ir::Program out = std::move(builder).Finish();
  CONFORMANCE_RETURN_IF_ERROR(ir::Verify(out));
  return out;
}

}  // namespace conformance::rewrite
