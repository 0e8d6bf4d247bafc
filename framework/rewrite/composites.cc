#include "framework/rewrite/composites.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "framework/ops/ops.h"
#include "framework/rewrite/composite_arguments.h"
#include "framework/rewrite/composite_einsum.h"
#include "framework/rewrite/composite_fourier.h"
#include "framework/rewrite/composite_losses.h"
#include "framework/rewrite/composite_nn.h"
#include "framework/rewrite/composite_recurrent.h"
#include "framework/rewrite/composite_search.h"
#include "framework/rewrite/composite_shapes.h"
#include "framework/rewrite/fix.h"
#include "framework/rewrite/inline_graphs.h"

namespace conformance::rewrite {
namespace {

using ops::OpContext;
using ops::Value;
Values IsAllTrue(OpContext& c, const Arguments& args) { return {ops::All(c, TensorAt(args, 0))}; }
Values IsAnyTrue(OpContext& c, const Arguments& args) { return {ops::Any(c, TensorAt(args, 0))}; }
Values ReshapeAs(OpContext& c, const Arguments& args) { return {ops::Reshape(c, TensorAt(args, 0), TensorAt(args, 1).sizes())}; }
Values Ravel(OpContext& c, const Arguments& args) { return {ops::Reshape(c, TensorAt(args, 0), {SymInt(-1)})}; }
Values LastTwoSwapped(OpContext& c, const Arguments& args) { return {ops::Transpose(c, TensorAt(args, 0), -2, -1)}; }

Values Reversed(OpContext& c, const Arguments& args) {
  std::vector<int64_t> axes;
  for (int64_t axis = TensorAt(args, 0).rank(); axis-- > 0;) axes.push_back(axis);
  return {ops::Permute(c, TensorAt(args, 0), std::move(axes))};
}

/// Its elements are anything: zeros.
Values NewEmpty(OpContext& c, const Arguments& args) {
  const Value& x = TensorAt(args, 0);
  return {ops::Zeros(c, std::get<std::vector<SymInt>>(args[1]), DTypeOr(args, 2, x.dtype()))};
}

Values Identity(OpContext& c, const SymInt& rows, const SymInt& columns, DType dtype) {
  const Value row = ops::Unsqueeze(c, ops::Arange(c, rows), 1), column = ops::Unsqueeze(c, ops::Arange(c, columns), 0);
  return {ops::To(c, ops::Equal(c, row, column), dtype)};
}
Values Eye(OpContext& c, const Arguments& args) {
  const SymInt& n = std::get<SymInt>(args[0]);
  return Identity(c, n, n, DTypeOr(args, 1, DType::kF32));
}
Values EyeM(OpContext& c, const Arguments& args) {
  return Identity(c, std::get<SymInt>(args[0]), std::get<SymInt>(args[1]), DTypeOr(args, 2, DType::kF32));
}

Values Meshgrid(OpContext& c, const Values& tensors, bool swapped) {
  const size_t count = tensors.size();
  std::vector<SymInt> sizes;
  for (const Value& tensor : tensors) sizes.push_back(tensor.rank() == 0 ? SymInt(1) : tensor.size(0));
  Values grids;
  for (size_t i = 0; i < count; ++i) {
    std::vector<SymInt> own(count, SymInt(1));
    own[i] = sizes[i];
    Value grid = ops::Expand(c, ops::View(c, tensors[i], std::move(own)), sizes);
    if (swapped && count > 1) grid = ops::Transpose(c, grid, 0, 1);
    grids.push_back(std::move(grid));
  }
  return grids;
}
Values MeshgridOf(OpContext& c, const Arguments& args) { return Meshgrid(c, std::get<Values>(args[0]), false); }
Values MeshgridBy(OpContext& c, const Arguments& args) {
  const auto& tensors = std::get<Values>(args[0]);
  const std::string& indexing = std::get<std::string>(args[1]);
  if (indexing != "ij" && indexing != "xy") {
    c.Fail(Invalid("meshgrid has no such indexing").With("found", indexing).With("wanted", "ij or xy"));
    return Values(tensors.size());
  }
  return Meshgrid(c, tensors, indexing == "xy");
}

/// Elements by bin, of equal width from min to max; those outside count nowhere, max in the last bin.
Values Histc(OpContext& c, const Arguments& args) {
  const Value x = ops::Reshape(c, TensorAt(args, 0), {SymInt(-1)});
  const int64_t bins = IntAt(args, 1);
  const double least = NumberAt(args, 2), most = NumberAt(args, 3);
  if (bins < 1) {
    c.Fail(Invalid("histc without bins").With("found", std::to_string(bins)).With("wanted", "at least 1"));
    return {Value()};
  }
  if (least >= most) {
    c.Fail(Unsupported("histc whose bounds are those of the elements").With("wanted", "min below max"));
    return {Value()};
  }
  const Value scaled = ops::Div(c, ops::Mul(c, ops::Sub(c, x, least), static_cast<double>(bins)), most - least);
  const Value bin = ops::Clamp(c, ops::Floor(c, scaled), std::nullopt, ops::Scalar(static_cast<double>(bins - 1)));
  const Value inside = ops::LogicalAnd(c, ops::GreaterEqual(c, x, least), ops::LessEqual(c, x, most));
  const Value hit = ops::LogicalAnd(c, ops::Equal(c, ops::Unsqueeze(c, bin, 1), ops::Arange(c, SymInt(bins), x.dtype())), ops::Unsqueeze(c, inside, 1));
  return {ops::Sum(c, ops::To(c, hit, x.dtype()), {0})};
}

/// Index i as often as `repeats` says: that of a place is the number of ends at or before it. `count`: of all; none: their sum, a size that
/// is known when the program runs.
Value RepeatedIndices(OpContext& c, const Value& repeats, const ops::Argument& count) {
  const Value plain = ops::To(c, repeats, DType::kI64);
  const Value ends = ops::Cumsum(c, plain, 0);
  const SymInt total = IsNone(count) ? ops::Item(c, ops::Sum(c, plain)) : std::get<SymInt>(count);
  const Value places = ops::Unsqueeze(c, ops::Arange(c, total), 1);
  return ops::Sum(c, ops::To(c, ops::LessEqual(c, ops::Unsqueeze(c, ends, 0), places), DType::kI64), {1});
}

Values RepeatInterleave(OpContext& c, const Arguments& args) {
  const Value x = IsNone(args[2]) ? ops::Reshape(c, TensorAt(args, 0), {SymInt(-1)}) : TensorAt(args, 0);
  return {ops::IndexSelect(c, x, IsNone(args[2]) ? 0 : IntAt(args, 2), RepeatedIndices(c, TensorAt(args, 1), args[3]))};
}

Values RepeatedPlaces(OpContext& c, const Arguments& args) {
  return {ops::To(c, RepeatedIndices(c, TensorAt(args, 0), args[1]), TensorAt(args, 0).dtype())};
}

/// torch.where(condition): one tensor of positions for each axis.
Values Positions(OpContext& c, const Arguments& args) {
  const Value& condition = TensorAt(args, 0);
  return ops::Unbind(c, ops::Nonzero(c, condition.rank() == 0 ? ops::Unsqueeze(c, condition, 0) : condition), 1);
}

std::string TargetOf(std::string_view schema) {
  std::string target(schema.substr(0, schema.find('(')));
  target.replace(target.find("::"), 2, ".");
  return std::count(target.begin(), target.end(), '.') < 2 ? target + ".default" : target;
}

Result<ops::RuleResult> NoRule(ops::RuleCall& call) { return Internal(std::string(call.op()) + " is written out before rules are asked"); }

/// The table of ops with these beside the others, so that their arguments can be bound.
const ops::OpTable& WithComposites() {
  static const auto* table = [] {
    auto* made = new ops::OpTable;  // never destroyed, as the definitions that it points to
    for (const ops::OpDef* op : ops::DefaultOps().All()) made->Add(*op);
    for (const Composite& composite : Composites()) made->Add(*new ops::OpDef(ops::MakeOp(composite.schema, NoRule)));
    return made;
  }();
  return *table;
}

/// Other spellings, and what makes or counts.
const std::vector<Composite>& PlainComposites() {
  static const std::vector<Composite> table = {
      {"aten::absolute(Tensor self) -> Tensor", Is<ops::AbsOp, 1>},
      {"aten::arccos(Tensor self) -> Tensor", Is<ops::AcosOp, 1>},
      {"aten::arccosh(Tensor self) -> Tensor", Is<ops::AcoshOp, 1>},
      {"aten::arcsin(Tensor self) -> Tensor", Is<ops::AsinOp, 1>},
      {"aten::arcsinh(Tensor self) -> Tensor", Is<ops::AsinhOp, 1>},
      {"aten::arctan(Tensor self) -> Tensor", Is<ops::AtanOp, 1>},
      {"aten::arctan2(Tensor self, Tensor other) -> Tensor", Is<ops::Atan2Op, 2>},
      {"aten::arctanh(Tensor self) -> Tensor", Is<ops::AtanhOp, 1>},
      {"aten::divide.Scalar(Tensor self, Scalar other) -> Tensor", Is<ops::DivScalarOp, 2>},
      {"aten::fix(Tensor self) -> Tensor", Is<ops::TruncOp, 1>},
      {"aten::greater.Scalar(Tensor self, Scalar other) -> Tensor", Is<ops::GreaterScalarOp, 2>},
      {"aten::greater.Tensor(Tensor self, Tensor other) -> Tensor", Is<ops::GreaterTensorOp, 2>},
      {"aten::greater_equal.Scalar(Tensor self, Scalar other) -> Tensor", Is<ops::GreaterEqualScalarOp, 2>},
      {"aten::greater_equal.Tensor(Tensor self, Tensor other) -> Tensor", Is<ops::GreaterEqualTensorOp, 2>},
      {"aten::less.Scalar(Tensor self, Scalar other) -> Tensor", Is<ops::LessScalarOp, 2>},
      {"aten::less.Tensor(Tensor self, Tensor other) -> Tensor", Is<ops::LessTensorOp, 2>},
      {"aten::less_equal.Scalar(Tensor self, Scalar other) -> Tensor", Is<ops::LessEqualScalarOp, 2>},
      {"aten::less_equal.Tensor(Tensor self, Tensor other) -> Tensor", Is<ops::LessEqualTensorOp, 2>},
      {"aten::moveaxis.intlist(Tensor(a) self, int[] source, int[] destination) -> Tensor(a)", Is<ops::MovedimOp, 3>},
      {"aten::multiply.Scalar(Tensor self, Scalar other) -> Tensor", Is<ops::MulScalarOp, 2>},
      {"aten::negative(Tensor self) -> Tensor", Is<ops::NegOp, 1>},
      {"aten::not_equal.Scalar(Tensor self, Scalar other) -> Tensor", Is<ops::NotEqualScalarOp, 2>},
      {"aten::not_equal.Tensor(Tensor self, Tensor other) -> Tensor", Is<ops::NotEqualTensorOp, 2>},
      {"aten::pdist(Tensor self, float p=2.) -> Tensor", Is<ops::PdistForwardOp, 2>},
      {"aten::positive(Tensor(a) self) -> Tensor(a)", Is<ops::AliasOp, 1>},
      {"aten::special_exp2(Tensor self) -> Tensor", Is<ops::Exp2Op, 1>},
      {"aten::special_expm1(Tensor self) -> Tensor", Is<ops::Expm1Op, 1>},
      {"aten::special_log1p(Tensor self) -> Tensor", Is<ops::Log1pOp, 1>},
      {"aten::special_log_softmax(Tensor self, int dim, *, ScalarType? dtype=None) -> Tensor", Is<ops::LogSoftmaxOp, 3>},
      {"aten::special_logsumexp(Tensor self, int[1] dim, bool keepdim=False) -> Tensor", Is<ops::LogsumexpOp, 3>},
      {"aten::special_softmax(Tensor self, int dim, ScalarType? dtype=None) -> Tensor", Is<ops::SoftmaxOp, 3>},
      {"aten::subtract.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor", Is<ops::SubScalarOp, 3>},
      {"aten::true_divide.Scalar(Tensor self, Scalar other) -> Tensor", Is<ops::DivScalarOp, 2>},
      {"aten::_is_all_true(Tensor self) -> Tensor", IsAllTrue},
      {"aten::_is_any_true(Tensor self) -> Tensor", IsAnyTrue},
      {"aten::clip(Tensor self, Scalar? min=None, Scalar? max=None) -> Tensor", Is<ops::ClampOp, 3>},
      {"aten::concat(Tensor[] tensors, int dim=0) -> Tensor", Is<ops::CatOp, 2>},
      {"aten::concatenate(Tensor[] tensors, int dim=0) -> Tensor", Is<ops::CatOp, 2>},
      {"aten::divide.Tensor(Tensor self, Tensor other) -> Tensor", Is<ops::DivTensorOp, 2>},
      {"aten::einsum(str equation, Tensor[] tensors, *, int[]? path=None) -> Tensor", WriteEinsum},
      {"aten::eye(SymInt n, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", Eye},
      {"aten::eye.m(SymInt n, SymInt m, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", EyeM},
      {"aten::gru_cell(Tensor input, Tensor hx, Tensor w_ih, Tensor w_hh, Tensor? b_ih=None, Tensor? b_hh=None) -> Tensor", WriteGruCell},
      {"aten::histc(Tensor self, int bins=100, Scalar min=0, Scalar max=0) -> Tensor", Histc},
      {"aten::lstm_cell(Tensor input, Tensor[] hx, Tensor w_ih, Tensor w_hh, Tensor? b_ih=None, Tensor? b_hh=None) -> (Tensor, Tensor)", WriteLstmCell},
      {"aten::mT(Tensor(a) self) -> Tensor(a)", LastTwoSwapped},
      {"aten::meshgrid(Tensor[] tensors) -> Tensor[]", MeshgridOf},
      {"aten::meshgrid.indexing(Tensor[] tensors, *, str indexing) -> Tensor[]", MeshgridBy},
      {"aten::multiply.Tensor(Tensor self, Tensor other) -> Tensor", Is<ops::MulTensorOp, 2>},
      {"aten::new_empty(Tensor self, SymInt[] size, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor",
       NewEmpty},
      {"aten::numpy_T(Tensor(a) self) -> Tensor(a)", Reversed},
      {"aten::ravel(Tensor(a) self) -> Tensor(a)", Ravel},
      {"aten::repeat_interleave.self_Tensor(Tensor self, Tensor repeats, int? dim=None, *, SymInt? output_size=None) -> Tensor", RepeatInterleave},
      {"aten::repeat_interleave.Tensor(Tensor repeats, *, SymInt? output_size=None) -> Tensor", RepeatedPlaces},
      {"aten::reshape_as(Tensor(a) self, Tensor other) -> Tensor(a)", ReshapeAs},
      {"aten::rnn_relu_cell(Tensor input, Tensor hx, Tensor w_ih, Tensor w_hh, Tensor? b_ih=None, Tensor? b_hh=None) -> Tensor", WriteReluCell},
      {"aten::rnn_tanh_cell(Tensor input, Tensor hx, Tensor w_ih, Tensor w_hh, Tensor? b_ih=None, Tensor? b_hh=None) -> Tensor", WriteTanhCell},
      {"aten::subtract.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor", Is<ops::SubTensorOp, 3>},
      {"aten::swapaxes(Tensor(a) self, int axis0, int axis1) -> Tensor(a)", Is<ops::TransposeOp, 3>},
      {"aten::swapdims(Tensor(a) self, int dim0, int dim1) -> Tensor(a)", Is<ops::TransposeOp, 3>},
      {"aten::argwhere(Tensor self) -> Tensor", Is<ops::NonzeroOp, 1>},
      {"aten::nonzero_numpy(Tensor self) -> Tensor[]", Positions},
      {"aten::where(Tensor condition) -> Tensor[]", Positions},
  };
  return table;
}

}  // namespace

const std::vector<Composite>& Composites() {
  static const std::vector<Composite> table = [] {
    std::vector<Composite> all = PlainComposites();
    for (const auto* part : {&FourierComposites(), &LossComposites(), &NnComposites(), &SearchComposites(), &ShapeComposites()}) all.insert(all.end(), part->begin(), part->end());
    return all;
  }();
  return table;
}

const std::vector<std::string>& CompositeTargets() {
  static const std::vector<std::string> targets = [] {
    std::vector<std::string> made;
    for (const Composite& composite : Composites()) made.push_back(TargetOf(composite.schema));
    return made;
  }();
  return targets;
}

bool HasComposites(const ir::Program& program) {
  static const std::set<std::string_view> targets(CompositeTargets().begin(), CompositeTargets().end());
  return HasInlineGraphs(program) || std::ranges::any_of(program.graph.nodes(), [](const ir::Node& node) { return targets.contains(node.op()); });
}

Result<ir::Program> WriteOutComposites(ir::Program program) {
  if (!HasComposites(program)) return program;
  CONFORMANCE_TRY(program, InlineGraphs(std::move(program)));
  static const std::vector<NodeFix> fixes = [] {
    std::vector<NodeFix> made;
    for (size_t i = 0; i < Composites().size(); ++i) {
      NodeFix fix;
      fix.info.name = "write out " + CompositeTargets()[i];
      fix.ops = {CompositeTargets()[i]};
      fix.fix = [write = Composites()[i].write](NodeEdit& edit) -> Result<bool> {
        CONFORMANCE_TRY(const Arguments args, edit.Arguments());
        const Values values = write(edit.context(), args);
        if (edit.context().failed()) return Error(edit.context().status().error());
        CONFORMANCE_RETURN_IF_ERROR(edit.ReplaceWith(values));
        return true;
      };
      made.push_back(std::move(fix));
    }
    return made;
  }();
  return ApplyNodeFixes(fixes, std::move(program), nullptr, WithComposites());
}

}  // namespace conformance::rewrite
