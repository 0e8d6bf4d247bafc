#include <algorithm>
#include <set>

#include "framework/formats/output_file.h"
#include "framework/formats/safetensors.h"

namespace conformance::formats {
namespace {

// The Python library's order: its dtypes from last to first.
int Rank(DType dtype) {
  switch (dtype) {
    case DType::kI64: return 0;
    case DType::kF64: return 1;
    case DType::kC64: return 2;
    case DType::kF32: return 3;
    case DType::kI32: return 4;
    case DType::kBF16: return 5;
    case DType::kF16: return 6;
    case DType::kI16: return 7;
    case DType::kI8: return 8;
    case DType::kU8: return 9;
    case DType::kBool: return 10;
    case DType::kC128: break;  // the format has none
  }
  return 11;
}

}  // namespace

Status WriteSafetensors(const std::filesystem::path& path, const NamedTensors& tensors,
                        const SafetensorsMetadata& metadata) {
  std::vector<const NamedTensors::value_type*> sorted;
  std::set<std::string_view> names;
  for (const auto& named : tensors) {
    if (named.first == "__metadata__" || !names.insert(named.first).second) {
      return Invalid("a name that cannot be written")
          .With("file", path.string())
          .With("found", Quoted(named.first) + (named.first == "__metadata__" ? "" : " twice"))
          .With("wanted", "each tensor once, none called __metadata__");
    }
    if (named.second.dtype() == DType::kC128) {
      return Unsupported("safetensors has no such dtype").With("file", path.string()).With("tensor", named.first).With("found", "complex128").With("wanted", "complex64");
    }
    sorted.push_back(&named);
  }
  std::ranges::sort(sorted, [](const auto* a, const auto* b) {
    const int rank_a = Rank(a->second.dtype());
    const int rank_b = Rank(b->second.dtype());
    return rank_a != rank_b ? rank_a < rank_b : a->first < b->first;
  });
  std::vector<SafetensorsEntry> entries;
  for (const auto* named : sorted) {
    const Tensor& tensor = named->second;
    entries.push_back({named->first, std::string(SafetensorsDTypeName(tensor.dtype())), tensor.dtype(),
                       tensor.shape(), 0, tensor.byte_size()});
  }
  SafetensorsMetadata pairs = metadata;
  std::ranges::sort(pairs);
  const std::string header = SafetensorsHeader(entries, pairs);

  CONFORMANCE_TRY(OutputFile file, OutputFile::Create(path));
  CONFORMANCE_RETURN_IF_ERROR(file.Write(header));
  for (const auto* named : sorted)
    CONFORMANCE_RETURN_IF_ERROR(file.Write(named->second.Contiguous().bytes()));
  return file.Commit();
}

}  // namespace conformance::formats
