#include "framework/trace/trace_context.h"

#include <vector>

namespace conformance::trace {

ir::Metadata TraceContext::MetadataOf(std::string_view op) const {
  const auto& stack = module_stack();
  if (stack.empty()) return {};
  if (stack_text_.empty() || depth_ != stack.size() || path_ != stack.back().path || class_name_ != stack.back().class_name) {
    std::vector<ir::ModuleFrame> frames;
    for (const Frame& frame : stack) frames.push_back({"L__self__" + frame.path, frame.path, frame.class_name});
    stack_text_ = ir::ModuleStackText(frames);
    path_ = stack.back().path;
    class_name_ = stack.back().class_name;
    depth_ = stack.size();
  }
  return {{"nn_module_stack", stack_text_}, {"torch_fn", rewrite::ResultName(op) + ";" + std::string(op)}};
}

}  // namespace conformance::trace
