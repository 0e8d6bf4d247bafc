#include "framework/formats/pt2.h"

#include <algorithm>
#include <array>

#include "framework/base/strings.h"
#include "framework/formats/json.h"

namespace conformance::formats {
namespace {

struct Code {
  int64_t code;
  DType dtype;
};
// torch/_export/serde/schema.py, class ScalarType.
constexpr std::array<Code, 12> kCodes = {{
    {1, DType::kU8},
    {2, DType::kI8},
    {3, DType::kI16},
    {4, DType::kI32},
    {5, DType::kI64},
    {6, DType::kF16},
    {7, DType::kF32},
    {8, DType::kF64},
    {10, DType::kC64},
    {11, DType::kC128},
    {12, DType::kBool},
    {13, DType::kBF16},
}};
constexpr int64_t kStrided = 7;  // schema.py, class Layout
constexpr size_t kMaxRank = 64;
// A view may repeat its storage (strides of 0); what a few bytes may claim to be has an end.
constexpr int64_t kMaxRepeatedElements = int64_t{1} << 26;

std::string KindOf(const Json* value) {
  return value == nullptr ? "nothing" : std::string(Json::KindName(value->kind()));
}

/// Reads one config's entries; knows where it is for its messages.
class ConfigReader {
 public:
  explicit ConfigReader(std::string file) : file_(std::move(file)) {}

  Result<std::vector<Pt2Tensor>> Read(const Json& json) {
    const Json* config = json.Find("config");
    if (config == nullptr || !config->IsObject())
      return Bad("bad config", "key \"config\"", KindOf(config), "object");
    std::vector<Pt2Tensor> tensors;
    for (const auto& [name, value] : config->AsObject()) {
      place_ = "entry " + Quoted(name);
      Pt2Tensor tensor;
      tensor.name = name;
      CONFORMANCE_RETURN_IF_ERROR(Entry(value, tensor));
      tensors.push_back(std::move(tensor));
    }
    return tensors;
  }

 private:
  Error Bad(std::string message, std::string place, std::string found, std::string wanted) const {
    return CorruptFile(file_, std::move(message))
        .With("place", std::move(place))
        .With("found", std::move(found))
        .With("wanted", std::move(wanted));
  }
  Error Wrong(const std::string& key, const Json* found, std::string wanted) const {
    return Bad("bad config", place_ + ", key " + Quoted(key), KindOf(found), std::move(wanted));
  }

  Status Entry(const Json& value, Pt2Tensor& tensor) const {
    if (!value.IsObject()) return Bad("bad config", place_, KindOf(&value), "object");
    const Json* path = value.Find("path_name");
    if (path == nullptr || !path->IsString()) return Wrong("path_name", path, "string");
    tensor.path_name = path->AsString();
    for (const auto& [key, flag] :
         {std::pair{"is_param", &tensor.is_param}, std::pair{"use_pickle", &tensor.use_pickle}}) {
      const Json* found = value.Find(key);
      if (found == nullptr || !found->IsBool()) return Wrong(key, found, "bool");
      *flag = found->AsBool();
    }
    const Json* meta = value.Find("tensor_meta");
    // Objects that are no tensors are pickled and have none.
    if (tensor.use_pickle && (meta == nullptr || meta->IsNull())) return Ok();
    if (meta == nullptr || !meta->IsObject()) return Wrong("tensor_meta", meta, "object");
    const Json* dtype = meta->Find("dtype");
    if (dtype == nullptr || !dtype->IsInt()) return Wrong("dtype", dtype, "int");
    tensor.dtype_code = dtype->AsInt();
    tensor.dtype = DTypeFromPt2(tensor.dtype_code);
    if (const Json* layout = meta->Find("layout");
        layout != nullptr && (!layout->IsInt() || layout->AsInt() != kStrided)) {
      return Unsupported("a tensor of another layout")
          .With("file", file_)
          .With("place", place_)
          .With("found", layout->IsInt() ? std::to_string(layout->AsInt()) : KindOf(layout))
          .With("wanted", "7 (strided)");
    }
    CONFORMANCE_RETURN_IF_ERROR(Ints(*meta, "sizes", tensor.sizes));
    CONFORMANCE_RETURN_IF_ERROR(Ints(*meta, "strides", tensor.strides));
    if (tensor.strides.size() != tensor.sizes.size()) {
      return Bad("sizes and strides differ in length", place_, ShapeText(tensor.strides),
                 "as many as in " + ShapeText(tensor.sizes));
    }
    CONFORMANCE_TRY(tensor.storage_offset, Int(meta->Find("storage_offset"), "storage_offset"));
    return Ok();
  }

