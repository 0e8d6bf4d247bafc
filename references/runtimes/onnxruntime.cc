#include "references/runtimes/onnxruntime.h"

#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "framework/base/strings.h"
#include "framework/formats/onnx.h"
#include "references/runtimes/cache_folder.h"
#include "references/runtimes/onnxruntime_api.h"
#include "references/runtimes/onnxruntime_values.h"

namespace conformance::runtimes {

using ort::FromStatus;
using ort::Handle;

namespace {

/// Path below the cache folder, "onnxruntime-1.32.0/libonnxruntime.so".
constexpr std::string_view kCacheFile = CONFORMANCE_ORT_CACHE_FILE;

std::optional<std::filesystem::path> CachedLibrary() {
  const auto cache = CacheFolder();
  std::error_code ignored;
  if (!cache || !std::filesystem::exists(*cache / kCacheFile, ignored)) return std::nullopt;
  return *cache / kCacheFile;
}

std::optional<DType> DTypeOf(ONNXTensorElementDataType type) {
  switch (type) {
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT: return DType::kF32;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE: return DType::kF64;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16: return DType::kF16;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16: return DType::kBF16;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64: return DType::kI64;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32: return DType::kI32;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16: return DType::kI16;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8: return DType::kI8;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8: return DType::kU8;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL: return DType::kBool;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_COMPLEX64: return DType::kC64;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_COMPLEX128: return DType::kC128;
    default: return std::nullopt;
  }
}

ONNXTensorElementDataType TypeOf(DType dtype) {
  switch (dtype) {
    case DType::kF64: return ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE;
    case DType::kF32: return ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
    case DType::kF16: return ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16;
    case DType::kBF16: return ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16;
    case DType::kI64: return ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64;
    case DType::kI32: return ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32;
    case DType::kI16: return ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16;
    case DType::kI8: return ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8;
    case DType::kU8: return ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8;
    case DType::kBool: return ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL;
    case DType::kC64: return ONNX_TENSOR_ELEMENT_DATA_TYPE_COMPLEX64;
    case DType::kC128: return ONNX_TENSOR_ELEMENT_DATA_TYPE_COMPLEX128;
  }
  return ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
}

/// Its messages go nowhere: what matters comes back as a status.
void ORT_API_CALL DropLog(void*, OrtLoggingLevel, const char*, const char*, const char*, const char*) {}

struct InputInfo {
  std::string name;
  std::optional<DType> dtype;         // none: no tensor, or of a type that the framework's tensors don't have
  std::string kind;                   // what it is then, for messages
  std::vector<int64_t> dims;          // -1: any
  std::vector<std::string> symbols;   // by axis; empty: none
};

}  // namespace

/// The opened library and its environment.
class OnnxRuntimeBackend::Runtime {
 public:
  struct Opened {
    const OrtApi* api = nullptr;
    OrtEnv* env = nullptr;
    std::string version;
  };

  explicit Runtime(OnnxRuntimeOptions options) : options_(std::move(options)) {}
  ~Runtime() {
    // The library itself stays: its threads may outlive us, and it is opened once per process anyway.
    if (opened_ && opened_->ok() && (*opened_)->env) (*opened_)->api->ReleaseEnv((*opened_)->env);
  }

  const Result<Opened>& Get() {
    const std::lock_guard lock(mutex_);
    if (!opened_) opened_ = Open();
    return *opened_;
  }

