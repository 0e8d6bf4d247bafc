#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>

#include "framework/formats/file.h"
#include "references/onnx/call.h"
#include "references/onnx/ops/ml_scores.h"

namespace conformance::onnx_reference::kernels {
namespace {

enum class Branch : uint8_t { kLeq, kLt, kGte, kGt, kEq, kNeq, kMember, kLeaf };

struct Node {
  Branch branch = Branch::kLeaf;
  int64_t feature = 0;
  double threshold = 0;
  int64_t yes = -1, no = -1;  ///< places in the list of nodes
  bool missing_is_yes = false;
  std::vector<double> members = {};
  std::vector<std::pair<int64_t, double>> votes = {};  ///< of a leaf: target and weight
};

struct Forest {
  std::vector<Node> nodes;
  std::vector<int64_t> roots;
  int64_t targets = 0;
};

bool Holds(const Node& node, double v) {
  switch (node.branch) {
    case Branch::kLeq: return v <= node.threshold;
    case Branch::kLt: return v < node.threshold;
    case Branch::kGte: return v >= node.threshold;
    case Branch::kGt: return v > node.threshold;
    case Branch::kEq: return v == node.threshold;
    case Branch::kNeq: return v != node.threshold;
    default: return std::find(node.members.begin(), node.members.end(), v) != node.members.end();
  }
}

/// The leaf that an example comes to. Errors: kInvalid for a tree that goes round in a circle.
Result<const Node*> LeafOf(const Call& call, const Forest& forest, int64_t root, const double* features) {
  const Node* node = &forest.nodes[static_cast<size_t>(root)];
  for (size_t steps = 0; node->branch != Branch::kLeaf; ++steps) {
    if (steps > forest.nodes.size())
      return Invalid("a tree that goes round in a circle")
          .With("found", "root " + std::to_string(root))
          .With("wanted", "a tree");
    const double v = features[node->feature];
    const bool yes = std::isnan(v) ? node->missing_is_yes || Holds(*node, v) : Holds(*node, v);
    node = &forest.nodes[static_cast<size_t>(yes ? node->yes : node->no)];
    CONFORMANCE_RETURN_IF_ERROR(call.Spend(1 + node->members.size()));
  }
  return node;
}

Status Check(const Forest& forest, int64_t features) {
  const auto in = [](int64_t value, size_t size) { return value >= 0 && value < static_cast<int64_t>(size); };
  const auto refuse = [](const char* what, int64_t found, size_t wanted) {
    return Invalid(std::string(what) + " out of range")
        .With("found", std::to_string(found))
        .With("wanted", "below " + std::to_string(wanted));
  };
  for (const int64_t root : forest.roots) {
    if (!in(root, forest.nodes.size())) return refuse("a root", root, forest.nodes.size());
  }
  for (const Node& node : forest.nodes) {
    for (const auto& [target, weight] : node.votes) {
      if (!in(target, static_cast<size_t>(forest.targets)))
        return refuse("a target", target, static_cast<size_t>(forest.targets));
    }
    if (node.branch == Branch::kLeaf) continue;
    if (!in(node.feature, static_cast<size_t>(features)))
      return refuse("a feature", node.feature, static_cast<size_t>(features));
    for (const int64_t child : {node.yes, node.no}) {
      if (!in(child, forest.nodes.size())) return refuse("a child", child, forest.nodes.size());
    }
  }
  return Ok();
}

enum class Aggregate : uint8_t { kAverage, kSum, kMin, kMax };

/// What the leaves of each example make: [rows, targets].
Result<std::vector<double>> Scores(const Call& call, const Forest& forest, const ml::Features& x,
                                   Aggregate aggregate) {
  CONFORMANCE_RETURN_IF_ERROR(Check(forest, x.columns));
  CONFORMANCE_RETURN_IF_ERROR(call.Spend({x.rows, forest.targets}));
  CONFORMANCE_RETURN_IF_ERROR(call.CanHold(x.rows * forest.targets));
  const auto targets = static_cast<size_t>(forest.targets);
  std::vector<double> scores(static_cast<size_t>(x.rows) * targets, 0);
  std::vector<bool> seen(targets);
  for (int64_t row = 0; row < x.rows; ++row) {
    double* to = scores.data() + static_cast<size_t>(row) * targets;
    std::fill(seen.begin(), seen.end(), false);
    for (const int64_t root : forest.roots) {
      CONFORMANCE_TRY(const Node* leaf, LeafOf(call, forest, root, x.Row(row)));
      for (const auto& [target, weight] : leaf->votes) {
        double& score = to[target];
        const auto at = static_cast<size_t>(target);
        if (aggregate == Aggregate::kMin || aggregate == Aggregate::kMax) {
          score = !seen[at]                      ? weight
                  : aggregate == Aggregate::kMin ? std::min(score, weight)
                                                 : std::max(score, weight);
        } else {
          score += weight;
        }
        seen[at] = true;
      }
    }
    if (aggregate == Aggregate::kAverage && !forest.roots.empty())
      std::for_each(to, to + targets, [&](double& v) { v /= static_cast<double>(forest.roots.size()); });
  }
  return scores;
}

/// A list given as floats, or as a tensor.
Result<std::vector<double>> FloatsOrTensor(const Call& call, const std::string& name) {
  CONFORMANCE_TRY(const auto tensor, call.Tensor(name + "_as_tensor"));
  if (tensor) return ToNumbers(*tensor);
  return call.Floats(name, std::vector<double>());
}

/// A forest as the operators before TreeEnsemble have it: nodes by tree and id, `votes` beside the leaves' ids.
Result<Forest> OldForest(const Call& call, const std::string& votes, int64_t targets) {
  CONFORMANCE_TRY(const auto trees, call.Ints("nodes_treeids"));
  CONFORMANCE_TRY(const auto ids, call.Ints("nodes_nodeids"));
  CONFORMANCE_TRY(const auto features, call.Ints("nodes_featureids"));
  CONFORMANCE_TRY(const auto yes, call.Ints("nodes_truenodeids"));
  CONFORMANCE_TRY(const auto no, call.Ints("nodes_falsenodeids"));
  CONFORMANCE_TRY(const auto modes, call.Strings("nodes_modes"));
  CONFORMANCE_TRY(const auto thresholds, FloatsOrTensor(call, "nodes_values"));
  const size_t count = trees.size();
  CONFORMANCE_TRY(const auto missing,
                  call.Ints("nodes_missing_value_tracks_true", std::vector<int64_t>(count, 0)));
  for (const auto& [name, size] : {std::pair<const char*, size_t>{"nodes_nodeids", ids.size()},
                                   {"nodes_featureids", features.size()},
                                   {"nodes_truenodeids", yes.size()},
                                   {"nodes_falsenodeids", no.size()},
                                   {"nodes_modes", modes.size()},
                                   {"nodes_values", thresholds.size()},
                                   {"nodes_missing_value_tracks_true", missing.size()}}) {
    CONFORMANCE_RETURN_IF_ERROR(ml::NeedLength(name, size, count));
  }
  static const std::map<std::string, Branch, std::less<>> kModes = {
      {"BRANCH_LEQ", Branch::kLeq}, {"BRANCH_LT", Branch::kLt}, {"BRANCH_GTE", Branch::kGte},
      {"BRANCH_GT", Branch::kGt},   {"BRANCH_EQ", Branch::kEq}, {"BRANCH_NEQ", Branch::kNeq},
      {"LEAF", Branch::kLeaf}};
  Forest forest;
  forest.targets = targets;
  std::map<std::pair<int64_t, int64_t>, int64_t> places;
  for (size_t i = 0; i < count; ++i) places[{trees[i], ids[i]}] = static_cast<int64_t>(i);
  const auto place = [&](int64_t tree, int64_t id) {
    const auto found = places.find({tree, id});
    return found == places.end() ? int64_t{-1} : found->second;
  };
  std::set<int64_t> children;
  for (size_t i = 0; i < count; ++i) {
    const auto mode = kModes.find(modes[i]);
    if (mode == kModes.end())
      return Invalid("a node's mode that isn't known")
          .With("found", formats::Quoted(modes[i]))
          .With("wanted", "BRANCH_LEQ, BRANCH_LT, BRANCH_GTE, BRANCH_GT, BRANCH_EQ, BRANCH_NEQ or LEAF");
    Node node{mode->second, features[i], thresholds[i]};
    node.missing_is_yes = missing[i] != 0;
    if (node.branch != Branch::kLeaf) {
      node.yes = place(trees[i], yes[i]), node.no = place(trees[i], no[i]);
      children.insert({node.yes, node.no});
    }
    forest.nodes.push_back(std::move(node));
  }
  // The root of a tree is its node that is nobody's child.
  std::set<int64_t> rooted;
  for (size_t i = 0; i < count; ++i) {
    if (children.count(static_cast<int64_t>(i)) != 0) continue;
    if (!rooted.insert(trees[i]).second)
      return Invalid("a tree with two roots")
          .With("found", "tree " + std::to_string(trees[i]))
          .With("wanted", "one");
    forest.roots.push_back(static_cast<int64_t>(i));
  }
  CONFORMANCE_TRY(const auto vote_trees, call.Ints(votes + "_treeids"));
  CONFORMANCE_TRY(const auto vote_ids, call.Ints(votes + "_nodeids"));
  CONFORMANCE_TRY(const auto vote_targets, call.Ints(votes + "_ids"));
  CONFORMANCE_TRY(const auto weights, FloatsOrTensor(call, votes + "_weights"));
  CONFORMANCE_RETURN_IF_ERROR(ml::NeedLength("the votes' node ids", vote_ids.size(), vote_trees.size()));
  CONFORMANCE_RETURN_IF_ERROR(ml::NeedLength("the votes' targets", vote_targets.size(), vote_trees.size()));
  CONFORMANCE_RETURN_IF_ERROR(ml::NeedLength("the votes' weights", weights.size(), vote_trees.size()));
  for (size_t i = 0; i < vote_trees.size(); ++i) {
    const int64_t at = place(vote_trees[i], vote_ids[i]);
    if (at < 0)
      return Invalid("a vote of no node")
          .With("found", std::to_string(vote_trees[i]) + ", " + std::to_string(vote_ids[i]))
          .With("wanted", "a tree's node");
    forest.nodes[static_cast<size_t>(at)].votes.emplace_back(vote_targets[i], weights[i]);
  }
  return forest;
}

/// A list of the same length as another.
Result<std::vector<double>> TensorList(const Call& call, const char* name, size_t count) {
  CONFORMANCE_TRY(const auto tensor, call.Tensor(name));
  if (!tensor) return Invalid("a missing attribute").With("attribute", name).With("wanted", "a tensor");
  std::vector<double> numbers = ToNumbers(*tensor);
  CONFORMANCE_RETURN_IF_ERROR(ml::NeedLength(name, numbers.size(), count));
  return numbers;
}

}  // namespace

/// X [n, f] -> [n, targets]: what the leaves of all trees make, of X's type. Errors: kInvalid for attributes of other
/// lengths, places that aren't there and trees
/// that are none.
Outputs TreeEnsemble(const Call& call) {
  CONFORMANCE_TRY(const ml::Features x, ml::FeaturesOf(call));
  Forest forest;
  CONFORMANCE_TRY(forest.roots, call.Ints("tree_roots"));
  CONFORMANCE_TRY(forest.targets, call.Int("n_targets", 1));
  CONFORMANCE_TRY(const int64_t aggregate, call.Int("aggregate_function", 1));
  CONFORMANCE_TRY(const int64_t transform, call.Int("post_transform", 0));
  CONFORMANCE_TRY(const auto features, call.Ints("nodes_featureids"));
  CONFORMANCE_TRY(const auto yes, call.Ints("nodes_truenodeids"));
  CONFORMANCE_TRY(const auto no, call.Ints("nodes_falsenodeids"));
  CONFORMANCE_TRY(const auto yes_leaf, call.Ints("nodes_trueleafs"));
  CONFORMANCE_TRY(const auto no_leaf, call.Ints("nodes_falseleafs"));
  CONFORMANCE_TRY(const auto leaf_targets, call.Ints("leaf_targetids"));
  const size_t count = features.size(), leaves = leaf_targets.size();
  CONFORMANCE_TRY(const auto missing,
                  call.Ints("nodes_missing_value_tracks_true", std::vector<int64_t>(count, 0)));
  CONFORMANCE_TRY(const auto modes, TensorList(call, "nodes_modes", count));
  CONFORMANCE_TRY(const auto splits, TensorList(call, "nodes_splits", count));
  CONFORMANCE_TRY(const auto weights, TensorList(call, "leaf_weights", leaves));
  if (aggregate < 0 || aggregate > 3)
    return Invalid("an aggregate_function that isn't known")
        .With("found", std::to_string(aggregate))
        .With("wanted", "0 to 3");
  if (transform < 0 || transform > 4)
    return Invalid("a post_transform that isn't known")
        .With("found", std::to_string(transform))
        .With("wanted", "0 to 4");
  if (forest.targets < 1 || forest.targets > INT32_MAX)
    return Invalid("a number of targets out of range")
        .With("found", std::to_string(forest.targets))
        .With("wanted", "1 or more");
  for (const auto& [name, size] : {std::pair<const char*, size_t>{"nodes_truenodeids", yes.size()},
                                   {"nodes_falsenodeids", no.size()},
                                   {"nodes_trueleafs", yes_leaf.size()},
                                   {"nodes_falseleafs", no_leaf.size()},
                                   {"nodes_missing_value_tracks_true", missing.size()}}) {
    CONFORMANCE_RETURN_IF_ERROR(ml::NeedLength(name, size, count));
  }
  // Sets of members come one after the other, each ended by NaN.
  std::vector<double> members;
  CONFORMANCE_TRY(const auto given_members, call.Tensor("membership_values"));
  if (given_members) members = ToNumbers(*given_members);
  size_t member = 0;
  // Leaves stand behind the nodes.
  const auto place = [&](int64_t id, int64_t is_leaf) {
    const int64_t most = static_cast<int64_t>(is_leaf != 0 ? leaves : count);
    return id < 0 || id >= most ? int64_t{-1} : is_leaf != 0 ? id + static_cast<int64_t>(count) : id;
  };
  for (size_t i = 0; i < count; ++i) {
    if (!(modes[i] >= 0 && modes[i] <= 6))
      return Invalid("a node's mode that isn't known")
          .With("found", std::to_string(modes[i]))
          .With("wanted", "0 to 6");
    Node node{static_cast<Branch>(static_cast<int>(modes[i])),
              features[i],
              splits[i],
              place(yes[i], yes_leaf[i]),
              place(no[i], no_leaf[i]),
              missing[i] != 0};
    if (node.branch == Branch::kMember) {
      while (member < members.size() && !std::isnan(members[member]))
        node.members.push_back(members[member++]);
      ++member;
    }
    forest.nodes.push_back(std::move(node));
  }
  for (size_t i = 0; i < leaves; ++i) {
    Node leaf;
    leaf.votes = {{leaf_targets[i], weights[i]}};
    forest.nodes.push_back(std::move(leaf));
  }
  CONFORMANCE_TRY(std::vector<double> scores, Scores(call, forest, x, static_cast<Aggregate>(aggregate)));
  for (int64_t row = 0; row < x.rows; ++row)
    ml::Apply(static_cast<ml::PostTransform>(transform), scores.data() + row * forest.targets,
              forest.targets);
  return ml::AsArray(call, scores, {x.rows, forest.targets}, call[0].elem());
}

/// X [n, f] -> [n, targets], float. Errors: as TreeEnsemble's.
Outputs TreeEnsembleRegressor(const Call& call) {
  CONFORMANCE_TRY(const ml::Features x, ml::FeaturesOf(call));
  CONFORMANCE_TRY(const int64_t targets, call.Int("n_targets", 1));
  CONFORMANCE_TRY(const std::string aggregate, call.String("aggregate_function", "SUM"));
  CONFORMANCE_TRY(const ml::PostTransform transform, ml::PostTransformOf(call));
  CONFORMANCE_TRY(const std::vector<double> base, FloatsOrTensor(call, "base_values"));
  if (targets < 1 || targets > INT32_MAX)
    return Invalid("a number of targets out of range")
        .With("found", std::to_string(targets))
        .With("wanted", "1 or more");
  static const std::map<std::string, Aggregate, std::less<>> kAggregates = {{"AVERAGE", Aggregate::kAverage},
                                                                            {"SUM", Aggregate::kSum},
                                                                            {"MIN", Aggregate::kMin},
                                                                            {"MAX", Aggregate::kMax}};
  const auto how = kAggregates.find(aggregate);
  if (how == kAggregates.end())
    return Invalid("an aggregate_function that isn't known")
        .With("found", formats::Quoted(aggregate))
        .With("wanted", "AVERAGE, SUM, MIN or MAX");
  if (!base.empty())
    CONFORMANCE_RETURN_IF_ERROR(ml::NeedLength("base_values", base.size(), static_cast<size_t>(targets)));
  CONFORMANCE_TRY(const Forest forest, OldForest(call, "target", targets));
  CONFORMANCE_TRY(std::vector<double> scores, Scores(call, forest, x, how->second));
  for (size_t i = 0; i < scores.size() && !base.empty(); ++i) scores[i] += base[i % base.size()];
  for (int64_t row = 0; row < x.rows; ++row) ml::Apply(transform, scores.data() + row * targets, targets);
  return ml::AsArray(call, scores, {x.rows, targets});
}

/// X [n, f] -> the class of the largest score, and the scores [n, classes]. Where all votes are for one class of two,
/// the other's score is what they leave
/// of 1, or their negative where a transform follows. Errors: as TreeEnsemble's.
Outputs TreeEnsembleClassifier(const Call& call) {
  CONFORMANCE_TRY(const ml::Features x, ml::FeaturesOf(call));
  CONFORMANCE_TRY(const ml::Labels labels, ml::LabelsOf(call, "classlabels_int64s", "classlabels_strings"));
  CONFORMANCE_TRY(const ml::PostTransform transform, ml::PostTransformOf(call));
  CONFORMANCE_TRY(const std::vector<double> base, FloatsOrTensor(call, "base_values"));
  CONFORMANCE_TRY(const auto ids, call.Ints("class_ids"));
  const int64_t classes = labels.size();
  CONFORMANCE_TRY(const Forest forest, OldForest(call, "class", classes));
  CONFORMANCE_TRY(std::vector<double> scores, Scores(call, forest, x, Aggregate::kSum));
  const bool one = classes == 2 && !ids.empty() &&
                   std::all_of(ids.begin(), ids.end(), [&](int64_t id) { return id == ids[0]; });
  if (!base.empty() && !(one && base.size() == 1))
    CONFORMANCE_RETURN_IF_ERROR(ml::NeedLength("base_values", base.size(), static_cast<size_t>(classes)));
  std::vector<int64_t> chosen;
  for (int64_t row = 0; row < x.rows; ++row) {
    double* to = scores.data() + row * classes;
    for (int64_t c = 0; c < classes && !base.empty(); ++c)
      to[c] += base.size() == 1 ? base[0] : base[static_cast<size_t>(c)];
    if (one) {
      const double voted = to[ids[0]];
      const bool plain = transform == ml::PostTransform::kNone || transform == ml::PostTransform::kProbit;
      to[0] = plain ? 1 - voted : -voted;
      to[1] = voted;
    }
    ml::Apply(transform, to, classes);
    chosen.push_back(ml::Largest(to, classes));
  }
  CONFORMANCE_TRY(Array y, ml::LabelArray(call, labels, chosen));
  CONFORMANCE_TRY(Array z, ml::AsArray(call, scores, {x.rows, classes}));
  return Values{std::move(y), std::move(z)};
}

}  // namespace conformance::onnx_reference::kernels
