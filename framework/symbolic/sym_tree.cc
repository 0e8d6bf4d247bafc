#include "framework/symbolic/sym_tree.h"

#include <utility>

#include "framework/symbolic/sym_expr.h"

namespace conformance {
namespace {

using symbolic::Term;

SymTree OfAtom(const SymAtom& atom) {
  SymTree tree;
  switch (atom.kind) {
    case SymAtom::Kind::kSymbol: tree.kind = SymTree::Kind::kSymbol; break;
    case SymAtom::Kind::kFloorDiv: tree.kind = SymTree::Kind::kFloorDiv; break;
    case SymAtom::Kind::kMod: tree.kind = SymTree::Kind::kMod; break;
    case SymAtom::Kind::kMin: tree.kind = SymTree::Kind::kMin; break;
    case SymAtom::Kind::kMax: tree.kind = SymTree::Kind::kMax; break;
    case SymAtom::Kind::kError: tree.kind = SymTree::Kind::kSymbol; break;
  }
  tree.name = atom.name;
  tree.args = atom.args;
  return tree;
}

}  // namespace

SymTree TreeOf(const SymInt& value) {
  SymTree tree;
  if (value.IsConstant()) {
    tree.value = value.constant();
    return tree;
  }
  if (const symbolic::AtomPtr* atom = symbolic::SingleAtom(value)) return OfAtom(**atom);
  const symbolic::Terms& terms = value.expr()->terms;
  if (terms.size() > 1) {
    tree.kind = SymTree::Kind::kAdd;
    for (const Term& term : terms) tree.args.push_back(symbolic::OfMonomial(term.coefficient, term.factors));
    return tree;
  }
  tree.kind = SymTree::Kind::kMul;
  const Term& term = terms.front();
  if (term.coefficient != 1) tree.args.emplace_back(term.coefficient);
  for (const symbolic::Factor& factor : term.factors) {
    for (int32_t i = 0; i < factor.power; ++i) tree.args.push_back(symbolic::OfAtom(factor.atom));
  }
  return tree;
}

SymBoolTree TreeOf(const SymBool& condition) {
  SymBoolTree tree;
  if (condition.IsConstant()) {
    tree.value = *condition.AsBool();
    return tree;
  }
  const SymLogic& logic = *condition.logic();
  switch (logic.kind) {
    case SymLogic::Kind::kEqual: tree.kind = SymBoolTree::Kind::kEqual; break;
    case SymLogic::Kind::kNotEqual: tree.kind = SymBoolTree::Kind::kNotEqual; break;
    case SymLogic::Kind::kLessEqual: tree.kind = SymBoolTree::Kind::kLessEqual; break;
    case SymLogic::Kind::kAnd: tree.kind = SymBoolTree::Kind::kAnd; break;
    case SymLogic::Kind::kOr: tree.kind = SymBoolTree::Kind::kOr; break;
  }
  tree.parts = logic.parts;
  if (!tree.parts.empty()) return tree;
  // value (relation) 0: negative terms go to the right.
  symbolic::Terms buffer;
  for (const Term& term : symbolic::TermsOf(logic.value, buffer)) {
    if (term.coefficient < 0) {
      tree.right += -symbolic::OfMonomial(term.coefficient, term.factors);
    } else {
      tree.left += symbolic::OfMonomial(term.coefficient, term.factors);
    }
  }
  return tree;
}

}  // namespace conformance