 private:
  Result<Opened> Open() const {
    std::string path = options_.library.string();
    std::string named_by = "the option";
    if (path.empty()) {
      if (const char* named = std::getenv("CONFORMANCE_ONNXRUNTIME"); named && *named) {
        path = named;
        named_by = "CONFORMANCE_ONNXRUNTIME";
      } else if (const auto cached = CachedLibrary()) {
        path = cached->string();
        named_by = "the cache of tools/setup";
      } else {
        path = "libonnxruntime.so.1";
        named_by = "the loader";
      }
    }
    const auto missing = [&](const std::string& why) {
      return Unavailable("ONNX Runtime is not there: run tools/setup, or name its library in CONFORMANCE_ONNXRUNTIME")
          .With("library", path)
          .With("named by", named_by)
          .With("found", why);
    };
    void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) {
      const char* why = dlerror();
      return missing(why ? why : "dlopen failed");
    }
    using GetBase = const OrtApiBase*(ORT_API_CALL*)();
    const auto get_base = reinterpret_cast<GetBase>(dlsym(library, "OrtGetApiBase"));
    if (!get_base) return missing("it has no OrtGetApiBase");
    const OrtApiBase* base = get_base();
    Opened opened;
    opened.version = base->GetVersionString();
    // A library that is older than our header does not know the structure that we would read.
    const std::vector<std::string> parts = Split(opened.version, '.');
    const auto minor = parts.size() >= 2 ? ParseInt(parts[1]) : std::nullopt;
    if (!minor || parts[0] != "1" || *minor < ORT_API_VERSION) {
      return missing("version " + opened.version + ", want 1." + std::to_string(ORT_API_VERSION) + " or newer");
    }
    opened.api = base->GetApi(ORT_API_VERSION);
    if (!opened.api) return missing("version " + opened.version + " does not offer API " + std::to_string(ORT_API_VERSION));
    if (OrtStatus* status = opened.api->CreateEnvWithCustomLogger(DropLog, nullptr, ORT_LOGGING_LEVEL_FATAL, "conformance", &opened.env)) {
      return missing(FromStatus(*opened.api, status, "start").message());
    }
    return opened;
  }

  const OnnxRuntimeOptions options_;
  std::mutex mutex_;
  std::optional<Result<Opened>> opened_;
};

namespace {

/// A file, or a model's bytes with the folder of its external data.
struct ModelSource {
  std::filesystem::path file;
  std::string bytes;  ///< in place of the file where not empty
};

Result<std::unique_ptr<ports::Session>> MakeSession(const OrtApi& api, const OrtEnv* env, const ModelSource& source,
                                                    const ports::SessionOptions& options);

class OnnxRuntimeSession : public ports::Session {
 public:
  OnnxRuntimeSession(const OrtApi& api, const OrtEnv* env, std::filesystem::path file, ports::SessionOptions options,
                     Handle<OrtSession> session, Handle<OrtMemoryInfo> memory, std::vector<InputInfo> inputs, std::vector<std::string> outputs)
      : api_(api), env_(env), file_(std::move(file)), options_(std::move(options)), session_(std::move(session)), memory_(std::move(memory)), inputs_(std::move(inputs)), outputs_(std::move(outputs)) {}

  Result<NamedTensors> Run(const NamedTensors& given) override {
    CONFORMANCE_RETURN_IF_ERROR(CheckInputs(given));
    std::vector<Tensor> kept;  // contiguous copies must outlive the run
    std::vector<Handle<OrtValue>> values;
    std::vector<const OrtValue*> value_pointers;
    std::vector<const char*> input_names;
    kept.reserve(inputs_.size());
    for (const InputInfo& info : inputs_) {
      kept.push_back(Find(given, info.name)->Contiguous());
      const Tensor& tensor = kept.back();
      Handle<OrtValue> value(api_.ReleaseValue);
      CONFORMANCE_ORT_TRY(api_,
                          api_.CreateTensorWithDataAsOrtValue(memory_.get(), const_cast<std::byte*>(tensor.raw()), tensor.byte_size(),
                                                              tensor.shape().data(), tensor.shape().size(),
                                                              TypeOf(tensor.dtype()), value.out()),
                          "take input '" + info.name + "'");
      value_pointers.push_back(value.get());
      values.push_back(std::move(value));
      input_names.push_back(info.name.c_str());
    }
    CONFORMANCE_TRY(const auto results, Evaluate(input_names, value_pointers));
    NamedTensors outputs;
    for (size_t i = 0; i < outputs_.size(); ++i) {
      CONFORMANCE_TRY(Tensor tensor, TensorIn(*results[i].get(), outputs_[i]));
      outputs.emplace_back(outputs_[i], std::move(tensor));
    }
    return outputs;
  }

