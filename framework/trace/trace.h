#pragma once

#include <map>
#include <string>
#include <vector>

#include "framework/base/result.h"
#include "framework/ir/program.h"
#include "framework/nn/model.h"
#include "framework/ports/exporter.h"
#include "framework/symbolic/shape_env.h"

namespace conformance::trace {

/// What tracing relied on, for the export's report.
struct TraceReport {
  std::vector<GuardRecord> guards;           ///< with what asked and from which module
  std::vector<GuardRecord> assertions;       ///< checked when the program runs
  std::vector<std::string> specialisations;  ///< sizes that became numbers though they were to be dynamic
  std::map<std::string, SymRange> ranges;    ///< of the symbols that are left
  std::vector<std::string> unused_inputs;    ///< dotted names
};

struct TracedProgram {
  ir::Program program;
  TraceReport report;
};

/// Records one forward of `model` on the request's inputs.
///
/// Inputs: every parameter and persistent buffer of the module by its state_dict name (a tied one once), its constants as
/// non-persistent buffers with their elements, then the request's tensors in the order of their tree. The dotted names of inputs
/// and outputs are in the root's pytree specs (LeafNamesOf). Sizes follow request.dynamic_shapes; what is not mentioned is static.
/// Tensors that the model's code makes up are lifted constants, equal ones shared. Nodes that nobody reads are left out.
///
/// Errors: those of the model and its ops, with op and module path; kInvalid for a dynamic shape of a leaf that is no input, and
/// guards that named Dims forbid (the text suggests the Dim to use); with `strict`, kInvalid names inputs that forward never reads.
Result<TracedProgram> Trace(const nn::Model& model, const ports::TraceRequest& request);

}  // namespace conformance::trace
