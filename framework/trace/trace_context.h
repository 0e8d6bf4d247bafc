#pragma once

#include <string>
#include <string_view>

#include "framework/rewrite/recorder.h"

namespace conformance::trace {

/// Records a module's forward: each node knows the module that it comes from (nn_module_stack) and the op that the model called
/// (torch_fn).
class TraceContext : public rewrite::Recorder {
 public:
  using rewrite::Recorder::Recorder;

 protected:
  ir::Metadata MetadataOf(std::string_view op) const override;

 private:
  // The stack's text, kept while the innermost module stays the same.
  mutable std::string path_, class_name_, stack_text_;
  mutable size_t depth_ = 0;
};

}  // namespace conformance::trace