  Result<formats::NamedOnnxValues> RunOnnx(const formats::NamedOnnxValues& given) override {
    std::vector<Handle<OrtValue>> values;
    std::vector<const OrtValue*> value_pointers;
    std::vector<const char*> input_names;
    for (const auto& [name, value] : given) {
      const bool known = std::any_of(inputs_.begin(), inputs_.end(), [&](const InputInfo& info) { return info.name == name; });
      if (!known) return Invalid("the model has no input '" + name + "'").With("wanted", InputNames());
      CONFORMANCE_TRY(Handle<OrtValue> made, ort::ToRuntime(api_, value, name));
      value_pointers.push_back(made.get());
      values.push_back(std::move(made));
      input_names.push_back(name.c_str());
    }
    CONFORMANCE_TRY(const auto results, Evaluate(input_names, value_pointers));
    formats::NamedOnnxValues outputs;
    for (size_t i = 0; i < outputs_.size(); ++i) {
      CONFORMANCE_TRY(formats::OnnxValue value, ort::FromRuntime(api_, *results[i].get(), outputs_[i]));
      outputs.emplace_back(outputs_[i], std::move(value));
    }
    return outputs;
  }

  /// A second session of the same model, whose outputs the values are as well. The runtime fuses nothing across an output, so that
  /// observing may change the last digits.
  Result<NamedTensors> RunCapturing(const NamedTensors& given, const std::vector<std::string>& values) override {
    if (!observed_ || observed_values_ != values) {
      CONFORMANCE_TRY(observed_, Observed(values));
      observed_values_ = values;
    }
    CONFORMANCE_TRY(const NamedTensors all, observed_->Run(given));
    NamedTensors outputs(all.begin(), all.begin() + static_cast<int64_t>(outputs_.size()));
    for (const std::string& value : values) {
      const Tensor* tensor = Find(all, value);
      if (tensor == nullptr) tensor = Find(given, value);
      if (tensor == nullptr) return Internal("onnxruntime gave no value of that name").With("value", value);
      outputs.emplace_back(value, *tensor);
    }
    return outputs;
  }

 private:
  /// All outputs.
  Result<std::vector<Handle<OrtValue>>> Evaluate(const std::vector<const char*>& names, const std::vector<const OrtValue*>& values) const {
    std::vector<const char*> output_names;
    for (const std::string& name : outputs_) output_names.push_back(name.c_str());
    std::vector<OrtValue*> raw_outputs(outputs_.size(), nullptr);
    OrtStatus* status = api_.Run(session_.get(), nullptr, names.data(), values.data(), values.size(), output_names.data(), output_names.size(),
                                 raw_outputs.data());
    std::vector<Handle<OrtValue>> results;
    for (OrtValue* raw : raw_outputs) {
      results.emplace_back(api_.ReleaseValue);
      *results.back().out() = raw;
    }
    if (status) return FromStatus(api_, status, "run the model");
    return results;
  }

  Result<std::unique_ptr<ports::Session>> Observed(const std::vector<std::string>& values) const {
    CONFORMANCE_TRY(formats::OnnxModel model, formats::ReadOnnx(file_));
    std::set<std::string> there;
    for (const auto& info : model.graph.inputs) there.insert(info.name);
    for (const auto& info : model.graph.outputs) there.insert(info.name);
    std::map<std::string, const formats::OnnxValueInfo*> known;
    for (const auto& info : model.graph.value_info) known.emplace(info.name, &info);
    for (const std::string& value : values) {
      if (!there.insert(value).second) continue;
      const auto info = known.find(value);
      formats::OnnxValueInfo output;  // a type that is left out is inferred
      if (info != known.end()) output = *info->second;
      output.name = value;
      model.graph.outputs.push_back(std::move(output));
    }
    std::erase_if(model.graph.value_info, [&](const auto& info) { return there.contains(info.name); });
    CONFORMANCE_TRY(std::string bytes, formats::SerializeOnnx(model));
    return MakeSession(api_, env_, {.file = file_, .bytes = std::move(bytes)}, options_);
  }

