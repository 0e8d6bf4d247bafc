#include "framework/cases/input_files.h"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "framework/base/strings.h"
#include "framework/formats/npy.h"
#include "framework/formats/onnx_tensor.h"
#include "framework/formats/safetensors.h"

namespace conformance::cases {
namespace {

namespace fs = std::filesystem;

Result<Tensor> ReadOne(const fs::path& file) {
  if (file.extension() == ".npy") return formats::ReadNpy(file);
  if (file.extension() == ".pb") {
    CONFORMANCE_TRY(const formats::OnnxTensor tensor, formats::ReadOnnxTensor(file));
    auto result = formats::TensorOf(tensor);
    if (!result.ok()) return std::move(result).error().With("file", file.string());
    return result;
  }
  if (file.extension() == ".safetensors") {
    CONFORMANCE_TRY(const NamedTensors tensors, formats::ReadNamedTensors(file));
    if (tensors.size() == 1) return tensors[0].second;
    return Invalid("the file of one input must hold one tensor")
        .With("file", file.string())
        .With("found", std::to_string(tensors.size()));
  }
  return Invalid("inputs are read from .safetensors, .npy and .pb files").With("found", file.string());
}

class Collector {
 public:
  /// `names`: what may be given; null: anything.
  explicit Collector(const std::vector<std::string>* names) : names_(names) {}

  Status Add(const std::string& word) {
    std::error_code ignored;
    const size_t equals = word.find('=');
    if (equals != std::string::npos && !fs::exists(word, ignored)) {
      const std::string name = word.substr(0, equals);
      return AddFile(name, word.substr(equals + 1));
    }
    if (fs::is_directory(word, ignored)) return AddFolder(word);
    if (!fs::exists(word, ignored)) return NotFound("no such file of inputs").With("file", word);
    if (fs::path(word).extension() == ".safetensors") return AddAll(word);
    return AddFile(fs::path(word).stem().string(), word);
  }

  /// In the model's order.
  Result<NamedTensors> Take() {
    NamedTensors ordered;
    for (const std::string& name : *names_) {
      const Tensor* tensor = Find(found_, name);
      if (!tensor)
        return Invalid("an input is missing in the files given")
            .With("input", name)
            .With("found", Join(Names(), ", "));
      ordered.emplace_back(name, *tensor);
    }
    return ordered;
  }
  NamedTensors TakeAll() {
    const bool numbered = std::all_of(found_.begin(), found_.end(),
                                      [](const auto& entry) { return ParseInt(entry.first).has_value(); });
    if (numbered) {
      std::sort(found_.begin(), found_.end(),
                [](const auto& a, const auto& b) { return *ParseInt(a.first) < *ParseInt(b.first); });
    }
    return std::move(found_);
  }

 private:
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& entry : found_) names.push_back(entry.first);
    return names;
  }

  Status Keep(const std::string& name, Tensor tensor, const fs::path& file) {
    if (names_ && std::find(names_->begin(), names_->end(), name) == names_->end()) {
      return Invalid("the model has no such input")
          .With("file", file.string())
          .With("found", name)
          .With("wanted", Join(*names_, ", "));
    }
    if (Find(found_, name))
      return Invalid("an input is given twice").With("file", file.string()).With("input", name);
    found_.emplace_back(name, std::move(tensor));
    return Ok();
  }

  Status AddFile(const std::string& name, const fs::path& file) {
    CONFORMANCE_TRY(Tensor tensor, ReadOne(file));
    return Keep(name, std::move(tensor), file);
  }

  Status AddAll(const fs::path& file) {
    CONFORMANCE_TRY(NamedTensors tensors, formats::ReadNamedTensors(file));
    for (auto& [name, tensor] : tensors) CONFORMANCE_RETURN_IF_ERROR(Keep(name, std::move(tensor), file));
    return Ok();
  }

  Status AddFolder(const fs::path& folder) {
    std::vector<fs::path> files;
    std::error_code error;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
      files.push_back(it->path());
    if (error)
      return IoError("cannot list a folder of inputs: " + error.message()).With("folder", folder.string());
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) {
      if (file.extension() == ".safetensors") CONFORMANCE_RETURN_IF_ERROR(AddAll(file));
      if (file.extension() != ".npy" && file.extension() != ".pb") continue;
      const std::string stem = file.stem().string();
      if (StartsWith(stem, "output_")) continue;  // what a test expects
      CONFORMANCE_RETURN_IF_ERROR(AddFile(NameOf(stem), file));
    }
    return Ok();
  }

  /// "input_2" is the third input, unless one is called so.
  std::string NameOf(const std::string& stem) const {
    constexpr std::string_view kPrefix = "input_";
    if (!names_ || std::find(names_->begin(), names_->end(), stem) != names_->end() ||
        !StartsWith(stem, kPrefix))
      return stem;
    const auto place = ParseInt(std::string_view(stem).substr(kPrefix.size()));
    return place && *place >= 0 && static_cast<size_t>(*place) < names_->size()
               ? (*names_)[static_cast<size_t>(*place)]
               : stem;
  }

  const std::vector<std::string>* names_;
  NamedTensors found_;
};

}  // namespace

Result<NamedTensors> ReadInputs(const std::vector<std::string>& words,
                                const std::vector<std::string>& names) {
  Collector collector(&names);
  for (const std::string& word : words) CONFORMANCE_RETURN_IF_ERROR(collector.Add(word));
  return collector.Take();
}

Result<NamedTensors> ReadTensors(const std::vector<std::string>& words) {
  Collector collector(nullptr);
  for (const std::string& word : words) CONFORMANCE_RETURN_IF_ERROR(collector.Add(word));
  return collector.TakeAll();
}

}  // namespace conformance::cases
