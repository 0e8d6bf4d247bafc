// Relations as cells: what a reference that is wrong in the same way does not see, and how they are asked for.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "framework/compare/lanes_comparator.h"
#include "framework/engine/sweep.h"
#include "framework/relations/relations.h"
#include "framework/testing/fakes.h"
#include "framework/testing/matchers.h"

namespace conformance::engine {
namespace {

using namespace conformance::testing;
using record::CellRecord;
using record::Outcome;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

/// A case whose x is [batch, 3].
class RowsCase : public FakeCase {
 public:
  using FakeCase::FakeCase;
  std::optional<ports::RelationTerms> Terms(const Variant& variant) const override {
    ports::RelationTerms terms;
    terms.dynamic = variant.dynamic;
    terms.leaves = {{.name = "x", .role = ports::LeafRole::kOther, .sizes = {SymInt::Symbol("batch"), 3}}};
    return terms;
  }
};

/// y = 2 x; where `leaks`, a row also gets a tenth of the row before it. In f64 where `wide`.
NamedTensors Leaking(const NamedTensors& inputs, bool leaks, bool wide = false) {
  NamedTensors outputs = DoubledAll(inputs, true);
  for (auto& [name, y] : outputs) {
    std::vector<double> values = y.ToDoubles();
    const std::vector<double> plain = values;
    const auto width = static_cast<size_t>(y.dim(1));
    for (size_t i = width; leaks && i < values.size(); ++i) values[i] += 0.1 * plain[i - width];
    y = Cast(Tensor::Of<double>(y.shape(), values), wide ? DType::kF64 : inputs[0].second.dtype());
  }
  return outputs;
}

class LeakingReference : public ports::Reference {
 public:
  explicit LeakingReference(bool leaks) : leaks_(leaks) {}
  std::string_view Name() const override { return "eager"; }
  Result<NamedTensors> Run(const ports::ReferenceRequest& request) const override {
    return Leaking(request.inputs->tensors, leaks_, request.numerics.compute == ops::Numerics::Compute::kF64);
  }

 private:
  bool leaks_;
};

class Relate : public ::testing::Test {
 protected:
  Relate() {
    toolbox_.comparator = std::make_shared<compare::LanesComparator>();
    for (const auto& relation : relations::All()) toolbox_.relations.Add(relation);
    options_.threads = 1;
    Use(false);
  }
  void Use(bool leaks, FakeBackend::Behaviour behaviour = {}) {
    if (!behaviour) {
      behaviour = [leaks](const ports::Artifact&, const ports::SessionOptions&, const NamedTensors& inputs) -> Result<NamedTensors> { return Leaking(inputs, leaks); };
    }
    toolbox_.references = {};
    toolbox_.references.Add(std::make_shared<LeakingReference>(leaks));
    toolbox_.backends = {};
    toolbox_.backends.Add(std::make_shared<FakeBackend>("double", std::vector<std::string>{"fake"}, std::move(behaviour)));
  }
  record::RunRecord Run(std::vector<std::string> variants) {
    options_.selection.variants = std::move(variants);
    auto run = RunSweep(toolbox_, {std::make_shared<RowsCase>("m")}, options_);
    EXPECT_THAT(run, IsOk());
    return run.ok() ? *std::move(run) : record::RunRecord{};
  }