  Status CheckInputs(const NamedTensors& given) const {
    for (const auto& [name, tensor] : given) {
      bool known = false;
      for (const InputInfo& info : inputs_) known |= info.name == name;
      if (!known) return Invalid("the model has no input '" + name + "'").With("wanted", InputNames());
    }
    struct Seen {
      int64_t size;
      std::string place;
    };
    std::map<std::string, Seen> symbols;
    for (const InputInfo& info : inputs_) {
      const Tensor* tensor = Find(given, info.name);
      if (!info.dtype) return Unsupported("input '" + info.name + "' takes no tensor of a plain type").With("found", info.kind);
      if (!tensor) return Invalid("input '" + info.name + "' is missing");
      const auto mismatch = [&](Error error) {
        return std::move(error).With("input", info.name).With("found", Describe(*tensor)).With("wanted", DescribeInput(info));
      };
      if (tensor->dtype() != info.dtype) return mismatch(TypeError("an input of another type"));
      if (tensor->shape().size() != info.dims.size()) return mismatch(ShapeError("an input of another rank"));
      for (size_t axis = 0; axis < info.dims.size(); ++axis) {
        const int64_t size = tensor->shape()[axis];
        if (info.dims[axis] >= 0) {
          if (size != info.dims[axis]) return mismatch(ShapeError("an input of another size on axis " + std::to_string(axis)));
        } else if (const std::string& symbol = info.symbols[axis]; !symbol.empty()) {
          const auto [seen, fresh] = symbols.try_emplace(symbol, Seen{size, info.name + " axis " + std::to_string(axis)});
          if (!fresh && seen->second.size != size) {
            return mismatch(ShapeError("'" + symbol + "' is " + std::to_string(size) + " on axis " + std::to_string(axis) + ", but " +
                                       std::to_string(seen->second.size) + " in " + seen->second.place));
          }
        }
      }
    }
    return Ok();
  }

  std::string InputNames() const {
    std::vector<std::string> names;
    for (const InputInfo& info : inputs_) names.push_back(info.name);
    return Join(names, ", ");
  }

  static std::string DescribeInput(const InputInfo& info) {
    std::vector<std::string> dims;
    for (size_t axis = 0; axis < info.dims.size(); ++axis) {
      const bool fixed = info.dims[axis] >= 0;
      dims.push_back(fixed ? std::to_string(info.dims[axis]) : info.symbols[axis].empty() ? "?" : info.symbols[axis]);
    }
    return std::string(ToString(*info.dtype)) + "[" + Join(dims, ", ") + "]";
  }

  Result<Tensor> TensorIn(OrtValue& value, const std::string& name) const {
    int is_tensor = 0;
    CONFORMANCE_ORT_TRY(api_, api_.IsTensor(&value, &is_tensor), "look at an output");
    if (!is_tensor) return Unsupported("output '" + name + "' is no tensor");
    Handle<OrtTensorTypeAndShapeInfo> info(api_.ReleaseTensorTypeAndShapeInfo);
    CONFORMANCE_ORT_TRY(api_, api_.GetTensorTypeAndShape(&value, info.out()), "look at an output");
    ONNXTensorElementDataType type = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
    CONFORMANCE_ORT_TRY(api_, api_.GetTensorElementType(info.get(), &type), "look at an output");
    const auto dtype = DTypeOf(type);
    if (!dtype) return Unsupported("output '" + name + "' has ONNX element type " + std::to_string(type));
    size_t rank = 0;
    CONFORMANCE_ORT_TRY(api_, api_.GetDimensionsCount(info.get(), &rank), "look at an output");
    Shape shape(rank);
    CONFORMANCE_ORT_TRY(api_, api_.GetDimensions(info.get(), shape.data(), rank), "look at an output");
    Tensor tensor = Tensor::Empty(*dtype, shape);
    if (tensor.byte_size() > 0) {
      void* data = nullptr;
      CONFORMANCE_ORT_TRY(api_, api_.GetTensorMutableData(&value, &data), "read an output");
      std::memcpy(tensor.raw_mutable(), data, tensor.byte_size());
    }
    return tensor;
  }

