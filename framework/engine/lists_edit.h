#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "framework/base/result.h"

namespace conformance::engine {

/// What becomes of a list file's entries, by their place in the file from 0.
struct ListEdit {
  std::set<size_t> removed;
  std::map<size_t, std::string> dates;  ///< new values of the field `date`
  bool empty() const { return removed.empty() && dates.empty(); }
};

/// The text of a list file after the edit: what stays keeps its order, its formatting and its bytes, so that a diff shows the edit alone.
/// Errors: those of reading the list; kInvalid for an entry that is not there or has no date.
Result<std::string> EditList(std::string_view text, const ListEdit& edit, std::string_view file);

}  // namespace conformance::engine
