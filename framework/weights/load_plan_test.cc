#include "framework/weights/load_plan.h"

#include <gmock/gmock.h>

#include <cstring>
#include <fstream>

#include "framework/formats/safetensors.h"
#include "framework/nn/layers.h"
#include "framework/testing/matchers.h"
#include "framework/testing/temp_folder.h"
#include "framework/testing/tensors.h"
#include "framework/weights/seeded_weights.h"

namespace conformance::weights {
namespace {

using namespace conformance::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// 0, 1, 2, … of a shape.
Tensor Counting(Shape shape) {
  std::vector<float> values(static_cast<size_t>(NumElements(shape)));
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
  return F32Of(std::move(shape), values);
}

NamedRefs Refs(std::initializer_list<std::pair<std::string, Tensor>> tensors) {
  NamedRefs refs;
  for (const auto& [name, tensor] : tensors) refs.emplace_back(name, InMemory(tensor, name));
  return refs;
}

Tensor Whole(const NamedRefs& refs, std::string_view name) {
  for (const auto& [key, ref] : refs)
    if (key == name) return *ref->Whole();
  ADD_FAILURE() << "no " << name;
  return Tensor();
}

std::vector<std::string> Names(const NamedRefs& refs) {
  std::vector<std::string> names;
  for (const auto& [name, ref] : refs) names.push_back(name);
  return names;
}

/// Streams in blocks of `block` bytes and joins them.
std::vector<std::byte> Streamed(const Source& source, size_t block) {
  std::vector<std::byte> all;
  EXPECT_THAT(Stream(source, [&](std::span<const std::byte> bytes) {
                EXPECT_LE(bytes.size(), std::max(block, ByteSize(source.dtype())));
                all.insert(all.end(), bytes.begin(), bytes.end());
                return Ok();
              }, block),
              IsOk());
  return all;
}

TEST(Rules, RenameBindsItsStars) {
  std::vector<Applied> applied;
  const LoadPlan plan({Rename("h.*.attn.*", "layers.*.self_attn.*")});
  const Result<NamedRefs> refs = plan.Apply(Refs({{"h.0.attn.q", Ones({1})}, {"h.11.attn.k.bias", Ones({1})}, {"wte", Ones({1})}}), applied);
  ASSERT_THAT(refs, IsOk());
  EXPECT_THAT(Names(*refs), ElementsAre("layers.0.self_attn.q", "layers.11.self_attn.k.bias", "wte"));
  EXPECT_EQ(applied.size(), 2u);
}

TEST(Rules, TransposeTurnsAMatrix) {
  std::vector<Applied> applied;
  const Result<NamedRefs> refs = LoadPlan({Transpose("a", "b")}).Apply(Refs({{"a", Counting({2, 3})}}), applied);
  ASSERT_THAT(refs, IsOk());
  EXPECT_THAT(Whole(*refs, "b"), BitEqualTo(F32({{0, 3}, {1, 4}, {2, 5}})));
}

TEST(Rules, SplitConcatenateAndStack) {
  std::vector<Applied> applied;
  const LoadPlan plan({Split("*.qkv", {"*.q", "*.k", "*.v"}, 0, {2, 1, 1}), Concatenate({"*.k", "*.v"}, "*.kv", -1),
                       Stack({"e.0", "e.1"}, "experts")});
  const Result<NamedRefs> refs =
      plan.Apply(Refs({{"0.qkv", Counting({4, 2})}, {"e.0", F32({1, 2})}, {"e.1", F32({3, 4})}}), applied);
  ASSERT_THAT(refs, IsOk());
  EXPECT_THAT(Names(*refs), ElementsAre("0.q", "0.kv", "experts"));
  EXPECT_THAT(Whole(*refs, "0.q"), BitEqualTo(F32({{0, 1}, {2, 3}})));
  EXPECT_THAT(Whole(*refs, "0.kv"), BitEqualTo(F32({{4, 5, 6, 7}})));
  EXPECT_THAT(Whole(*refs, "experts"), BitEqualTo(F32({{1, 2}, {3, 4}})));
}

TEST(Rules, ReverseUndoesThemBitForBit) {
  const NamedRefs original = Refs({{"a.qkv", Counting({6, 4})}, {"a.up", Counting({3, 4})}, {"a.gate", Counting({2, 4})},
                                   {"x.0", Counting({2, 3})}, {"x.1", Counting({2, 3})}, {"t", Counting({2, 3, 4})}, {"flat", Counting({12})}});
  const LoadPlan plan({Split("*.qkv", {"*.q", "*.k", "*.v"}, 0), Transpose("*.q", "*.q"), Concatenate({"*.gate", "*.up"}, "*.gate_up", 0),
                       Stack({"x.0", "x.1"}, "x", 1), Transpose("t", "turned", {2, 0, 1}), ReshapeTo("flat", "square", {3, 4}),
                       Rename("a.*", "b.*")});
  std::vector<Applied> applied;
  const Result<NamedRefs> there = plan.Apply(original, applied);
  ASSERT_THAT(there, IsOk());
  EXPECT_THAT(Names(*there), ElementsAre("b.q", "b.k", "b.v", "b.gate_up", "x", "turned", "square"));
  const Result<NamedRefs> back = Reverse(applied, *there);
  ASSERT_THAT(back, IsOk());
  EXPECT_EQ(back->size(), original.size());
  for (const auto& [name, ref] : original) EXPECT_THAT(Whole(*back, name), BitEqualTo(*ref->Whole())) << name;
}

TEST(Rules, StreamingInAnyBlocksGivesTheSameBytes) {
  std::vector<Applied> applied;
  const LoadPlan plan({Transpose("a", "transposed"), Split("b", {"left", "right"}, 1, {3, 2}), Concatenate({"c", "d"}, "joined", 1),
                       Transpose("e", "permuted", {1, 2, 0})});
  const Result<NamedRefs> refs = plan.Apply(
      Refs({{"a", Counting({5, 7})}, {"b", Counting({4, 5})}, {"c", Counting({3, 2})}, {"d", Counting({3, 4})}, {"e", Counting({2, 3, 4})}}), applied);
  ASSERT_THAT(refs, IsOk());
  for (const auto& [name, ref] : *refs) {
    const Tensor whole = *ref->Whole();
    for (const size_t block : {1u, 4u, 12u, 20u, 1000u}) {
      const std::vector<std::byte> bytes = Streamed(*ref, block);
      ASSERT_EQ(bytes.size(), whole.byte_size()) << name;
      EXPECT_EQ(std::memcmp(bytes.data(), whole.raw(), bytes.size()), 0) << name << " in blocks of " << block;
    }
  }
}

TEST(Rules, CastStreamsInTheDeclaredType) {
  const WeightRef cast = CastTo(InMemory(F32({1, 2.5f, -3}), "x"), DType::kBF16);
  EXPECT_THAT(*cast->Whole(), BitEqualTo(Cast(F32({1, 2.5f, -3}), DType::kBF16)));
  EXPECT_EQ(Streamed(*cast, 2).size(), 6u);
}

TEST(Rules, SizesThatDoNotFitAreNamed) {
  std::vector<Applied> applied;
  const auto apply = [&](Rule rule, Tensor tensor) { return LoadPlan({std::move(rule)}).Apply(Refs({{"w", std::move(tensor)}}), applied); };
  EXPECT_THAT(apply(Split("w", {"a", "b"}, 0), Counting({3, 2})), IsError(ErrorKind::kShape, HasSubstr("[3, 2]")));
  EXPECT_THAT(apply(Split("w", {"a", "b"}, 2), Counting({3, 2})), IsError(ErrorKind::kShape));
  EXPECT_THAT(apply(Transpose("w", "w"), Counting({3})), IsError(ErrorKind::kShape));
  EXPECT_THAT(apply(ReshapeTo("w", "w", {5}), Counting({3, 2})), IsError(ErrorKind::kShape, HasSubstr("[5]")));
  const LoadPlan join({Concatenate({"a", "b"}, "c", 0)});
  EXPECT_THAT(join.Apply(Refs({{"a", Counting({2, 3})}, {"b", Counting({2, 4})}}), applied), IsError(ErrorKind::kShape, HasSubstr("b")));
  EXPECT_THAT(LoadPlan({Rename("a", "b")}).Apply(Refs({{"a", Ones({1})}, {"b", Ones({1})}}), applied),
              IsError(ErrorKind::kInvalid, HasSubstr("there already")));
}

/// base.embed [4, 2], base.norm.{weight, bias} [2], head.weight [4, 2] tied to the table.
class Toy : public nn::Model {
 public:
  Toy() : Model("Toy", Json::MakeObject(), Traits()), base_(Add<Base>("base")), head_(Add<nn::Linear>("head", 2, 4, false)) {
    head_.TieWeight(base_.embed.weight());
    Finish();
  }
  nn::Tree Forward(ops::OpContext&, const nn::Tree&, const Json&) const override { return {}; }
  Result<nn::InputLayout> Layout(std::string_view) const override { return Unsupported("a toy"); }