  // {"as_int": 96}; what depends on inputs (as_expr) has no place in a stored tensor.
  Result<int64_t> Int(const Json* value, const std::string& key) const {
    const Json* number = value == nullptr ? nullptr : value->Find("as_int");
    if (number == nullptr || !number->IsInt()) return Wrong(key, value, "object with the int \"as_int\"");
    if (number->AsInt() < 0)
      return Bad("bad config", place_ + ", key " + Quoted(key), std::to_string(number->AsInt()), "0 or more");
    return number->AsInt();
  }
  Status Ints(const Json& meta, const std::string& key, Shape& out) const {
    const Json* values = meta.Find(key);
    if (values == nullptr || !values->IsArray()) return Wrong(key, values, "array");
    if (values->AsArray().size() > kMaxRank) {
      return Bad("too many axes", place_ + ", key " + Quoted(key), std::to_string(values->AsArray().size()),
                 "at most 64");
    }
    for (const Json& value : values->AsArray()) {
      CONFORMANCE_TRY(const int64_t number, Int(&value, key));
      out.push_back(number);
    }
    return Ok();
  }

  std::string file_;
  std::string place_;
};

/// Elements from the storage's start to the view's last one, or nothing where that overflows. Sizes, strides and offset are ≥ 0.
std::optional<int64_t> Extent(const Pt2Tensor& tensor) {
  int64_t extent = tensor.storage_offset;
  if (std::ranges::find(tensor.sizes, 0) != tensor.sizes.end()) return extent;
  for (size_t i = 0; i < tensor.sizes.size(); ++i) {
    int64_t step = 0;
    if (__builtin_mul_overflow(tensor.sizes[i] - 1, tensor.strides[i], &step) ||
        __builtin_add_overflow(extent, step, &extent)) {
      return std::nullopt;
    }
  }
  if (__builtin_add_overflow(extent, 1, &extent)) return std::nullopt;
  return extent;
}

const Pt2Tensor* FindIn(const std::vector<Pt2Tensor>& tensors, std::string_view name) {
  const auto it = std::ranges::find(tensors, name, &Pt2Tensor::name);
  return it == tensors.end() ? nullptr : &*it;
}

}  // namespace

std::optional<DType> DTypeFromPt2(int64_t code) {
  const auto* it = std::ranges::find(kCodes, code, &Code::code);
  return it == kCodes.end() ? std::nullopt : std::optional(it->dtype);
}
int64_t Pt2Code(DType dtype) { return std::ranges::find(kCodes, dtype, &Code::dtype)->code; }

Result<Pt2Archive> Pt2Archive::Open(const std::filesystem::path& path) {
  CONFORMANCE_TRY(std::shared_ptr<const MappedFile> file, MappedFile::Open(path));
  return Parse(std::move(file));
}

Result<Pt2Archive> Pt2Archive::Parse(std::shared_ptr<const MappedFile> file) {
  CONFORMANCE_TRY(ZipFile zip, ZipFile::Parse(std::move(file)));
  std::string root;
  for (const ZipEntry& entry : zip.entries()) {
    const size_t slash = entry.name.find('/');
    const std::string folder = slash == std::string::npos ? "" : entry.name.substr(0, slash + 1);
    if (root.empty()) root = folder;
    if (folder.empty() || folder != root) {
      return CorruptFile(zip.path(), "the archive has not one folder for all")
          .With("place", "entry " + Quoted(entry.name))
          .With("found", Quoted(folder))
          .With("wanted", root.empty() ? "a folder" : Quoted(root));
    }
  }
  if (root.empty()) {
    return CorruptFile(zip.path(), "an empty archive")
        .With("place", "directory")
        .With("found", "no entries")
        .With("wanted", "models and data");
  }
  Pt2Archive archive(std::move(zip), std::move(root));
  CONFORMANCE_RETURN_IF_ERROR(archive.Load());
  return archive;
}

Status Pt2Archive::Load() {
  for (const auto& [name, wanted] : {std::pair{"archive_format", "pt2"}, std::pair{"archive_version", "0"},
                                     std::pair{"byteorder", "little"}}) {
    CONFORMANCE_TRY(const std::string found, Text(name));
    if (found != wanted) {
      return Unsupported("another kind of archive")
          .With("file", path().string())
          .With("place", "entry " + Quoted(root_ + name))
          .With("found", Quoted(found))
          .With("wanted", Quoted(wanted));
    }
  }
  const std::string prefix = root_ + "models/";
  std::vector<std::string> models;
  for (const ZipEntry& entry : zip_.entries()) {
    if (!entry.name.starts_with(prefix) || !entry.name.ends_with(".json")) continue;
    models.push_back(entry.name.substr(prefix.size(), entry.name.size() - prefix.size() - 5));
  }
  if (models.size() != 1) {
    const bool named = std::ranges::find(models, "model") != models.end();
    if (models.empty()) {
      return CorruptFile(path(), "no model in the archive")
          .With("place", prefix)
          .With("found", "nothing")
          .With("wanted", "model.json");
    }
    if (!named) {
      return Unsupported("several models in the archive")
          .With("file", path().string())
          .With("place", prefix)
          .With("found", Quoted(Join(models, ", ")))
          .With("wanted", "one, or one called model");
    }
    models = {"model"};
  }
  CONFORMANCE_TRY(Json model, ReadJsonEntry("models/" + models[0] + ".json"));
  if (!model.IsObject()) {
    return CorruptFile(path(), "the model is no object")
        .With("place", prefix + models[0] + ".json")
        .With("found", KindOf(&model))
        .With("wanted", "object");
  }
  model_ = std::make_shared<const Json>(std::move(model));
  CONFORMANCE_TRY(weights_, ReadConfig("data/weights/", models[0] + "_weights_config.json"));
  CONFORMANCE_TRY(constants_, ReadConfig("data/constants/", models[0] + "_constants_config.json"));
  return Ok();
}

Result<std::string> Pt2Archive::Text(const std::string& name) const {
  const ZipEntry* entry = zip_.Find(root_ + name);
  if (entry == nullptr) {
    return CorruptFile(path(), "a part of the archive is missing")
        .With("place", Quoted(root_ + name))
        .With("found", "nothing")
        .With("wanted", "an entry");
  }
  CONFORMANCE_TRY(const auto bytes, zip_.Read(*entry));
  std::string text(bytes->text().substr(0, 64));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

Result<Json> Pt2Archive::ReadJsonEntry(const std::string& name) const {
  const ZipEntry* entry = zip_.Find(root_ + name);
  if (entry == nullptr) {
    return CorruptFile(path(), "a part of the archive is missing")
        .With("place", Quoted(root_ + name))
        .With("found", "nothing")
        .With("wanted", "an entry");
  }
  CONFORMANCE_TRY(const auto bytes, zip_.Read(*entry));
  return ParseJson(bytes->text(), {.allow_nonfinite = true}, bytes->path().string());
}

Result<std::shared_ptr<const std::vector<Pt2Tensor>>> Pt2Archive::ReadConfig(const std::string& folder,
                                                                             const std::string& name) const {
  CONFORMANCE_TRY(const Json config, ReadJsonEntry(folder + name));
  const std::string file = path().string() + ":" + root_ + folder + name;
  CONFORMANCE_TRY(std::vector<Pt2Tensor> tensors, ConfigReader(file).Read(config));
  for (Pt2Tensor& tensor : tensors) {
    const ZipEntry* entry = zip_.Find(root_ + folder + tensor.path_name);
    if (entry == nullptr) {
      return CorruptFile(file, "a storage is missing")
          .With("place", "entry " + Quoted(tensor.name))
          .With("found", "no entry " + Quoted(root_ + folder + tensor.path_name))
          .With("wanted", "the tensor's bytes");
    }
    tensor.path_name = folder + tensor.path_name;
    tensor.offset = entry->offset;
    tensor.size = entry->size;
    if (tensor.use_pickle || !tensor.dtype) continue;
    const std::optional<int64_t> extent = Extent(tensor);
    const auto width = static_cast<int64_t>(ByteSize(*tensor.dtype));
    const int64_t held = static_cast<int64_t>(tensor.size) / width;
    const std::optional<int64_t> elements = CheckedNumElements(tensor.sizes);
    if (!elements || *elements > std::max(held, kMaxRepeatedElements) || !extent || *extent > held) {
      return CorruptFile(file, "a tensor reaches beyond its storage")
          .With("place", "entry " + Quoted(tensor.name))
          .With("found", "sizes " + ShapeText(tensor.sizes) + ", strides " + ShapeText(tensor.strides) +
                             ", offset " + std::to_string(tensor.storage_offset))
          .With("wanted",
                "at most " + std::to_string(held) + " elements of " + std::string(ToString(*tensor.dtype)));
    }
  }
  return std::make_shared<const std::vector<Pt2Tensor>>(std::move(tensors));
}

const Pt2Tensor* Pt2Archive::FindWeight(std::string_view name) const { return FindIn(*weights_, name); }
const Pt2Tensor* Pt2Archive::FindConstant(std::string_view name) const { return FindIn(*constants_, name); }

Result<Tensor> Pt2Archive::Read(const Pt2Tensor& tensor) const {
  if (tensor.use_pickle) {
    return Unsupported("a pickle, which is never read")
        .With("file", path().string())
        .With("place", "tensor " + Quoted(tensor.name))
        .With("found", "use_pickle true")
        .With("wanted", "raw bytes");
  }
  if (!tensor.dtype) {
    return Unsupported("no computing with this dtype")
        .With("file", path().string())
        .With("place", "tensor " + Quoted(tensor.name))
        .With("found", "ScalarType " + std::to_string(tensor.dtype_code))
        .With("wanted", "uint8, int8, int16, int32, int64, half, float, double, bool or bfloat16");
  }
  const ZipEntry* entry = zip_.Find(root_ + tensor.path_name);
  if (entry == nullptr)
    return NotFound("no such storage")
        .With("file", path().string())
        .With("place", "tensor " + Quoted(tensor.name));
  CONFORMANCE_TRY(const auto bytes, zip_.Read(*entry));
  const uint64_t elements = bytes->size() / ByteSize(*tensor.dtype);
  CONFORMANCE_TRY(const Tensor storage, TensorOver(bytes, 0, elements * ByteSize(*tensor.dtype),
                                                   *tensor.dtype, {static_cast<int64_t>(elements)}));
  return storage.View(tensor.sizes, tensor.strides, tensor.storage_offset);
}

}  // namespace conformance::formats