  const OrtApi& api_;
  const OrtEnv* env_;
  const std::filesystem::path file_;
  const ports::SessionOptions options_;
  std::vector<std::string> observed_values_;
  std::unique_ptr<ports::Session> observed_;
  Handle<OrtSession> session_;
  Handle<OrtMemoryInfo> memory_;
  std::vector<InputInfo> inputs_;
  std::vector<std::string> outputs_;
};

Result<std::string> TakeName(const OrtApi& api, OrtAllocator* allocator, char* name) {
  std::string text = name;
  CONFORMANCE_ORT_TRY(api, api.AllocatorFree(allocator, name), "free a name");
  return text;
}

Result<InputInfo> ReadInput(const OrtApi& api, OrtAllocator* allocator, const OrtSession* session, size_t index) {
  InputInfo input;
  char* name = nullptr;
  CONFORMANCE_ORT_TRY(api, api.SessionGetInputName(session, index, allocator, &name), "name an input");
  CONFORMANCE_TRY(input.name, TakeName(api, allocator, name));
  Handle<OrtTypeInfo> type_info(api.ReleaseTypeInfo);
  CONFORMANCE_ORT_TRY(api, api.SessionGetInputTypeInfo(session, index, type_info.out()), "describe an input");
  const OrtTensorTypeAndShapeInfo* info = nullptr;  // owned by type_info
  CONFORMANCE_ORT_TRY(api, api.CastTypeInfoToTensorInfo(type_info.get(), &info), "describe an input");
  if (!info) {
    input.kind = "no tensor";
    return input;
  }
  ONNXTensorElementDataType type = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
  CONFORMANCE_ORT_TRY(api, api.GetTensorElementType(info, &type), "describe an input");
  input.dtype = DTypeOf(type);
  if (!input.dtype) input.kind = "ONNX element type " + std::to_string(type);
  size_t rank = 0;
  CONFORMANCE_ORT_TRY(api, api.GetDimensionsCount(info, &rank), "describe an input");
  input.dims.resize(rank);
  CONFORMANCE_ORT_TRY(api, api.GetDimensions(info, input.dims.data(), rank), "describe an input");
  std::vector<const char*> symbols(rank, "");
  CONFORMANCE_ORT_TRY(api, api.GetSymbolicDimensions(info, symbols.data(), rank), "describe an input");
  input.symbols.assign(symbols.begin(), symbols.end());
  return input;
}

Status Configure(const OrtApi& api, const ports::SessionOptions& options, OrtSessionOptions* out) {
  constexpr std::string_view doing = "take session options";
  CONFORMANCE_ORT_TRY(api, api.SetIntraOpNumThreads(out, options.threads), doing);
  CONFORMANCE_ORT_TRY(api, api.SetInterOpNumThreads(out, 1), doing);
  CONFORMANCE_ORT_TRY(api, api.SetSessionExecutionMode(out, ORT_SEQUENTIAL), doing);
  CONFORMANCE_ORT_TRY(api, api.SetSessionGraphOptimizationLevel(out, options.optimize ? ORT_ENABLE_ALL : ORT_DISABLE_ALL), doing);
  CONFORMANCE_ORT_TRY(api, api.SetDeterministicCompute(out, true), doing);
  CONFORMANCE_ORT_TRY(api, api.DisableCpuMemArena(out), doing);
  CONFORMANCE_ORT_TRY(api, api.AddSessionConfigEntry(out, "session.intra_op.allow_spinning", "0"), doing);
  if (options.extra.IsNull()) return Ok();
  if (!options.extra.IsObject()) return Invalid("onnxruntime's options are no object but " + std::string(Json::KindName(options.extra.kind())));
  for (const auto& [key, value] : options.extra.AsObject()) {
    if (key != "config" || !value.IsObject()) return Invalid("onnxruntime has no option '" + key + "'").With("wanted", "config: {key: text}");
    for (const auto& [name, text] : value.AsObject()) {
      if (!text.IsString()) return Invalid("onnxruntime's session configuration '" + name + "' is no string");
      CONFORMANCE_ORT_TRY(api, api.AddSessionConfigEntry(out, name.c_str(), text.AsString().c_str()), "take '" + name + "'");
    }
  }
  return Ok();
}

Result<std::unique_ptr<ports::Session>> MakeSession(const OrtApi& api, const OrtEnv* env, const ModelSource& source,
                                                    const ports::SessionOptions& options) {
  Handle<OrtSessionOptions> session_options(api.ReleaseSessionOptions);
  CONFORMANCE_ORT_TRY(api, api.CreateSessionOptions(session_options.out()), "make session options");
  CONFORMANCE_RETURN_IF_ERROR(Configure(api, options, session_options.get()));
  Handle<OrtSession> session(api.ReleaseSession);
  OrtStatus* status = nullptr;
  if (source.bytes.empty()) {
    status = api.CreateSession(env, source.file.c_str(), session_options.get(), session.out());
  } else {
    CONFORMANCE_ORT_TRY(api, api.AddSessionConfigEntry(session_options.get(), "session.model_external_initializers_file_folder_path",
                                                       source.file.parent_path().c_str()), "take session options");
    status = api.CreateSessionFromArray(env, source.bytes.data(), source.bytes.size(), session_options.get(), session.out());
  }
  if (status != nullptr) return FromStatus(api, status, "load the model").With("file", source.file.string());
  Handle<OrtMemoryInfo> memory(api.ReleaseMemoryInfo);
  CONFORMANCE_ORT_TRY(api, api.CreateCpuMemoryInfo(OrtDeviceAllocator, OrtMemTypeDefault, memory.out()), "describe memory");

  OrtAllocator* allocator = nullptr;
  CONFORMANCE_ORT_TRY(api, api.GetAllocatorWithDefaultOptions(&allocator), "give its allocator");
  size_t count = 0;
  CONFORMANCE_ORT_TRY(api, api.SessionGetInputCount(session.get(), &count), "count inputs");
  std::vector<InputInfo> inputs;
  for (size_t i = 0; i < count; ++i) {
    CONFORMANCE_TRY(auto input, ReadInput(api, allocator, session.get(), i));
    inputs.push_back(std::move(input));
  }
  CONFORMANCE_ORT_TRY(api, api.SessionGetOutputCount(session.get(), &count), "count outputs");
  std::vector<std::string> outputs;
  for (size_t i = 0; i < count; ++i) {
    char* name = nullptr;
    CONFORMANCE_ORT_TRY(api, api.SessionGetOutputName(session.get(), i, allocator, &name), "name an output");
    CONFORMANCE_TRY(auto text, TakeName(api, allocator, name));
    outputs.push_back(std::move(text));
  }
  return std::unique_ptr<ports::Session>(std::make_unique<OnnxRuntimeSession>(api, env, source.file, options, std::move(session), std::move(memory),
                                                                              std::move(inputs), std::move(outputs)));
}

}  // namespace

