#pragma once

#include <memory>
#include <vector>

#include "framework/ports/relation.h"

namespace conformance::relations {

/// The table: one line for each.
std::vector<std::shared_ptr<const ports::Relation>> All();

/// Rows of a batch run one by one give the batch's rows.
std::unique_ptr<ports::Relation> MakeRows();
/// Rows in another order give outputs in that order.
std::unique_ptr<ports::Relation> MakePermuted();
/// Masked tokens behind the others change nothing of theirs.
std::unique_ptr<ports::Relation> MakePaddedRight();
/// Masked tokens before the others change nothing of theirs.
std::unique_ptr<ports::Relation> MakePaddedLeft();
/// A prompt at once gives what its beginning and then token by token give, by the cache.
std::unique_ptr<ports::Relation> MakeSteps();
/// The next wider type gives the same, as far as the narrower one can tell.
std::unique_ptr<ports::Relation> MakeWidened();

}  // namespace conformance::relations
