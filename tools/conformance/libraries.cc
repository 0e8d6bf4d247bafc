#include "tools/conformance/libraries.h"

#include <map>
#include <string_view>

#include <CLI/Version.hpp>

#include "framework/base/strings.h"
#include "framework/engine/libraries.h"
#include "framework/formats/libraries.h"
#include "references/eager/isa.h"
#include "reports/render/junit.h"

namespace conformance::cli {

extern const char* const kPinnedVersions;  // "package version" a line, written by CMake

namespace {

/// The line of the two files that says which version of a library the project is tested with.
const std::map<std::string, std::string, std::less<>>& Packages() {
  static const std::map<std::string, std::string, std::less<>> packages = {
      {"cli11", "libcli11-dev"},           {"eigen", "libeigen3-dev"}, {"nlohmann-json", "nlohmann-json3-dev"},
      {"onnx", "onnx"},                    {"protobuf", "libprotobuf-dev"}, {"pugixml", "libpugixml-dev"},
      {"tbb", "libtbb-dev"},               {"zlib", "zlib1g-dev"}};
  return packages;
}

std::string Pinned(std::string_view library) {
  const auto package = Packages().find(library);
  if (package == Packages().end()) return {};
  for (const std::string& line : Split(kPinnedVersions, '\n')) {
    const auto words = Split(line, ' ');
    if (words.size() == 2 && words[0] == package->second) return words[1];
  }
  return {};
}

}  // namespace

std::vector<engine::LibraryInfo> LinkedLibraries() {
  std::vector<std::pair<std::string, std::string>> found = formats::Libraries();
  for (auto& library : engine::Libraries()) found.push_back(std::move(library));
  found.emplace_back("eigen", eager::EigenVersion());
  found.emplace_back("pugixml", reports::PugixmlVersion());
  found.emplace_back("cli11", CLI11_VERSION);
  std::vector<engine::LibraryInfo> libraries;
  for (auto& [name, version] : found) libraries.push_back({name, version, Pinned(name)});
  return libraries;
}

}  // namespace conformance::cli
