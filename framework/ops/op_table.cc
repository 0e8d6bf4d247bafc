#include <algorithm>

#include "framework/ops/op_def.h"

namespace conformance::ops {
namespace {

bool Before(const OpDef* op, std::string_view target) { return op->target < target; }

}  // namespace

std::optional<size_t> WrittenArgument(const OpDef& op) {
  const auto found = std::ranges::find(op.args, true, &ArgSchema::written);
  if (found == op.args.end()) return std::nullopt;
  return static_cast<size_t>(found - op.args.begin());
}

void OpTable::Add(const OpDef& op) {
  const auto place = std::lower_bound(ops_.begin(), ops_.end(), op.target, Before);
  if (place != ops_.end() && (*place)->target == op.target) {
    *place = &op;
  } else {
    ops_.insert(place, &op);
  }
}

const OpDef* OpTable::Find(std::string_view target) const {
  const auto place = std::lower_bound(ops_.begin(), ops_.end(), target, Before);
  return place != ops_.end() && (*place)->target == target ? *place : nullptr;
}

std::vector<const OpDef*> OpTable::All() const { return ops_; }

}  // namespace conformance::ops