 private:
  struct Base : nn::Module {
    Base() : Module("Base"), embed(Add<nn::Embedding>("embed", 4, 2)), norm(Add<nn::LayerNorm>("norm", 2, 1e-5)) {}
    nn::Embedding& embed;
    nn::LayerNorm& norm;
  };
  static nn::ModelTraits Traits() {
    nn::ModelTraits traits;
    traits.base_model_prefix = "base";
    traits.ignored_keys = {"*.mask"};
    traits.renamed_keys = {{"norm.gamma", "norm.weight"}, {"norm.beta", "norm.bias"}};
    return traits;
  }
  Base& base_;
  nn::Linear& head_;
};

class Resolving : public ::testing::Test {
 protected:
  Result<Resolution> Resolve(const NamedTensors& tensors) {
    EXPECT_THAT(formats::WriteSafetensors(folder_.path() / "model.safetensors", tensors), IsOk());
    const Result<formats::CheckpointFiles> files = formats::OpenCheckpointFiles(folder_.path());
    EXPECT_THAT(files, IsOk());
    return LoadPlan().Resolve(*files, toy_);
  }
  static std::vector<std::string> InfoNames(const Resolution& resolution) {
    std::vector<std::string> names;
    for (const WeightInfo& info : resolution.infos) names.push_back(info.name);
    return names;
  }

