#include "framework/ops/im2col.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

constexpr int64_t kLongest = int64_t{1} << 30;  // so that products of two fit

// kernel_size, dilation, padding and stride from argument `first` on.
struct Window {
  int64_t size[2], dilation[2], padding[2], stride[2];
};
Result<Window> WindowOf(RuleCall& call, size_t first) {
  Window w{};
  int64_t* const rows[] = {w.size, w.dilation, w.padding, w.stride};
  for (size_t k = 0; k < 4; ++k) {
    const Sizes& given = call.sym_ints(first + k);
    for (size_t i = 0; i < 2; ++i) {
      const auto number =
          given.size() == 2 || given.size() == 1 ? given[given.size() == 1 ? 0 : i].AsInt() : std::nullopt;
      const int64_t least = k == 2 ? 0 : 1;
      if (!number || *number < least || *number > kLongest) {
        return RuleInvalid(call, std::string(call.name(first + k)) + " is " + SizesText(given) +
                                     ", want 2 numbers of at least " + std::to_string(least));
      }
      rows[k][i] = *number;
    }
  }
  return w;
}

// Places of the window in an image [h, w].
Result<SymInt> Places(RuleCall& call, const Window& w, const SymInt& height, const SymInt& width) {
  SymInt places = 1;
  for (size_t i = 0; i < 2; ++i) {
    const SymInt room = (i == 0 ? height : width) + 2 * w.padding[i] - w.dilation[i] * (w.size[i] - 1) - 1;
    CONFORMANCE_TRY(const bool fits,
                    call.Holds(Ge(room, 0), "im2col: the window fits into the padded image"));
    if (!fits)
      return ShapeError(std::string(call.op()) + ": an image of [" + height.ToString() + ", " +
                        width.ToString() + "], want one that the window fits into");
    places = places * (FloorDiv(room, w.stride[i]) + 1);
  }
  return places;
}

Result<RuleResult> Im2colRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  CONFORMANCE_RETURN_IF_ERROR(WantFloating(call, "self", x));
  if (x.rank() != 3 && x.rank() != 4) return WantShape(call, "self", x, "[n, c, h, w] or [c, h, w]");
  CONFORMANCE_TRY(const Window w, WindowOf(call, 1));
  for (int64_t i = 1; i <= 3; ++i) {
    CONFORMANCE_TRY(const bool some, call.Holds(Gt(x.size(-i), 0), "im2col: an image with elements"));
    if (!some) return WantShape(call, "self", x, "without empty axes but the first of a batch");
  }
  CONFORMANCE_TRY(SymInt places, Places(call, w, x.size(-2), x.size(-1)));
  Sizes sizes(x.sizes().begin(), x.sizes().end() - 3);
  sizes.push_back(x.size(-3) * w.size[0] * w.size[1]);
  sizes.push_back(std::move(places));
  return One(x.dtype(), std::move(sizes));
}

Result<RuleResult> Col2imRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  const Sizes& wanted = call.sym_ints(1);
  CONFORMANCE_RETURN_IF_ERROR(WantFloating(call, "self", x));
  if (x.rank() != 2 && x.rank() != 3)
    return WantShape(call, "self", x, "[n, c * kh * kw, places] or without n");
  if (wanted.size() != 2)
    return ShapeError(std::string(call.op()) + ": output_size is " + SizesText(wanted) + ", want [h, w]");
  CONFORMANCE_TRY(const Window w, WindowOf(call, 2));
  for (size_t i = 0; i < 2; ++i) {
    CONFORMANCE_TRY(const bool some,
                    call.Holds(And(Gt(x.size(-1 - static_cast<int64_t>(i)), 0), Gt(wanted[i], 0)),
                               "col2im: columns and an image with elements"));
    if (!some) return WantShape(call, "self", x, "and an image without empty axes but the first of a batch");
  }
  CONFORMANCE_TRY(const SymInt places, Places(call, w, wanted[0], wanted[1]));
  CONFORMANCE_TRY(bool fits, call.Equal(places, x.size(-1), "col2im: a column for each place"));
  if (fits) {
    CONFORMANCE_TRY(fits, call.Equal(Mod(x.size(-2), w.size[0] * w.size[1]), 0, "col2im: whole windows"));
  }
  if (!fits)
    return WantShape(call, "self", x,
                     "with a multiple of " + std::to_string(w.size[0] * w.size[1]) + " rows and " +
                         places.ToString() + " columns");
  Sizes sizes(x.sizes().begin(), x.sizes().end() - 2);
  sizes.push_back(FloorDiv(x.size(-2), w.size[0] * w.size[1]));
  sizes.insert(sizes.end(), wanted.begin(), wanted.end());
  return One(x.dtype(), std::move(sizes));
}

}  // namespace

const OpDef& Im2colOp() {
  static const OpDef op = MakeOp(
      "aten::im2col(Tensor self, int[2] kernel_size, int[2] dilation, int[2] padding, int[2] stride) -> "
      "Tensor",
      Im2colRule);
  return op;
}

const OpDef& Col2imOp() {
  static const OpDef op = MakeOp(
      "aten::col2im(Tensor self, SymInt[2] output_size, int[2] kernel_size, int[2] dilation, int[2] padding, "
      "int[2] stride) -> Tensor",
      Col2imRule);
  return op;
}

Value Im2col(OpContext& context, const Value& x, std::vector<int64_t> kernel_size,
             std::vector<int64_t> dilation, std::vector<int64_t> padding, std::vector<int64_t> stride) {
  return context.Call(
      Im2colOp(), {x, ToSymInts(kernel_size), ToSymInts(dilation), ToSymInts(padding), ToSymInts(stride)});
}

}  // namespace conformance::ops
