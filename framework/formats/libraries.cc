#include "framework/formats/libraries.h"

#include <google/protobuf/stubs/common.h>
#include <onnx/common/version.h>
#include <zlib.h>

#include <nlohmann/json.hpp>

namespace conformance::formats {

std::vector<std::pair<std::string, std::string>> Libraries() {
  const auto json = nlohmann::json::meta();
  return {{"onnx", ONNX_NAMESPACE::LAST_RELEASE_VERSION},
          {"protobuf", google::protobuf::internal::VersionString(GOOGLE_PROTOBUF_VERSION)},
          {"nlohmann-json", json["version"]["string"].get<std::string>()},
          {"zlib", zlibVersion()}};
}

}  // namespace conformance::formats
