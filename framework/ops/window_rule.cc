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

Status WantChannelsAndBias(RuleCall& call, const SymInt& channels) {
  const Value &x = call.tensor(0), &weight = call.tensor(1);
  CONFORMANCE_TRY(const int64_t groups, call.Specialise(call.sym_int(6), "groups"));
  if (groups <= 0)
    return RuleInvalid(call, "groups are " + std::to_string(groups) + ", want a number above 0");
  CONFORMANCE_TRY(const bool fits, call.Equal(weight.sizes()[1] * groups, channels, "convolution: channels"));
  if (!fits) {
    return WantShape(call, "input", x,
                     "with " + (weight.sizes()[1] * groups).ToString() + " channels, as weight " +
                         Describe(weight.meta()) + " in " + std::to_string(groups) + " groups");
  }
  const SymInt& outputs = weight.sizes()[0];
  CONFORMANCE_TRY(const bool divides,
                  call.Equal(Mod(outputs, groups), 0, "convolution: groups divide the outputs"));
  if (!divides)
    return WantShape(call, "weight", weight,
                     "with outputs that " + std::to_string(groups) + " groups divide");
  if (call.IsNone(2)) return Ok();
  const Value& bias = call.tensor(2);
  CONFORMANCE_RETURN_IF_ERROR(WantDType(call, "bias", bias, x.dtype()));
  CONFORMANCE_TRY(const bool bias_fits,
                  EqualShapes(call, bias.sizes(), std::span(&outputs, 1), "convolution: the size of bias"));
  if (!bias_fits) return WantShape(call, "bias", bias, "[" + outputs.ToString() + "]");
  return Ok();
}

Result<RuleResult> ConvRule(RuleCall& call, size_t axes) {
  const Value &x = call.tensor(0), &weight = call.tensor(1);
  const bool batched = static_cast<size_t>(x.rank()) == axes + 2;
  if (static_cast<size_t>(x.rank()) != axes + 1 && !batched) {
    return WantShape(call, "input", x, axes == 1 ? "[n, c, l] or [c, l]" : "[n, c, h, w] or [c, h, w]");
  }
  if (static_cast<size_t>(weight.rank()) != axes + 2)
    return WantShape(call, "weight", weight, axes == 1 ? "[o, c, k]" : "[o, c, kh, kw]");
  CONFORMANCE_RETURN_IF_ERROR(WantFloating(call, "input", x));
  CONFORMANCE_RETURN_IF_ERROR(WantDType(call, "weight", weight, x.dtype()));
  CONFORMANCE_TRY(const std::vector<int64_t> stride, Numbers(call, 3, axes, 1));
  CONFORMANCE_TRY(const std::vector<int64_t> padding, Padding(call, axes, stride));
  CONFORMANCE_TRY(const std::vector<int64_t> dilation, Numbers(call, 5, axes, 1));
  CONFORMANCE_RETURN_IF_ERROR(WantChannelsAndBias(call, x.sizes()[batched ? 1 : 0]));
  const auto* name = std::get_if<std::string>(&call.arg(4));
  const bool same = name != nullptr && *name == "same";
  Sizes sizes = x.sizes();
  sizes[batched ? 1 : 0] = weight.sizes()[0];
  for (size_t i = 0; i < axes && !same; ++i) {
    SymInt& size = sizes[sizes.size() - axes + i];
    const SymInt room = size + 2 * padding[i] - dilation[i] * (weight.sizes()[2 + i] - 1) - 1;
    CONFORMANCE_TRY(const bool fits,
                    call.Holds(Ge(room, 0), "convolution: the kernel fits into the padded input"));
    if (!fits)
      return WantShape(call, "input", x,
                       "at least as long as the kernel of weight " + Describe(weight.meta()));
    size = FloorDiv(room, stride[i]) + 1;
  }
  return One(x.dtype(), std::move(sizes));
}

}  // namespace

Result<RuleResult> Conv1dRule(RuleCall& call) { return ConvRule(call, 1); }
Result<RuleResult> Conv2dRule(RuleCall& call) { return ConvRule(call, 2); }

Result<RuleResult> MaxPool2dRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  CONFORMANCE_RETURN_IF_ERROR(WantNotBool(call, "self", x));
  if (x.rank() != 3 && x.rank() != 4) return WantShape(call, "self", x, "[n, c, h, w] or [c, h, w]");
  CONFORMANCE_TRY(const std::vector<int64_t> kernel, Numbers(call, 1, 2, 1));
  std::vector<int64_t> stride = kernel;
  if (!call.sym_ints(2).empty()) {
    CONFORMANCE_TRY(stride, Numbers(call, 2, 2, 1));
  }
  CONFORMANCE_TRY(const std::vector<int64_t> padding, Numbers(call, 3, 2, 0));
  CONFORMANCE_TRY(const std::vector<int64_t> dilation, Numbers(call, 4, 2, 1));
  const bool ceil_mode = call.boolean(5);
  Sizes sizes = x.sizes();
  for (size_t i = 0; i < 2; ++i) {
    if (2 * padding[i] > dilation[i] * (kernel[i] - 1) + 1) {
      return RuleInvalid(call, "padding is " + std::to_string(padding[i]) +
                                   ", want at most half of the window's " +
                                   std::to_string(dilation[i] * (kernel[i] - 1) + 1));
    }
    SymInt& size = sizes[sizes.size() - 2 + i];
    const SymInt length = size;
    const SymInt room = length + 2 * padding[i] - dilation[i] * (kernel[i] - 1) - 1;
    size = (ceil_mode ? CeilDiv(room, stride[i]) : FloorDiv(room, stride[i])) + 1;
    if (ceil_mode) {  // the last window must start inside the input or the padding before it
      CONFORMANCE_TRY(const bool outside, call.Holds(Ge((size - 1) * stride[i], length + padding[i]),
                                                     "max_pool2d: the last window's start"));
      if (outside) size = size - 1;
    }
    CONFORMANCE_TRY(const bool some, call.Holds(Ge(size, 1), "max_pool2d: a window fits"));
    if (!some) return WantShape(call, "self", x, "large enough for one window");
  }
  return One(x.dtype(), std::move(sizes));
}

}  // namespace conformance::ops
