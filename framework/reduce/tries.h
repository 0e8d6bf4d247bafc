#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "framework/base/result.h"
#include "framework/reduce/candidate.h"

namespace conformance::reduce {

/// What was tried, in a file that grows by a line for each candidate: a reduction that was interrupted takes its answers from there and goes on
/// where it was.
class Tries {
 public:
  /// Reads what is there (a torn last line is dropped); `what` names what is being reduced. Errors: kIo; kInvalid for a file of something else.
  static Result<Tries> Open(const std::filesystem::path& file, const std::string& what);

  /// Whether the candidate still failed; nothing where it was not tried yet.
  std::optional<bool> Find(const std::string& key) const;
  /// Writes the answer before it counts. Errors: kIo.
  Status Add(const std::string& key, bool fails);
  size_t size() const { return answers_.size(); }

  /// Equal for equal Programs on equal elements.
  static std::string KeyOf(const Candidate& candidate);

 private:
  std::filesystem::path file_;
  std::map<std::string, bool, std::less<>> answers_;
};

}  // namespace conformance::reduce
