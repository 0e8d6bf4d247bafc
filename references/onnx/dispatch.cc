#include "references/onnx/dispatch.h"

namespace conformance::onnx_reference {

Error WrongStore(Store store, std::string_view what, std::string_view wanted) {
  static constexpr const char* kNames[] = {"double", "float",  "float16", "bfloat16", "int64", "int32",      "int16",     "int8",  "uint64",
                                           "uint32", "uint16", "uint8",   "bool",     "float8 or less", "complex64", "complex128", "string"};
  return TypeError(std::string(what) + " has " + std::string(wanted))
      .With("found", kNames[static_cast<size_t>(store)])
      .With("wanted", std::string(wanted));
}

}  // namespace conformance::onnx_reference
