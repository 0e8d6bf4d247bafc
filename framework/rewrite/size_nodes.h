#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_map>

#include "framework/base/result.h"
#include "framework/ir/builder.h"
#include "framework/symbolic/sym_int.h"

namespace conformance::rewrite {

/// Sizes as values of a graph. A symbol is read from a tensor that has it (aten.sym_size.int), an expression becomes nodes of
/// Python's operators; each is made once, where it is first needed. What was made before a place may be used after it, so a walk
/// must go forward.
class SizeNodes {
 public:
  explicit SizeNodes(ir::ProgramBuilder& builder) : builder_(builder) {}

  /// Symbols may be read from this tensor's sizes from now on (the first tensor that has one serves it). With `linear` also from
  /// sizes like 2·s + 1.
  void Define(ir::ValueId tensor, bool linear = false);
  /// A value that is a size: what it stands for need not be computed again.
  void DefineSize(ir::ValueId size);

  /// The size as an operand: a literal, or a value, made at `place` where there is none yet. Errors: kInternal for a symbol that no
  /// value has.
  Result<ir::SymIntRef> Get(const SymInt& size, ir::GraphBuilder::Place place, const ir::Metadata& metadata);
  Result<ir::SymBoolRef> Get(const SymBool& condition, ir::GraphBuilder::Place place, const ir::Metadata& metadata);

 private:
  struct Source {
    ir::ValueId tensor = ir::ValueId::kNone;
    int64_t axis = 0;
    int64_t factor = 1, offset = 0;  // size(axis) = factor · symbol + offset
  };
  struct Spot {
    ir::GraphBuilder::Place place;
    const ir::Metadata& metadata;
  };
  ir::ValueId Emit(std::string_view target, std::vector<ir::NamedArgument> inputs, ir::ValueMeta meta, std::string_view name,
                   const Spot& spot);
  Result<ir::SymIntRef> Read(const std::string& symbol, const Spot& spot);
  Result<ir::SymIntRef> Make(const SymInt& size, const Spot& spot);
  Result<ir::SymBoolRef> Make(const SymBool& condition, const Spot& spot);
  ir::SymIntRef Binary(std::string_view target, std::string_view name, const SymInt& result, const ir::SymIntRef& a,
                       const ir::SymIntRef& b, const Spot& spot);

  ir::ProgramBuilder& builder_;
  std::map<std::string, Source, std::less<>> sources_;
  std::unordered_map<std::string, ir::ValueId> made_;  // by the expression's text
};

}  // namespace conformance::rewrite
