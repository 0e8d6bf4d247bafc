#include "framework/symbolic/sym_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace conformance {
namespace {

const SymInt a = SymInt::Symbol("a"), b = SymInt::Symbol("b");

// The tree's value, operation by operation.
int64_t Compute(const SymInt& size, const SymbolValues& values) {
  const SymTree tree = TreeOf(size);
  if (tree.kind == SymTree::Kind::kConstant) return tree.value;
  if (tree.kind == SymTree::Kind::kSymbol) return values.at(tree.name);
  int64_t out = Compute(tree.args[0], values);
  for (size_t i = 1; i < tree.args.size(); ++i) {
    const int64_t next = Compute(tree.args[i], values);
    switch (tree.kind) {
      case SymTree::Kind::kAdd: out += next; break;
      case SymTree::Kind::kMul: out *= next; break;
      case SymTree::Kind::kFloorDiv: out = out / next - ((out % next != 0 && (out < 0) != (next < 0)) ? 1 : 0); break;
      case SymTree::Kind::kMod: out = ((out % next) + next) % next; break;
      case SymTree::Kind::kMin: out = std::min(out, next); break;
      case SymTree::Kind::kMax: out = std::max(out, next); break;
      default: ADD_FAILURE();
    }
  }
  return out;
}

TEST(SymTree, ConstantsAndSymbolsAreLeaves) {
  EXPECT_EQ(TreeOf(SymInt(7)).kind, SymTree::Kind::kConstant);
  EXPECT_EQ(TreeOf(SymInt(7)).value, 7);
  EXPECT_EQ(TreeOf(a).kind, SymTree::Kind::kSymbol);
  EXPECT_EQ(TreeOf(a).name, "a");
}

TEST(SymTree, SumsAndProductsHaveSmallerParts) {
  const SymTree sum = TreeOf(2 * a * b + a - 3);
  EXPECT_EQ(sum.kind, SymTree::Kind::kAdd);
  EXPECT_EQ(sum.args.size(), 3u);
  const SymTree product = TreeOf(2 * a * a);
  EXPECT_EQ(product.kind, SymTree::Kind::kMul);
  EXPECT_EQ(product.args.size(), 3u);  // 2, a, a
}

TEST(SymTree, ComputesWhatTheSizeComputes) {
  const SymbolValues values{{"a", 7}, {"b", 3}};
  for (const SymInt& size : {2 * a * b + a - 3, FloorDiv(a + 1, b), Mod(a * a, 4), Max(a, b + 5), Min(2 * a, b), -a + FloorDiv(a, 2) * b}) {
    EXPECT_EQ(Compute(size, values), *size.Evaluate(values)) << size.ToString();
  }
}

TEST(SymTree, RelationsHaveTwoSidesWithoutNegatives) {
  const SymBoolTree tree = TreeOf(Le(a, b));
  EXPECT_EQ(tree.kind, SymBoolTree::Kind::kLessEqual);
  EXPECT_EQ(tree.left.ToString(), "a");
  EXPECT_EQ(tree.right.ToString(), "b");
  EXPECT_EQ(TreeOf(Eq(a, 4)).kind, SymBoolTree::Kind::kEqual);
  EXPECT_EQ(TreeOf(Ne(a, 4)).kind, SymBoolTree::Kind::kNotEqual);
  EXPECT_TRUE(TreeOf(SymBool(true)).value);
}

TEST(SymTree, ConnectivesHaveParts) {
  const SymBoolTree tree = TreeOf(And(Le(a, b), Eq(Mod(a, 4), 0)));
  EXPECT_EQ(tree.kind, SymBoolTree::Kind::kAnd);
  EXPECT_EQ(tree.parts.size(), 2u);
  EXPECT_EQ(TreeOf(Or(Le(a, b), Eq(b, 9))).kind, SymBoolTree::Kind::kOr);
}

}  // namespace
}  // namespace conformance
