#include <re2/re2.h>

#include "framework/formats/file.h"
#include "references/onnx/call.h"

namespace conformance::onnx_reference::kernels {

/// bool[...]: whether the whole of each text matches `pattern`, in RE2's syntax. Errors: kInvalid for a pattern that
/// is none, or that would take more
/// than RE2's own budget of memory (8 MiB).
Outputs RegexFullMatch(const Call& call) {
  const Array& x = call[0];
  CONFORMANCE_TRY(const std::string pattern, call.String("pattern"));
  const RE2 expression(pattern, RE2::Quiet);
  if (!expression.ok())
    return Invalid("a pattern that is none")
        .With("found", formats::Quoted(pattern))
        .With("wanted", "RE2's syntax: " + expression.error());
  CONFORMANCE_TRY(Array out, call.New(Elem::kBool, x.dims()));
  for (int64_t i = 0; i < x.count(); ++i)
    out.mutable_data<bool>()[i] = RE2::FullMatch(x.data<std::string>()[i], expression);
  return out;
}

}  // namespace conformance::onnx_reference::kernels
