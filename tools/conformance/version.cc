#include "tools/conformance/version.h"

namespace conformance::cli {

const char* const kVersion = CONFORMANCE_VERSION;

}  // namespace conformance::cli
