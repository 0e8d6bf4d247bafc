#pragma once

#include "framework/base/result.h"
#include "framework/ir/program.h"
#include "framework/ops/op_def.h"

namespace conformance::ir {

struct VerifyOptions {
  /// Known ops' arguments are checked against it; null: not at all.
  const ops::OpTable* ops = nullptr;
  /// A target that the table does not have is an error.
  bool known_ops_only = false;
};

/// Is this a well-formed Program? Each value has one producer that stands before its uses; arguments and the metas of what they name
/// agree; the signature fits the graph's inputs and outputs; constants are there with the declared dtype and sizes; symbols have
/// range constraints; known ops get arguments that their schema has, of its kinds, and none is missing. Errors: kInvalid, with
/// the facts node (index and name), place, found and wanted.
Status Verify(const Program& program, const VerifyOptions& options = {});
/// The graph alone (a subgraph of a higher-order op).
Status Verify(const Graph& graph, const VerifyOptions& options = {});

/// Whether a graph's argument can stand for a schema's, and so bind to it: a literal list for IntList, a number for a 0-dim tensor.
bool KindFits(const ops::ArgSchema& schema, const Argument& argument);

}  // namespace conformance::ir