  Toolbox toolbox_ = FakeToolbox();
  SweepOptions options_;
};

TEST_F(Relate, ALeakBetweenRowsThatTheReferenceHasAsWellIsFound) {
  Use(true);
  const auto run = Run({"static", "dynamic", "dynamic+rows", "static+permuted"});
  ASSERT_THAT(run.cells, SizeIs(4));
  EXPECT_EQ(run.cells[0].outcome, Outcome::kPass) << run.cells[0].reason;  // static: what everyone else sees
  std::map<std::string, const CellRecord*> by_variant;
  for (const CellRecord& cell : run.cells) by_variant[cell.id.variant] = &cell;
  EXPECT_EQ(by_variant["dynamic"]->outcome, Outcome::kPass) << by_variant["dynamic"]->reason;
  for (const char* variant : {"dynamic+rows", "static+permuted"}) {
    const CellRecord& cell = *by_variant[variant];
    EXPECT_EQ(cell.outcome, Outcome::kFail) << variant;
    EXPECT_THAT(cell.reason, AllOf(HasSubstr("y: "), HasSubstr("nor are the reference's"))) << variant;
    EXPECT_THAT(cell.command, HasSubstr(variant));
    EXPECT_THAT(*cell.facts.Find("rules")->GetString("relation"), HasSubstr("twice its limits"));
  }
}

TEST_F(Relate, ASoundArtifactHasThem) {
  for (const CellRecord& cell : Run({"*+*"}).cells) EXPECT_EQ(cell.outcome, Outcome::kPass) << cell.id.ToString() << ": " << cell.reason;
}

TEST_F(Relate, ALeakOfTheBackendAloneIsToldApart) {
  Use(false, [](const ports::Artifact&, const ports::SessionOptions&, const NamedTensors& inputs) -> Result<NamedTensors> { return Leaking(inputs, true); });
  const auto run = Run({"dynamic+rows"});
  ASSERT_THAT(run.cells, SizeIs(1));
  EXPECT_EQ(run.cells[0].outcome, Outcome::kFail);
  EXPECT_THAT(run.cells[0].reason, HasSubstr("the reference's outputs are so both ways"));
}

TEST_F(Relate, ABatchThatIsBakedInIsAFailure) {
  // Right at every shape that it is asked for but one row: two come back.
  Use(false, [](const ports::Artifact&, const ports::SessionOptions&, const NamedTensors& inputs) -> Result<NamedTensors> {
    if (inputs[0].second.dim(0) > 1) return DoubledAll(inputs);
    return NamedTensors{{"y", Tensor::Zeros(DType::kF32, {2, 3})}};
  });
  const auto run = Run({"dynamic", "dynamic+rows"});
  ASSERT_THAT(run.cells, SizeIs(2));
  EXPECT_EQ(run.cells[0].outcome, Outcome::kPass) << run.cells[0].reason;
  EXPECT_EQ(run.cells[1].outcome, Outcome::kFail);
  EXPECT_THAT(run.cells[1].reason, AllOf(HasSubstr("y of row 0 by itself has another shape"), HasSubstr("[2, 3]"), HasSubstr("[1, 3]")));
}

TEST_F(Relate, OneUnitApartFailsWhereEveryLegalAnswerIsExact) {
  Use(false, [](const ports::Artifact&, const ports::SessionOptions&, const NamedTensors& inputs) -> Result<NamedTensors> {
    NamedTensors y = DoubledAll(inputs);
    if (inputs[0].second.dim(0) == 1) y[0].second.mutable_data<float>()[0] *= 1 + 0x1p-23f;
    return y;
  });
  const auto run = Run({"dynamic+rows"});
  EXPECT_EQ(run.cells[0].outcome, Outcome::kFail);
  EXPECT_EQ(run.cells[0].figures[0].lane, "exact");
}

TEST_F(Relate, RunWhereTheyAreNamedOrTheirSuiteSaysSo) {
  const auto variants = [](const record::RunRecord& run) {
    std::vector<std::string> names;
    for (const CellRecord& cell : run.cells) names.push_back(cell.id.variant);
    return names;
  };
  EXPECT_THAT(variants(Run({})), ElementsAre("static", "dynamic"));
  EXPECT_THAT(variants(Run({"*"})), ElementsAre("static", "dynamic"));
  EXPECT_THAT(variants(Run({"dynamic+*"})), ElementsAre("dynamic+rows", "dynamic+permuted"));
  options_.selection.relations = {"m/static+permuted/*"};
  EXPECT_THAT(variants(Run({})), ElementsAre("static", "static+permuted", "dynamic"));
  EXPECT_THAT(variants(Run({"dynamic"})), ElementsAre("dynamic"));
}

TEST_F(Relate, WhatDoesNotApplyIsTold) {
  EXPECT_THAT(Run({"dynamic+*"}).warnings, Contains(HasSubstr("m/dynamic+padded-right is not applicable: its forward takes no attention mask")));
  options_.selection.variants = {"*+padded-right"};
  EXPECT_THAT(RunSweep(toolbox_, {std::make_shared<RowsCase>("m")}, options_), IsError(ErrorKind::kInvalid, HasSubstr("is not applicable")));
  options_.selection.variants = {"*+rows"};
  EXPECT_THAT(RunSweep(toolbox_, {std::make_shared<FakeCase>("m")}, options_), IsError(ErrorKind::kInvalid, HasSubstr("nothing tells what the axes")));
}

}  // namespace
}  // namespace conformance::engine
