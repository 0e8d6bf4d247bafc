#include <cstdint>
#include <string_view>

#include "framework/formats/onnx.h"
#include "references/onnx/interpreter.h"

// Whatever a file says, it is evaluated or refused: in f32 and in f64, on inputs of the sizes that it declares.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace conformance;
  using namespace conformance::onnx_reference;
  auto model = formats::ParseOnnx(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!model.ok()) return 0;
  const Limits limits = {.max_tensor_bytes = 1 << 20, .max_live_bytes = 1 << 24, .max_work = 1 << 26, .max_steps = 5000, .max_nodes = 5000, .max_depth = 16};
  const auto interpreter = Interpreter::Make(std::make_shared<const formats::OnnxModel>(*std::move(model)), "/nonexistent", limits);
  if (!interpreter.ok()) return 0;
  Values inputs;
  for (const formats::OnnxValueInfo& info : interpreter->model().graph.inputs) {
    Shape dims;
    if (info.type.shape) {
      for (const formats::OnnxDim& dim : *info.type.shape) dims.push_back(dim.size.value_or(2));
    }
    const Elem elem = info.type.elem == Elem::kUndefined ? Elem::kFloat : info.type.elem;
    auto array = Array::Make(elem, StoreOf(elem), dims, 1 << 16);
    if (!array.ok()) return 0;
    if (array->store() == Store::kString) {
      for (int64_t i = 0; i < array->count(); ++i) array->mutable_data<std::string>()[i] = i % 2 == 0 ? "a 1" : "";
    } else {
      for (size_t i = 0; i < array->bytes(); ++i) {
        const bool small = array->store() == Store::kBool || array->store() == Store::kCode;
        array->raw_mutable()[i] = static_cast<std::byte>(small ? i % 2 : i % BytesOf(array->store()) == 0 ? i % 5 : i % 11 == 10 ? 0x40 : 0);
      }
    }
    Value value = *std::move(array);
    for (auto wrapper = info.type.wrappers.rbegin(); wrapper != info.type.wrappers.rend(); ++wrapper) {
      using Wrapper = formats::OnnxType::Wrapper;
      if (*wrapper == Wrapper::kSequence) value = Sequence{.elem = elem, .items = {value, value}};
      if (*wrapper == Wrapper::kOptional) value = Optional{value};
      if (*wrapper == Wrapper::kMap) value = Map{.keys = Array::Of<int64_t>({1}, {1}), .values = {value}};
    }
    inputs.push_back(std::move(value));
  }
  (void)interpreter->Run(inputs);
  (void)interpreter->Run(inputs, {.oracle = true, .seed = 1});
  return 0;
}
