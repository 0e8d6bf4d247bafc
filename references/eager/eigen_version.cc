#include <string>

#include <Eigen/Core>

#include "references/eager/isa.h"

namespace conformance::eager {

std::string EigenVersion() {
  return std::to_string(EIGEN_WORLD_VERSION) + '.' + std::to_string(EIGEN_MAJOR_VERSION) + '.' + std::to_string(EIGEN_MINOR_VERSION);
}

}  // namespace conformance::eager
