#include "framework/ops/window_rule.h"

#include <algorithm>

namespace conformance::ops {
namespace {

constexpr int64_t kLongest = int64_t{1} << 30;  // so that products of two fit

// The numbers of an argument for each of `axes` window axes, at least `least`.
Result<std::vector<int64_t>> Numbers(RuleCall& call, size_t index, size_t axes, int64_t least) {
  const Sizes& given = call.sym_ints(index);
  std::vector<int64_t> numbers;
  for (const SymInt& value : given) {
    CONFORMANCE_TRY(const int64_t number, call.Specialise(value, call.name(index)));
    numbers.push_back(number);
  }
  if (numbers.size() == 1) numbers.resize(axes, numbers[0]);
  if (numbers.size() != axes ||
      std::any_of(numbers.begin(), numbers.end(), [&](int64_t n) { return n < least || n > kLongest; })) {
    return RuleInvalid(call, std::string(call.name(index)) + " is " + SizesText(given) + ", want " +
                                 std::to_string(axes) + " numbers of at least " + std::to_string(least));
  }
  return numbers;
}

// Where an argument stands in the schema: convolutions have the same ones in several orders.
size_t Place(const RuleCall& call, std::string_view name) {
  size_t i = 0;
  while (i < call.size() && call.name(i) != name) ++i;
  return i;
}

Result<std::vector<int64_t>> Padding(RuleCall& call, size_t axes, const std::vector<int64_t>& stride) {
  const auto* name = std::get_if<std::string>(&call.arg(4));
  if (name == nullptr) return Numbers(call, 4, axes, 0);
  if (*name != "valid" && *name != "same")
    return RuleInvalid(call, "padding is '" + *name + "', want 'valid' or 'same'");
  if (*name == "same" && std::any_of(stride.begin(), stride.end(), [](int64_t s) { return s != 1; })) {
    return RuleInvalid(call, "padding is 'same' with a stride above 1, want stride 1");
  }
  return std::vector<int64_t>(axes, 0);
}

Result<int64_t> Groups(RuleCall& call) {
  CONFORMANCE_TRY(const int64_t groups, call.Specialise(call.sym_int(Place(call, "groups")), "groups"));
  if (groups <= 0 || groups > kLongest)
    return RuleInvalid(call, "groups are " + std::to_string(groups) + ", want a number above 0");
  return groups;
}

Status WantDivides(RuleCall& call, const SymInt& channels, int64_t groups, std::string_view what) {
  CONFORMANCE_TRY(const bool divides,
                  call.Equal(Mod(channels, groups), 0, "convolution: groups divide the channels"));
  if (divides) return Ok();
  return WantShape(call, "weight", call.tensor(1),
                   "with " + std::string(what) + " that " + std::to_string(groups) + " groups divide");
}

Status WantBias(RuleCall& call, const SymInt& outputs) {
  if (call.IsNone(2)) return Ok();
  const Value& bias = call.tensor(2);
  CONFORMANCE_RETURN_IF_ERROR(WantDType(call, "bias", bias, call.tensor(0).dtype()));
  CONFORMANCE_TRY(const bool bias_fits,
                  EqualShapes(call, bias.sizes(), std::span(&outputs, 1), "convolution: the size of bias"));
  if (!bias_fits) return WantShape(call, "bias", bias, "[" + outputs.ToString() + "]");
  return Ok();
}

// The channels of the answer: weight is [o, c / groups, ...], transposed [c, o / groups, ...].
Result<SymInt> OutputChannels(RuleCall& call, const SymInt& channels, bool transposed) {
  const Value &x = call.tensor(0), &weight = call.tensor(1);
  CONFORMANCE_TRY(const int64_t groups, Groups(call));
  const SymInt wanted = transposed ? weight.sizes()[0] : weight.sizes()[1] * groups;
  CONFORMANCE_TRY(const bool fits, call.Equal(wanted, channels, "convolution: channels"));
  if (!fits) {
    return WantShape(call, "input", x,
                     "with " + wanted.ToString() + " channels, as weight " + Describe(weight.meta()) +
                         " in " + std::to_string(groups) + " groups");
  }
  const SymInt outputs = transposed ? weight.sizes()[1] * groups : weight.sizes()[0];
  CONFORMANCE_RETURN_IF_ERROR(
      WantDivides(call, transposed ? channels : outputs, groups, transposed ? "inputs" : "outputs"));
  CONFORMANCE_RETURN_IF_ERROR(WantBias(call, outputs));
  return outputs;
}

std::string WindowShape(std::string_view lead, std::string_view prefix, size_t axes) {
  static constexpr const char* kNames[] = {"d", "h", "w"};
  if (axes == 1) return std::string(lead) + (prefix.empty() ? "l]" : "k]");
  std::string text(lead);
  for (size_t i = 3 - axes; i < 3; ++i) text += std::string(prefix) + kNames[i] + (i < 2 ? ", " : "]");
  return text;
}

// What is the same in both directions: ranks, types, and the arguments of each axis.
struct Windows {
  bool batched = false;
  std::vector<int64_t> stride, padding, dilation;
  Sizes sizes;  // of the answer; the window axes still those of the input
};
Result<Windows> WindowsOf(RuleCall& call, size_t axes, bool transposed) {
  const Value &x = call.tensor(0), &weight = call.tensor(1);
  Windows w;
  w.batched = static_cast<size_t>(x.rank()) == axes + 2;
  if (static_cast<size_t>(x.rank()) != axes + 1 && !w.batched) {
    return WantShape(call, "input", x,
                     WindowShape("[n, c, ", "", axes) + " or " + WindowShape("[c, ", "", axes));
  }
  if (static_cast<size_t>(weight.rank()) != axes + 2)
    return WantShape(call, "weight", weight, WindowShape(transposed ? "[c, o, " : "[o, c, ", "k", axes));
  CONFORMANCE_RETURN_IF_ERROR(WantFloating(call, "input", x));
  CONFORMANCE_RETURN_IF_ERROR(WantDType(call, "weight", weight, x.dtype()));
  CONFORMANCE_TRY(w.stride, Numbers(call, 3, axes, 1));
  CONFORMANCE_TRY(w.padding, Padding(call, axes, w.stride));
  CONFORMANCE_TRY(w.dilation, Numbers(call, Place(call, "dilation"), axes, 1));
  w.sizes = x.sizes();
  SymInt& channels = w.sizes[w.batched ? 1 : 0];
  CONFORMANCE_TRY(channels, OutputChannels(call, channels, transposed));
  return w;
}

Result<RuleResult> ConvRule(RuleCall& call, size_t axes) {
  const Value &x = call.tensor(0), &weight = call.tensor(1);
  CONFORMANCE_TRY(Windows w, WindowsOf(call, axes, false));
  const auto* name = std::get_if<std::string>(&call.arg(4));
  const bool same = name != nullptr && *name == "same";
  for (size_t i = 0; i < axes && !same; ++i) {
    SymInt& size = w.sizes[w.sizes.size() - axes + i];
    const SymInt room = size + 2 * w.padding[i] - w.dilation[i] * (weight.sizes()[2 + i] - 1) - 1;
    CONFORMANCE_TRY(const bool fits,
                    call.Holds(Ge(room, 0), "convolution: the kernel fits into the padded input"));
    if (!fits)
      return WantShape(call, "input", x,
                       "at least as long as the kernel of weight " + Describe(weight.meta()));
    size = FloorDiv(room, w.stride[i]) + 1;
  }
  return One(x.dtype(), std::move(w.sizes));
}

Result<RuleResult> ConvTransposeRule(RuleCall& call, size_t axes) {
  const Value &x = call.tensor(0), &weight = call.tensor(1);
  CONFORMANCE_TRY(Windows w, WindowsOf(call, axes, true));
  CONFORMANCE_TRY(const std::vector<int64_t> more, Numbers(call, Place(call, "output_padding"), axes, 0));
  for (size_t i = 0; i < axes; ++i) {
    if (more[i] >= std::max(w.stride[i], w.dilation[i])) {
      return RuleInvalid(call, "output_padding is " + std::to_string(more[i]) +
                                   ", want one below the larger of stride and dilation");
    }
    SymInt& size = w.sizes[w.sizes.size() - axes + i];
    size = (size - 1) * w.stride[i] - 2 * w.padding[i] + w.dilation[i] * (weight.sizes()[2 + i] - 1) +
           more[i] + 1;
    CONFORMANCE_TRY(const bool some, call.Holds(Ge(size, 0), "convolution: padding leaves something"));
    if (!some) return WantShape(call, "input", x, "long enough for its padding");
  }
  return One(x.dtype(), std::move(w.sizes));
}

// Size of an axis after pooling; `window` is what one window covers.
Result<SymInt> Pooled(RuleCall& call, const SymInt& length, int64_t window, int64_t stride, int64_t padding,
                      bool ceil_mode) {
  if (2 * padding > window) {
    return RuleInvalid(call, "padding is " + std::to_string(padding) +
                                 ", want at most half of the window's " + std::to_string(window));
  }
  const SymInt room = length + 2 * padding - window;
  SymInt size = (ceil_mode ? CeilDiv(room, stride) : FloorDiv(room, stride)) + 1;
  if (ceil_mode) {  // the last window must start inside the input or the padding before it
    CONFORMANCE_TRY(const bool outside, call.Holds(Ge((size - 1) * stride, length + padding),
                                                   "pooling: the last window's start"));
    if (outside) size = size - 1;
  }
  CONFORMANCE_TRY(const bool some, call.Holds(Ge(size, 1), "pooling: a window fits"));
  if (!some) return WantShape(call, "self", call.tensor(0), "large enough for one window");
  return size;
}

Status WantPlanes(RuleCall& call, size_t axes) {
  const Value& x = call.tensor(0);
  const auto rank = static_cast<size_t>(x.rank());
  if (rank != axes + 1 && rank != axes + 2)
    return WantShape(call, "self", x,
                     WindowShape("[n, c, ", "", axes) + " or " + WindowShape("[c, ", "", axes));
  for (size_t i = rank - axes - 1; i < rank; ++i) {  // all but the batch
    CONFORMANCE_TRY(const bool some, call.Holds(Gt(x.sizes()[i], 0), "pooling: something to pool"));
    if (!some) return WantShape(call, "self", x, "without empty axes but the first of a batch");
  }
  return Ok();
}

// Arguments: self, kernel_size, stride, padding, then dilation where there is one, then ceil_mode.
Result<Sizes> PooledSizes(RuleCall& call, size_t axes, bool dilated) {
  CONFORMANCE_RETURN_IF_ERROR(WantPlanes(call, axes));
  CONFORMANCE_TRY(const std::vector<int64_t> kernel, Numbers(call, 1, axes, 1));
  std::vector<int64_t> stride = kernel, dilation(axes, 1);
  if (!call.sym_ints(2).empty()) {
    CONFORMANCE_TRY(stride, Numbers(call, 2, axes, 1));
  }
  CONFORMANCE_TRY(const std::vector<int64_t> padding, Numbers(call, 3, axes, 0));
  if (dilated) {
    CONFORMANCE_TRY(dilation, Numbers(call, 4, axes, 1));
  }
  const bool ceil_mode = call.boolean(dilated ? 5 : 4);
  Sizes sizes = call.tensor(0).sizes();
  for (size_t i = 0; i < axes; ++i) {
    SymInt& size = sizes[sizes.size() - axes + i];
    const int64_t window = dilation[i] * (kernel[i] - 1) + 1;
    CONFORMANCE_TRY(size, Pooled(call, size, window, stride[i], padding[i], ceil_mode));
  }
  return sizes;
}

Result<RuleResult> MaxPoolRule(RuleCall& call, size_t axes, bool positions) {
  CONFORMANCE_RETURN_IF_ERROR(WantNotBool(call, "self", call.tensor(0)));
  CONFORMANCE_TRY(Sizes sizes, PooledSizes(call, axes, true));
  RuleResult result = One(call.tensor(0).dtype(), sizes);
  if (positions) result.tensors.push_back({DType::kI64, std::move(sizes)});
  return result;
}

Result<RuleResult> AvgPoolRule(RuleCall& call, size_t axes) {
  CONFORMANCE_RETURN_IF_ERROR(WantFloating(call, "self", call.tensor(0)));
  if (axes > 1 && !call.IsNone(6) && call.int_value(6) == 0)
    return RuleInvalid(call, "divisor_override is 0, want another number");
  CONFORMANCE_TRY(Sizes sizes, PooledSizes(call, axes, false));
  for (size_t i = 0; i < 3 && axes == 3; ++i) {  // PyTorch asks for this in three dimensions alone
    const SymInt& kernel = call.sym_ints(1)[call.sym_ints(1).size() == 1 ? 0 : i];
    CONFORMANCE_TRY(const bool fits, call.Holds(Ge(call.tensor(0).sizes()[sizes.size() - 3 + i], kernel),
                                                "avg_pool3d: a window inside the input"));
    if (!fits)
      return WantShape(call, "self", call.tensor(0), "at least as long as the window, without the padding");
  }
  return One(call.tensor(0).dtype(), std::move(sizes));
}

Result<RuleResult> AdaptiveRule(RuleCall& call, size_t axes, bool positions) {
  const Value& x = call.tensor(0);
  const Sizes& wanted = call.sym_ints(1);
  CONFORMANCE_RETURN_IF_ERROR(WantFloating(call, "self", x));
  const auto rank = static_cast<size_t>(x.rank());
  if (rank != axes + 1 && rank != axes + 2)
    return WantShape(call, "self", x,
                     WindowShape("[n, c, ", "", axes) + " or " + WindowShape("[c, ", "", axes));
  if (wanted.size() != axes)
    return ShapeError(std::string(call.op()) + ": output_size is " + SizesText(wanted) + ", want " +
                      std::to_string(axes) + " sizes");
  CONFORMANCE_RETURN_IF_ERROR(WantSizes(call, wanted));
  Sizes sizes = x.sizes();
  for (size_t i = rank - axes - (positions ? 1 : 0); i < rank; ++i) {
    CONFORMANCE_TRY(const bool some, call.Holds(Gt(x.sizes()[i], 0), "adaptive pooling: something to pool"));
    if (!some) return WantShape(call, "self", x, "with sizes above 0 along the last axes");
  }
  for (size_t i = 0; i < axes; ++i) sizes[rank - axes + i] = wanted[i];
  RuleResult result = One(x.dtype(), sizes);
  if (positions) result.tensors.push_back({DType::kI64, std::move(sizes)});
  return result;
}

}  // namespace

Result<RuleResult> Conv1dRule(RuleCall& call) { return ConvRule(call, 1); }
Result<RuleResult> Conv2dRule(RuleCall& call) { return ConvRule(call, 2); }
Result<RuleResult> Conv3dRule(RuleCall& call) { return ConvRule(call, 3); }
Result<RuleResult> ConvTranspose1dRule(RuleCall& call) { return ConvTransposeRule(call, 1); }
Result<RuleResult> ConvTranspose2dRule(RuleCall& call) { return ConvTransposeRule(call, 2); }
Result<RuleResult> ConvTranspose3dRule(RuleCall& call) { return ConvTransposeRule(call, 3); }

Result<RuleResult> ConvolutionRule(RuleCall& call) {
  const int64_t axes = call.tensor(1).rank() - 2;
  if (axes < 1 || axes > 3) return WantShape(call, "weight", call.tensor(1), "of one to three window axes");
  if (call.tensor(0).rank() != axes + 2)
    return WantShape(call, "input", call.tensor(0),
                     "of as many axes as weight " + Describe(call.tensor(1).meta()));
  return call.boolean(6) ? ConvTransposeRule(call, static_cast<size_t>(axes))
                         : ConvRule(call, static_cast<size_t>(axes));
}

Result<RuleResult> MaxPool1dRule(RuleCall& call) { return MaxPoolRule(call, 1, false); }
Result<RuleResult> MaxPool2dRule(RuleCall& call) { return MaxPoolRule(call, 2, false); }
Result<RuleResult> MaxPool3dRule(RuleCall& call) { return MaxPoolRule(call, 3, false); }
Result<RuleResult> MaxPool1dPositionsRule(RuleCall& call) { return MaxPoolRule(call, 1, true); }
Result<RuleResult> MaxPool2dPositionsRule(RuleCall& call) { return MaxPoolRule(call, 2, true); }
Result<RuleResult> MaxPool3dPositionsRule(RuleCall& call) { return MaxPoolRule(call, 3, true); }
Result<RuleResult> AvgPool1dRule(RuleCall& call) { return AvgPoolRule(call, 1); }
Result<RuleResult> AvgPool2dRule(RuleCall& call) { return AvgPoolRule(call, 2); }
Result<RuleResult> AvgPool3dRule(RuleCall& call) { return AvgPoolRule(call, 3); }
Result<RuleResult> AdaptiveAvgPool1dRule(RuleCall& call) { return AdaptiveRule(call, 1, false); }
Result<RuleResult> AdaptiveAvgPool2dRule(RuleCall& call) { return AdaptiveRule(call, 2, false); }
Result<RuleResult> AdaptiveAvgPool3dRule(RuleCall& call) { return AdaptiveRule(call, 3, false); }
Result<RuleResult> AdaptiveMaxPool1dRule(RuleCall& call) { return AdaptiveRule(call, 1, true); }
Result<RuleResult> AdaptiveMaxPool2dRule(RuleCall& call) { return AdaptiveRule(call, 2, true); }

}  // namespace conformance::ops