OnnxRuntimeBackend::OnnxRuntimeBackend(OnnxRuntimeOptions options) : runtime_(std::make_unique<Runtime>(std::move(options))) {}
OnnxRuntimeBackend::~OnnxRuntimeBackend() = default;

ports::BackendCapabilities OnnxRuntimeBackend::Capabilities() const { 
  ports::BackendCapabilities capabilities;
  capabilities.formats = {"onnx"};
  capabilities.intermediates = true;
  capabilities.onnx_values = true;
  return capabilities;
}

Result<std::string> OnnxRuntimeBackend::Version() const {
  const auto& runtime = runtime_->Get();
  if (!runtime.ok()) return runtime.error();
  return runtime->version;
}

std::string OnnxRuntimeBackend::QualifiedVersion() const {
  const size_t dash = kCacheFile.find('-'), slash = kCacheFile.find('/');
  return std::string(kCacheFile.substr(dash + 1, slash - dash - 1));
}

Result<std::unique_ptr<ports::Session>> OnnxRuntimeBackend::Prepare(const ports::Artifact& artifact,
                                                                    const ports::SessionOptions& options) const {
  if (artifact.format != "onnx") return Invalid("onnxruntime takes format 'onnx', found '" + artifact.format + "'");
  const auto& runtime = runtime_->Get();
  if (!runtime.ok()) return runtime.error();
  const OrtApi& api = *runtime->api;

  return MakeSession(api, runtime->env, {.file = artifact.path, .bytes = {}}, options);
}

}  // namespace conformance::runtimes