  TempFolder folder_;
  Toy toy_;
  const Tensor table_ = Counting({4, 2});
  const std::pair<std::string, Tensor> weight_ = {"base.norm.weight", Ones({2})};
  const std::pair<std::string, Tensor> bias_ = {"base.norm.bias", Ones({2})};
};

TEST_F(Resolving, TiedTensorsAreStoredOnce) {
  const Result<Resolution> resolution = Resolve({{"base.embed.weight", table_}, weight_, bias_});
  ASSERT_THAT(resolution, IsOk());
  EXPECT_THAT(InfoNames(*resolution), ElementsAre("base.embed.weight", "base.norm.weight", "base.norm.bias"));
  const auto weights = MakeWeights(*resolution);
  EXPECT_THAT(weights->Load("base.embed.weight"), IsOkAnd(BitEqualTo(table_)));
  EXPECT_THAT(weights->Load("head.weight"), IsError(ErrorKind::kNotFound));
  const std::optional<ByteRange> range = weights->Range("base.embed.weight");
  ASSERT_TRUE(range);
  EXPECT_EQ(range->size, 32u);
}

TEST_F(Resolving, ATieMayBeStoredUnderEitherName) {
  const Result<Resolution> resolution = Resolve({{"head.weight", table_}, weight_, bias_});
  ASSERT_THAT(resolution, IsOk());
  EXPECT_THAT(MakeWeights(*resolution)->Load("base.embed.weight"), IsOkAnd(BitEqualTo(table_)));
}

TEST_F(Resolving, BothSidesOfATieMustAgreeToStayTied) {
  const Result<Resolution> same = Resolve({{"base.embed.weight", table_}, {"head.weight", table_.Clone()}, weight_, bias_});
  ASSERT_THAT(same, IsOk());
  EXPECT_TRUE(same->untied.empty());
  const Result<Resolution> other = Resolve({{"base.embed.weight", table_}, {"head.weight", Ones({4, 2})}, weight_, bias_});
  ASSERT_THAT(other, IsOk());
  EXPECT_THAT(other->untied, ElementsAre("head.weight"));
  EXPECT_THAT(MakeWeights(*other)->Load("head.weight"), IsOkAnd(BitEqualTo(Ones({4, 2}))));
}

TEST_F(Resolving, NamesAreAdaptedAsFromPretrainedDoes) {
  EXPECT_THAT(Resolve({{"embed.weight", table_}, {"norm.weight", Ones({2})}, {"norm.bias", Ones({2})}}), IsOk());
  EXPECT_THAT(Resolve({{"base.embed.weight", table_}, {"base.norm.gamma", Ones({2})}, {"norm.beta", Ones({2})}}), IsOk());
  EXPECT_THAT(Resolve({{"base.embed.weight", table_}, {"embed.weight", table_}, weight_, bias_}),
              IsError(ErrorKind::kInvalid, HasSubstr("two tensors")));
}

TEST_F(Resolving, LeftOversThatTheClassKnowsAreIgnored) {
  const Result<Resolution> resolution = Resolve({{"base.embed.weight", table_}, weight_, bias_, {"base.attn.mask", Ones({1})}});
  ASSERT_THAT(resolution, IsOk());
  EXPECT_THAT(resolution->ignored, ElementsAre("base.attn.mask"));
}

TEST_F(Resolving, MissingUnexpectedAndMisshapenTensorsAreNamedWithShapes) {
  EXPECT_THAT(Resolve({{"base.embed.weight", table_}, weight_}), IsError(ErrorKind::kNotFound, HasSubstr("base.norm.bias [2]")));
  EXPECT_THAT(Resolve({{"base.embed.weight", table_}, weight_, bias_, {"base.extra", Ones({3})}}),
              IsError(ErrorKind::kInvalid, HasSubstr("base.extra [3]")));
  EXPECT_THAT(Resolve({{"base.embed.weight", Counting({5, 2})}, weight_, bias_}),
              IsError(ErrorKind::kShape, ::testing::AllOf(HasSubstr("base.embed.weight"), HasSubstr("[5, 2]"), HasSubstr("[4, 2]"))));
}

TEST_F(Resolving, OtherTypesAreCastToTheDeclaredOne) {
  const Result<Resolution> resolution = Resolve({{"base.embed.weight", Cast(table_, DType::kF16)}, weight_, bias_});
  ASSERT_THAT(resolution, IsOk());
  const auto weights = MakeWeights(*resolution);
  EXPECT_THAT(weights->Load("base.embed.weight"), IsOkAnd(BitEqualTo(table_)));
  EXPECT_FALSE(weights->Range("base.embed.weight"));
}

TEST_F(Resolving, AFileThatWasCutShortIsAnError) {
  const Result<Resolution> resolution = Resolve({{"base.embed.weight", table_}, weight_, bias_});
  ASSERT_THAT(resolution, IsOk());
  std::filesystem::resize_file(folder_.path() / "model.safetensors", 40);
  EXPECT_THAT(MakeWeights(*resolution)->Stream("base.embed.weight", [](auto) { return Ok(); }),
              IsError(ErrorKind::kCorrupt, HasSubstr("model.safetensors")));
}

TEST(SeededWeights, DependOnSeedNameAndPositionAlone) {
  Toy toy;
  const auto weights = WeightsFromSeed(toy, 7);
  const auto again = WeightsFromSeed(toy, 7);
  const auto other = WeightsFromSeed(toy, 8);
  EXPECT_EQ(weights->All().size(), 3u);
  const Tensor table = *weights->Load("base.embed.weight");
  EXPECT_THAT(again->Load("base.embed.weight"), IsOkAnd(BitEqualTo(table)));
  EXPECT_FALSE(BitEqual(*other->Load("base.embed.weight"), table));
  std::vector<std::byte> bytes;
  EXPECT_THAT(weights->Stream("base.embed.weight", [&](auto block) { bytes.insert(bytes.end(), block.begin(), block.end()); return Ok(); }, 8),
              IsOk());
  ASSERT_EQ(bytes.size(), table.byte_size());
  EXPECT_EQ(std::memcmp(bytes.data(), table.raw(), bytes.size()), 0);
  EXPECT_NEAR(weights->Load("base.norm.weight")->At(0), 1.0, 0.1);
}

TEST(SeededWeights, FollowTheDeclaredType) {
  Toy toy;
  const Tensor wide = *WeightsFromSeed(toy, 7)->Load("base.embed.weight");
  toy.To(DType::kBF16);
  EXPECT_THAT(WeightsFromSeed(toy, 7)->Load("base.embed.weight"), IsOkAnd(BitEqualTo(Cast(wide, DType::kBF16))));
}

}  // namespace
}  // namespace conformance::weights
