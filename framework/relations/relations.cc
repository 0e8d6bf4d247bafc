#include "framework/relations/relations.h"

namespace conformance::relations {

std::vector<std::shared_ptr<const ports::Relation>> All() {
  return {
      MakeRows(), MakePermuted(), MakePaddedRight(), MakePaddedLeft(), MakeSteps(), MakeWidened(),
  };
}

}  // namespace conformance::relations
