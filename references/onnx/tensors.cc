#include "references/onnx/tensors.h"

#include <algorithm>

#include "framework/base/strings.h"
#include "framework/formats/file.h"
#include "framework/formats/onnx_elements.h"
#include "references/onnx/dispatch.h"

namespace conformance::onnx_reference {
namespace {

namespace fs = std::filesystem;

// A sparse tensor of a few bytes may claim any size.
constexpr uint64_t kMostOfSparse = uint64_t{1} << 30;

/// The bytes of an external tensor. The reader of the format has seen that the location has no ".." and isn't absolute; links may still
/// lead out of the folder.
Result<std::shared_ptr<const Storage>> ReadExternal(const formats::OnnxTensor& tensor, const fs::path& folder) {
  const formats::OnnxExternal& external = *tensor.external;
  const auto refuse = [&](Error error, std::string found, std::string wanted) {
    return std::move(error)
        .With("place", "tensor " + formats::Quoted(tensor.name))
        .With("found", std::move(found))
        .With("wanted", std::move(wanted));
  };
  const fs::path path = (folder.empty() ? fs::path(".") : folder) / external.location;
  std::error_code error;
  const fs::path real = fs::canonical(path, error);
  if (error) return refuse(NotFound("a file of external data isn't there"), path.string(), "a file");
  const fs::path home = fs::canonical(folder.empty() ? fs::path(".") : folder, error);
  const fs::path inside = real.lexically_relative(home);
  if (error || inside.empty() || *inside.begin() == "..")
    return refuse(Corrupt("external data outside the model's folder"), real.string(), "a file below " + home.string());
  CONFORMANCE_TRY(const auto file, formats::MappedFile::Open(real));
  uint64_t end = 0;
  if (__builtin_add_overflow(external.offset, external.length, &end) || end > file->size()) {
    return refuse(Corrupt("external data past the end of its file"),
                  std::to_string(external.length) + " bytes at " + std::to_string(external.offset) + " of " + real.string(),
                  "an end at or before " + std::to_string(file->size()));
  }
  return formats::SliceOf(file, external.offset, external.length);
}

}  // namespace

Result<Array> ArrayOf(const formats::OnnxTensor& tensor, const fs::path& folder) {
  const auto bad = [&](std::string found) {
    return Corrupt("a tensor's bytes do not fit its size")
        .With("place", "tensor " + formats::Quoted(tensor.name))
        .With("found", std::move(found))
        .With("wanted", std::string(NameOf(tensor.elem)) + ShapeText(tensor.dims));
  };
  const Store store = StoreOf(tensor.elem);
  if (store == Store::kString) {
    const std::optional<int64_t> count = CheckedNumElements(tensor.dims);
    if (!count || *count != static_cast<int64_t>(tensor.strings.size())) return bad(std::to_string(tensor.strings.size()) + " strings");
    CONFORMANCE_TRY(Array array, Array::Make(tensor.elem, store, tensor.dims, UINT64_MAX));
    std::copy(tensor.strings.begin(), tensor.strings.end(), array.mutable_data<std::string>());
    return array;
  }
  std::shared_ptr<const Storage> raw = tensor.raw;
  if (tensor.external) {
    CONFORMANCE_TRY(raw, ReadExternal(tensor, folder));
  }
  const std::optional<uint64_t> bytes = formats::OnnxByteSize(tensor.elem, tensor.dims);
  const size_t found = raw == nullptr ? 0 : raw->bytes;
  if (tensor.elem == Elem::kUndefined || !bytes || *bytes != found) return bad(std::to_string(found) + " bytes");
  const int bits = formats::OnnxElemBits(tensor.elem);
  if (found != 0 && bits >= 8 && reinterpret_cast<uintptr_t>(raw->data) % std::min<size_t>(BytesOf(store), 8) == 0 && store != Store::kBool)
    return Array::Over(tensor.elem, store, tensor.dims, raw->data, raw);
  CONFORMANCE_TRY(Array array, Array::Make(tensor.elem, store, tensor.dims, UINT64_MAX));
  if (found == 0) return array;
  if (bits < 8) {
    formats::UnpackElements(tensor.elem, raw->data, array.count(), array.mutable_data<uint8_t>());
  } else {
    std::copy_n(raw->data, found, array.raw_mutable());
  }
  if (store == Store::kBool) {
    for (int64_t i = 0; i < array.count(); ++i) {
      if (array.data<uint8_t>()[i] > 1) return bad("a bool of " + std::to_string(array.data<uint8_t>()[i]));
    }
  }
  return array;
}

Result<Array> DenseOf(const formats::OnnxSparseTensor& tensor, const fs::path& folder, uint64_t max_bytes) {
  CONFORMANCE_TRY(const Array values, ArrayOf(tensor.values, folder));
  CONFORMANCE_TRY(const Array indices, ArrayOf(tensor.indices, folder));
  CONFORMANCE_TRY(const std::vector<int64_t> places, ToInts(indices, "a sparse tensor's indices"));
  CONFORMANCE_TRY(Array dense, Array::Make(values.elem(), values.store(), tensor.dims, std::min(max_bytes, kMostOfSparse)));
  const size_t rank = tensor.dims.size(), width = indices.rank() == 2 ? rank : 1;
  if (places.size() != static_cast<size_t>(values.count()) * width) return Corrupt("a sparse tensor's parts do not fit").With("place", "tensor " + formats::Quoted(tensor.values.name));
  CONFORMANCE_RETURN_IF_ERROR(VisitBytes(values.store(), [&]<typename T>(Tag<T>) -> Status {
    T* to = dense.mutable_data<T>();
    std::fill_n(to, dense.count(), T());
    for (size_t i = 0; i < static_cast<size_t>(values.count()); ++i) {
      int64_t at = 0;
      bool inside = true;
      for (size_t axis = 0; axis < width; ++axis) {
        const int64_t index = places[i * width + axis], size = indices.rank() == 2 ? tensor.dims[axis] : dense.count();
        inside = inside && index >= 0 && index < size;
        if (inside) at = at * size + index;
      }
      if (!inside) return Corrupt("a sparse tensor's index is out of range").With("place", "tensor " + formats::Quoted(tensor.values.name)).With("wanted", "inside " + ShapeText(tensor.dims));
      to[at] = values.data<T>()[i];
    }
    return Ok();
  }));
  return dense;
}

Array ArrayOf(const Tensor& tensor) {
  const Tensor contiguous = tensor.Contiguous();
  const Elem elem = formats::OnnxElemOf(contiguous.dtype());
  return Array::Over(elem, StoreOf(elem), contiguous.shape(), contiguous.raw(), contiguous.storage());
}

Result<Tensor> TensorOf(const Array& array) {
  std::optional<DType> dtype = formats::DTypeFromOnnx(array.elem());
  if (dtype && array.store() == Store::kF64) dtype = DType::kF64;
  if (!dtype) return Unsupported("no tensors of this type outside the interpreter").With("found", Describe(array)).With("wanted", "numbers");
  if (array.count() == 0) return Tensor::Empty(*dtype, array.dims());
  auto storage = std::make_shared<Storage>();
  storage->data = const_cast<std::byte*>(array.raw());
  storage->bytes = array.bytes();
  storage->writable = false;
  storage->owner = std::const_pointer_cast<void>(array.owner());
  return Tensor::Over(std::move(storage), *dtype, array.dims());
}

Result<Value> ValueOf(const formats::OnnxValue& value) {
  switch (value.kind) {
    case formats::OnnxValue::Kind::kNone: return Value(Optional{});
    case formats::OnnxValue::Kind::kTensor: {
      CONFORMANCE_TRY(Array array, ArrayOf(value.tensor, {}));
      return Value(std::move(array));
    }
    case formats::OnnxValue::Kind::kOptional: {
      CONFORMANCE_TRY(Value inner, ValueOf(value.items.at(0)));
      return Value(Optional{std::move(inner)});
    }
    case formats::OnnxValue::Kind::kSequence: {
      Sequence sequence;
      for (const formats::OnnxValue& item : value.items) {
        CONFORMANCE_TRY(Value each, ValueOf(item));
        sequence.items.push_back(std::move(each));
      }
      return Value(std::move(sequence));
    }
    case formats::OnnxValue::Kind::kMap: {
      Map map;
      CONFORMANCE_TRY(map.keys, ArrayOf(value.tensor, {}));
      for (const formats::OnnxValue& item : value.items) {
        CONFORMANCE_TRY(Value each, ValueOf(item));
        map.values.push_back(std::move(each));
      }
      return Value(std::move(map));
    }
  }
  return Internal("a kind of value that isn't one");
}

formats::OnnxTensor OnnxTensorOf(const Array& array) {
  formats::OnnxTensor tensor;
  // The oracle's floats are f64, whatever they are declared.
  tensor.elem = array.store() == Store::kF64 ? Elem::kDouble : array.store() == Store::kF32 ? Elem::kFloat : array.elem();
  tensor.dims = array.dims();
  if (array.store() == Store::kString) {
    tensor.strings.assign(array.data<std::string>(), array.data<std::string>() + array.count());
    return tensor;
  }
  auto raw = std::make_shared<Storage>();
  raw->writable = false;
  if (formats::OnnxElemBits(tensor.elem) < 8) {
    auto packed = std::make_shared<std::vector<std::byte>>(formats::PackElements(tensor.elem, array.data<uint8_t>(), array.count()));
    raw->data = packed->data();
    raw->bytes = packed->size();
    raw->owner = std::move(packed);
  } else {
    raw->data = const_cast<std::byte*>(array.raw());
    raw->bytes = array.bytes();
    raw->owner = std::const_pointer_cast<void>(array.owner());
  }
  tensor.raw = std::move(raw);
  return tensor;
}

formats::OnnxValue OnnxValueOf(const Value& value) {
  using Kind = formats::OnnxValue::Kind;
  formats::OnnxValue to;
  const auto all = [&](const Values& items) {
    for (const Value& item : items) to.items.push_back(OnnxValueOf(item));
  };
  if (const Array* array = value.array()) {
    to.tensor = OnnxTensorOf(*array);
  } else if (const Sequence* sequence = value.sequence()) {
    to.kind = Kind::kSequence;
    all(sequence->items);
  } else if (const Map* map = value.map()) {
    to.kind = Kind::kMap;
    to.tensor = OnnxTensorOf(map->keys);
    all(map->values);
  } else if (const Optional* optional = value.optional(); optional != nullptr && !optional->value.IsAbsent()) {
    to.kind = Kind::kOptional;
    all({optional->value});
  } else {
    to.kind = Kind::kNone;
  }
  return to;
}

}  // namespace conformance::onnx_reference
