#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "framework/base/result.h"
#include "framework/ir/builder.h"
#include "framework/ops/op_def.h"
#include "framework/ports/exporter.h"
#include "framework/rewrite/recorder.h"

namespace conformance::rewrite {

/// Metadata of nodes that patches and fixes made or changed: their names, in the order in which they came, comma between them.
inline constexpr std::string_view kTouchedBy = "touched_by";
/// The names, or empty.
std::string TouchedBy(const ir::Node& node);

/// One node in the hands of a fix, a patch or a decomposition: what it is, and the ways to replace it.
class NodeEdit {
 public:
  /// `fix` is what the nodes that it records are marked with (kTouchedBy); empty: nothing.
  NodeEdit(Recorder& recorder, const ops::OpTable& ops, ir::NodeId node, std::string_view fix = {});

  /// A copy, so that it lasts while nodes are inserted.
  const ir::Node& node() const { return node_; }
  const ir::Graph& graph() const { return recorder_.builder().graph(); }
  ir::ProgramBuilder& builder() { return recorder_.builder(); }
  /// Records ops before the node, with its metadata.
  Recorder& context() { return recorder_; }
  /// The op's contract, or null where the table has none.
  const ops::OpDef* op() const { return op_; }
  /// Arguments in the schema's order with defaults filled in. Errors: kUnsupported where there is no contract; of BindNode.
  Result<std::vector<ops::Argument>> Arguments() const;
  /// The only tensor that the node makes.
  Result<ops::Value> Output() const;

  /// Uses of the node's outputs become uses of these, and the node goes. Values that this edit recorded take over the outputs'
  /// names, so that what maps names to values keeps working, and the symbols of sizes that depend on data. Errors: the context's first one; kInternal where the number,
  /// dtype or rank of the values is not that of the outputs.
  Status ReplaceWith(const std::vector<ops::Value>& values);
  Status ReplaceWith(const ops::Value& value) { return ReplaceWith(std::vector<ops::Value>{value}); }
  /// The node goes; its outputs must be unused.
  void Erase();

 private:
  void KeepSymbols(const std::vector<ops::Value>& values, const std::vector<ir::ValueId>& outputs);

  Recorder& recorder_;
  const ops::OpDef* op_;
  ir::Node node_;
  size_t first_new_node_, first_new_symbol_;
};

/// True where the fix consumed the node (replaced or erased it, or changed it in place): no other fix sees it then.
using NodeFixFunction = std::function<Result<bool>(NodeEdit&)>;

/// What a table says of a fix.
struct FixInfo {
  std::string backend;      ///< export format: "onnx"
  std::string name;         ///< "alias"
  std::string reason;       ///< what goes wrong without it
  std::string upstream;     ///< link to the defect, or empty where it is a difference by design
  std::string versions;     ///< seen with
  std::string delete_when;  ///< what would let us delete it
  bool by_construction = false;  ///< the pattern cannot occur here; `reason` says why, a test shows it
};

/// register_fx_node_fix: looks at nodes one by one.
struct NodeFix {
  FixInfo info;
  std::vector<std::string> ops;  ///< "aten.alias.default"; empty: every node
  NodeFixFunction fix;           ///< empty where by construction
};
/// register_fx_program_fix: needs the whole program. True where it changed something.
struct ProgramFix {
  FixInfo info;
  std::function<Result<bool>(ir::ProgramBuilder&)> fix;
};
/// register_patch of an operator: during one export, calls of the targets are replaced. Same shape as a fix, another table.
struct OperatorPatch {
  ports::PatchInfo info;             ///< its target: of those below, separated by blanks
  std::vector<std::string> targets;  ///< "aten.where.self"
  NodeFixFunction rewrite;           ///< empty where by construction
};

/// How often each patch and fix had something to do, by name.
using Hits = std::map<std::string, int64_t, std::less<>>;

/// Walks the nodes once, in order; the first fix that consumes a node ends its turn. Nodes that a fix inserts are not visited. At
/// the end nodes that nobody reads go (never assertions or nodes that write in place). The verifier runs before and
/// after. Errors: of a fix, with its name and the node; kInternal where a fix breaks the program, naming those that had a hit.
Result<ir::Program> ApplyNodeFixes(const std::vector<NodeFix>& fixes, ir::Program program, Hits* hits = nullptr,
                                   const ops::OpTable& ops = ops::DefaultOps());
/// The same with whole-program fixes, in the table's order.
Result<ir::Program> ApplyProgramFixes(const std::vector<ProgramFix>& fixes, ir::Program program, Hits* hits = nullptr);
/// Operator patches are applied like node fixes.
Result<ir::Program> ApplyPatches(const std::vector<OperatorPatch>& patches, ir::Program program, Hits* hits = nullptr,
                                 const ops::OpTable& ops = ops::DefaultOps());

/// Nodes without effect whose outputs nobody reads, repeatedly. Returns how many went.
size_t RemoveDeadNodes(ir::ProgramBuilder& builder);

}  // namespace conformance::rewrite
