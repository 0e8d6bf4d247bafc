#include "references/onnx/call.h"

#include <algorithm>

#include "framework/base/strings.h"
#include "references/onnx/dispatch.h"
#include "references/onnx/plan.h"
#include "references/onnx/stores.h"
#include "references/onnx/tensors.h"

namespace conformance::onnx_reference {

using formats::OnnxAttribute;
using Kind = OnnxAttribute::Kind;

const formats::OnnxNode& Call::node() const { return *node_.node; }
int64_t Call::opset() const { return node_.opset; }
bool Call::oracle() const { return run_.options.oracle; }
uint64_t Call::seed() const {
  // splitmix64's constant keeps neighbouring nodes apart; the step keeps iterations of a loop apart.
  return run_.options.seed + 0x9E3779B97F4A7C15U * (node_.number + 1) + run_.steps;
}

const Value& Call::value(size_t index) const {
  static const Value kAbsent;
  return index < inputs_.size() ? inputs_[index] : kAbsent;
}
const Array& Call::operator[](size_t index) const {
  const Array* array = Optional(index);
  CONFORMANCE_CHECK(array != nullptr, "a kernel reads an input that its letters don't ask for");
  return *array;
}
const Array* Call::Optional(size_t index) const { return value(index).array(); }
std::vector<const Array*> Call::From(size_t index) const {
  std::vector<const Array*> arrays;
  for (size_t i = index; i < inputs_.size(); ++i) {
    if (const Array* array = inputs_[i].array()) arrays.push_back(array);
  }
  return arrays;
}

size_t Call::outputs() const { return node_.outputs.size(); }
bool Call::Wants(size_t index) const { return index < node_.outputs.size() && node_.outputs[index] >= 0; }

Store Call::StoreFor(Elem elem) const {
  if (!IsWideFloat(elem) || entry_.mode == Mode::kDeclared) return StoreOf(elem);
  if (oracle()) return Store::kF64;
  return entry_.mode == Mode::kCompute && IsHalf(elem) ? Store::kF32 : StoreOf(elem);
}
Result<Array> Call::New(Elem elem, Shape dims) const { return New(elem, StoreFor(elem), std::move(dims)); }
Result<Array> Call::New(Elem elem, Store store, Shape dims) const {
  const uint64_t live = run_.live->load(std::memory_order_relaxed), most = run_.limits.max_live_bytes;
  CONFORMANCE_TRY(Array array, Array::Make(elem, store, std::move(dims), std::min(run_.limits.max_tensor_bytes, most - std::min(live, most)), run_.live));
  CONFORMANCE_RETURN_IF_ERROR(Spend(array.bytes()));
  return array;
}
Status Call::CanHold(int64_t numbers) const {
  if (static_cast<uint64_t>(numbers) <= run_.limits.max_tensor_bytes / sizeof(int64_t)) return Ok();
  return Error(ErrorKind::kOutOfMemory, "a tensor that is too large").With("found", std::to_string(numbers) + " places");
}
Status Call::Spend(uint64_t elements) const {
  if (!__builtin_add_overflow(run_.work, elements, &run_.work) && run_.work <= run_.limits.max_work) return Ok();
  return Error(ErrorKind::kTimeout, "too much work for one run").With("wanted", "at most " + std::to_string(run_.limits.max_work) + " elements");
}
Status Call::Spend(std::initializer_list<int64_t> sizes) const {
  uint64_t product = 1;
  for (const int64_t size : sizes) {
    if (__builtin_mul_overflow(product, static_cast<uint64_t>(std::max<int64_t>(size, 0)), &product)) product = UINT64_MAX;
  }
  return Spend(product);
}

Result<Array> Call::Filled(Elem elem, Shape dims, double number) const {
  CONFORMANCE_TRY(Array array, New(elem, std::move(dims)));
  if (array.store() == Store::kBool) {
    std::fill_n(array.mutable_data<bool>(), array.count(), number != 0);
    return array;
  }
  CONFORMANCE_RETURN_IF_ERROR(VisitNumbers(array.store(), "a constant", [&]<typename T>(Tag<T>) {
    std::fill_n(array.mutable_data<T>(), array.count(), static_cast<T>(number));
    return Ok();
  }));
  return array;
}

const OnnxAttribute* Call::Attribute(std::string_view name) const { return node_.node->Find(name); }

namespace {

const char* const kKinds[] = {"undefined", "a float", "an int", "a string", "a tensor", "a graph", "floats", "ints", "strings", "tensors", "graphs"};

/// The attribute, null where it is missing and may be.
Result<const OnnxAttribute*> Find(const formats::OnnxNode& node, std::string_view name, Kind kind, bool required) {
  const OnnxAttribute* attribute = node.Find(name);
  if (attribute == nullptr) {
    if (!required) return attribute;
    return Invalid("a missing attribute").With("attribute", std::string(name)).With("wanted", kKinds[static_cast<size_t>(kind)]);
  }
  if (attribute->kind == kind) return attribute;
  const auto found = static_cast<size_t>(attribute->kind);
  return TypeError("an attribute of another kind")
      .With("attribute", std::string(name))
      .With("found", found < std::size(kKinds) ? kKinds[found] : "another kind")
      .With("wanted", kKinds[static_cast<size_t>(kind)]);
}

}  // namespace

Result<int64_t> Call::Int(std::string_view name, std::optional<int64_t> otherwise) const {
  CONFORMANCE_TRY(const auto* attribute, Find(*node_.node, name, Kind::kInt, !otherwise));
  return attribute ? attribute->i : *otherwise;
}
Result<double> Call::Float(std::string_view name, std::optional<double> otherwise) const {
  CONFORMANCE_TRY(const auto* attribute, Find(*node_.node, name, Kind::kFloat, !otherwise));
  return attribute ? double{attribute->f} : *otherwise;
}
Result<std::string> Call::String(std::string_view name, std::optional<std::string> otherwise) const {
  CONFORMANCE_TRY(const auto* attribute, Find(*node_.node, name, Kind::kString, !otherwise));
  return attribute ? attribute->s : *otherwise;
}
Result<std::vector<int64_t>> Call::Ints(std::string_view name, std::optional<std::vector<int64_t>> otherwise) const {
  CONFORMANCE_TRY(const auto* attribute, Find(*node_.node, name, Kind::kInts, !otherwise));
  return attribute ? attribute->ints : *otherwise;
}
Result<std::vector<double>> Call::Floats(std::string_view name, std::optional<std::vector<double>> otherwise) const {
  CONFORMANCE_TRY(const auto* attribute, Find(*node_.node, name, Kind::kFloats, !otherwise));
  return attribute ? std::vector<double>(attribute->floats.begin(), attribute->floats.end()) : *otherwise;
}
Result<std::vector<std::string>> Call::Strings(std::string_view name, std::optional<std::vector<std::string>> otherwise) const {
  CONFORMANCE_TRY(const auto* attribute, Find(*node_.node, name, Kind::kStrings, !otherwise));
  return attribute ? attribute->strings : *otherwise;
}
Result<std::optional<Array>> Call::Tensor(std::string_view name) const {
  CONFORMANCE_TRY(const auto* attribute, Find(*node_.node, name, Kind::kTensor, false));
  if (attribute == nullptr) return std::optional<Array>();
  if (attribute->tensors.size() != 1) return Invalid("an attribute without its tensor").With("attribute", std::string(name));
  CONFORMANCE_TRY(Array array, ArrayOf(attribute->tensors[0], {}));
  if (entry_.mode != Mode::kDeclared && oracle()) {
    CONFORMANCE_TRY(array, Widened(array));
  } else if (entry_.mode == Mode::kCompute) {
    CONFORMANCE_TRY(array, HalvesAsFloat(array));
  }
  return std::optional<Array>(std::move(array));
}
Result<int64_t> Call::Axis(std::string_view name, int64_t rank, std::optional<int64_t> otherwise) const {
  CONFORMANCE_TRY(const int64_t axis, Int(name, otherwise));
  return NormalAxis(axis, rank);
}

namespace {
Result<const BodyPlan*> FindBody(const NodePlan& node, std::string_view attribute) {
  for (const BodyPlan& body : node.bodies) {
    if (body.attribute == attribute) return &body;
  }
  return Invalid("a missing attribute").With("attribute", std::string(attribute)).With("wanted", "a graph");
}
}  // namespace

Result<std::pair<size_t, size_t>> Call::GraphArity(std::string_view attribute) const {
  CONFORMANCE_TRY(const BodyPlan* body, FindBody(node_, attribute));
  return std::pair(body->graph->inputs.size(), body->graph->outputs.size());
}

Result<Values> Call::RunGraph(std::string_view attribute, std::span<const Value> inputs) const {
  CONFORMANCE_TRY(const BodyPlan* body, FindBody(node_, attribute));
  if (inputs.size() != body->graph->inputs.size()) {
    return Invalid("a nested graph with other inputs")
        .With("attribute", std::string(attribute))
        .With("found", std::to_string(body->graph->inputs.size()))
        .With("wanted", std::to_string(inputs.size()));
  }
  std::vector<std::pair<int, Value>> captures;
  captures.reserve(body->captures.size());
  for (const auto& [outside, inside] : body->captures) captures.emplace_back(inside, frame_[static_cast<size_t>(outside)]);
  return RunPlan(*body->graph, inputs, std::move(captures), run_, false);
}

Result<int64_t> NormalAxis(int64_t axis, int64_t rank) {
  if (axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
  return Invalid("an axis out of range")
      .With("found", std::to_string(axis))
      .With("wanted", "[" + std::to_string(-rank) + ", " + std::to_string(rank - 1) + "]");
}

Result<std::vector<int64_t>> NormalAxes(const std::vector<int64_t>& axes, int64_t rank) {
  std::vector<int64_t> normal;
  for (const int64_t axis : axes) {
    CONFORMANCE_TRY(const int64_t each, NormalAxis(axis, rank));
    if (std::find(normal.begin(), normal.end(), each) != normal.end()) {
      return Invalid("an axis twice").With("found", ShapeText(axes)).With("wanted", "each once");
    }
    normal.push_back(each);
  }
  return normal;
}

}  // namespace conformance::onnx_reference
