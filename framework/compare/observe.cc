#include "framework/compare/observe.h"

#include <algorithm>
#include <set>
#include <utility>

namespace conformance::compare {

Result<Observation> Observe(ports::Session& session, const NamedTensors& inputs, std::vector<std::string> values) {
  while (true) {
    auto answer = session.RunCapturing(inputs, values);
    if (!answer.ok()) {
      if (answer.error().kind() != ErrorKind::kNotFound) return std::move(answer).error();
      std::set<std::string, std::less<>> missing;
      for (const auto& [name, value] : answer.error().facts()) {
        if (name == "found") missing.insert(value);
      }
      const size_t before = values.size();
      std::erase_if(values, [&](const std::string& value) { return missing.contains(value); });
      if (values.empty() || values.size() == before) return std::move(answer).error();
      continue;
    }
    if (answer->size() < values.size()) return Internal("a backend captured fewer values than it was asked for");
    const auto first = answer->end() - static_cast<int64_t>(values.size());
    Observation observation{.outputs = NamedTensors(answer->begin(), first), .values = std::move(values), .captured = NamedTensors(first, answer->end())};
    return observation;
  }
}

}  // namespace conformance::compare
