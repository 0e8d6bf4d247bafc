#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "framework/base/result.h"
#include "framework/nn/model.h"
#include "framework/ports/exporter.h"

namespace conformance::exporters {

/// A step of prepare_for_export that works out, before anything is traced, what a forward would otherwise find from the values of its inputs
/// (positions from the sizes of images, boundaries of sequences): it adds inputs or replaces them.
struct InputPreparer {
  std::string name;
  std::vector<std::string> markers;  ///< names of inputs or of their parents; it is run for calls that have all of them
  std::string reason;
  std::function<Status(const nn::Model& model, ports::ModelInputs& inputs)> prepare;
};

/// The preparers of one exporter, run in the order in which they were added. A value: nothing is global.
///
/// None are needed for the classes here, whose graphs find such things themselves (counts and running sums over values, so that one trace
/// holds for any images; docs/adding_a_model.md). They are for users' own classes, and for artifacts that are to take what another
/// exporter's take.
class InputPreparers {
 public:
  void Add(InputPreparer preparer) { preparers_.push_back(std::move(preparer)); }
  const std::vector<InputPreparer>& all() const { return preparers_; }

  /// Runs those whose markers `inputs` have; what one adds can be a marker of the next. Gives the names of those that ran. Errors: the
  /// preparer's own, with its name; kInvalid where two leaves have one name afterwards.
  Result<std::vector<std::string>> Run(const nn::Model& model, ports::ModelInputs& inputs) const;

 private:
  std::vector<InputPreparer> preparers_;
};

}  // namespace conformance::exporters
