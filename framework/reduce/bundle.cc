#include "framework/reduce/bundle.h"

#include <algorithm>
#include <system_error>

#include "framework/base/strings.h"
#include "framework/formats/file.h"
#include "framework/formats/json.h"
#include "framework/formats/npy.h"

namespace conformance::reduce {

extern const char* const kReproScript;  // repro.py, embedded by CMake

namespace {

namespace fs = std::filesystem;

/// Files named by place: names of values may hold anything.
Result<Json> WriteTensors(const fs::path& folder, const std::string& below, const NamedTensors& tensors) {
  std::error_code error;
  fs::create_directories(folder / below, error);
  if (error) return IoError("cannot make a folder: " + error.message()).With("folder", (folder / below).string());
  Json list = Json::MakeArray();
  for (size_t i = 0; i < tensors.size(); ++i) {
    const std::string file = below + "/" + std::to_string(i) + ".npy";
    if (const Status status = formats::WriteNpy(folder / file, tensors[i].second); !status.ok()) {
      return Error(status.error()).With("value", tensors[i].first);
    }
    Json entry = Json::MakeObject();
    entry["name"] = tensors[i].first;
    entry["file"] = file;
    list.Append(std::move(entry));
  }
  return list;
}

}  // namespace

std::vector<std::string> BundledRuntimes() { return {"onnxruntime", "openvino", "pytorch", "executorch", "onnx-reference"}; }

Status WriteBundle(const fs::path& folder, const Bundle& bundle) {
  const std::vector<std::string> runtimes = BundledRuntimes();
  if (std::ranges::find(runtimes, bundle.runtime) == runtimes.end()) {
    return Unsupported("no public tool runs this backend").With("found", bundle.runtime).With("wanted", Join(runtimes, ", "));
  }
  std::error_code error;
  const fs::path model = fs::relative(bundle.artifact->path, folder, error);
  if (error || model.empty() || *model.begin() == "..") {
    return Internal("the artifact is not in the bundle's folder").With("found", bundle.artifact->path.string()).With("wanted", folder.string());
  }
  Json json = Json::MakeObject();
  json["cell"] = bundle.cell;
  json["outcome"] = bundle.outcome;
  json["stage"] = bundle.stage;
  json["reason"] = bundle.reason;
  json["command"] = bundle.command;
  json["runtime"] = bundle.runtime;
  json["optimize"] = bundle.optimize;
  json["model"] = model.generic_string();
  json["versions"] = bundle.versions;
  CONFORMANCE_TRY(json["inputs"], WriteTensors(folder, "inputs", *bundle.inputs));
  CONFORMANCE_TRY(Json expected, WriteTensors(folder, "expected", bundle.expected));
  for (size_t i = 0; i < bundle.bounds.size() && i < expected.AsArray().size(); ++i) expected.AsArray()[i]["bound"] = bundle.bounds[i];
  json["expected"] = std::move(expected);
  CONFORMANCE_RETURN_IF_ERROR(formats::WriteFileAtomic(folder / "bundle.json", formats::WriteJson(json, 1) + "\n"));
  return formats::WriteFileAtomic(folder / "repro.py", kReproScript);
}

}  // namespace conformance::reduce
