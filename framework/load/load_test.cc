#include "framework/load/load.h"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

#include "framework/formats/json.h"
#include "framework/formats/safetensors.h"
#include "framework/testing/matchers.h"
#include "framework/testing/temp_folder.h"
#include "framework/testing/tensors.h"

namespace conformance::load {
namespace {

using namespace conformance::testing;
using ::testing::AllOf;
using ::testing::HasSubstr;

const std::filesystem::path kGolden = std::filesystem::path(CONFORMANCE_FIXTURES_DIR) / "golden";

std::string Bytes(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// A copy of a golden folder's config and tensors, to be spoiled.
class Spoiled : public ::testing::Test {
 protected:
  void Copy(std::string_view name) {
    config_ = *formats::ReadJson(kGolden / name / "config.json");
    tensors_ = *formats::ReadNamedTensors(kGolden / name / "model.safetensors");
  }
  Result<LoadedModel> Load(const LoadOptions& options = {}) {
    EXPECT_THAT(formats::WriteFileAtomic(folder_.path() / "config.json", formats::WriteJson(config_)), IsOk());
    EXPECT_THAT(formats::WriteSafetensors(folder_.path() / "model.safetensors", tensors_), IsOk());
    return LoadModel(folder_.path(), models::DefaultModels(), options);
  }
  TempFolder folder_;
  Json config_;
  NamedTensors tensors_;
};

class Every : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Golden, Every, ::testing::Values("gpt2", "llama_gqa", "mistral_swa", "mistral_yarn", "bert"));

TEST_P(Every, SavingGivesTheCheckpointBackByteForByte) {
  const Result<LoadedModel> loaded = LoadModel(kGolden / GetParam());
  ASSERT_THAT(loaded, IsOk());
  const TempFolder folder;
  ASSERT_THAT(SaveModel(*loaded, folder.path()), IsOk());
  EXPECT_EQ(Bytes(folder.path() / "model.safetensors"), Bytes(kGolden / GetParam() / "model.safetensors"));
  const Result<LoadedModel> again = LoadModel(folder.path());
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->config, loaded->config);
  EXPECT_EQ(again->generation_config, loaded->generation_config);
}

TEST(Load, MapsTensorsThatNeedNoChange) {
  const Result<LoadedModel> loaded = LoadModel(kGolden / "llama_gqa");
  ASSERT_THAT(loaded, IsOk());
  EXPECT_EQ(loaded->class_name, "LlamaForCausalLM");
  const Result<Tensor> first = loaded->weights->Load("lm_head.weight");
  ASSERT_THAT(first, IsOk());
  EXPECT_FALSE(first->storage()->writable);
  EXPECT_EQ(loaded->weights->Load("lm_head.weight")->raw(), first->raw());
  EXPECT_EQ(loaded->weights->Find("lm_head.weight")->bytes(), 96u * 32 * 4);
}

TEST_F(Spoiled, DeclaredTypesComeFromOptionConfigOrCheckpoint) {
  Copy("llama_gqa");
  for (auto& [name, tensor] : tensors_) tensor = Cast(tensor, DType::kBF16);
  config_.Erase("dtype");
  EXPECT_EQ((*Load()).model->dtype(), DType::kBF16);
  config_["torch_dtype"] = "float16";
  EXPECT_EQ((*Load()).model->dtype(), DType::kF16);
  LoadOptions options;
  options.dtype = DType::kF32;
  const Result<LoadedModel> loaded = Load(options);
  ASSERT_THAT(loaded, IsOk());
  EXPECT_EQ(loaded->weights->Load("model.norm.weight")->dtype(), DType::kF32);
  config_["dtype"] = "int8";
  EXPECT_THAT(Load(), IsError(ErrorKind::kUnsupported, AllOf(HasSubstr("int8"), HasSubstr("dtype"))));
  config_["dtype"] = 8;
  EXPECT_THAT(Load(), IsError(ErrorKind::kType, HasSubstr("config.json")));
}

TEST_F(Spoiled, PrefixesOfTheBaseModelComeAndGo) {
  Copy("gpt2");
  for (auto& [name, tensor] : tensors_)
    if (name.starts_with("transformer.")) name = name.substr(12);
  const Result<LoadedModel> loaded = Load();
  ASSERT_THAT(loaded, IsOk());
  const TempFolder saved;
  ASSERT_THAT(SaveModel(*loaded, saved.path()), IsOk());
  EXPECT_NE(formats::OpenSafetensors(saved.path() / "model.safetensors")->Find("wte.weight"), nullptr);
  Copy("bert");
  for (auto& [name, tensor] : tensors_) name = "bert." + name;
  EXPECT_THAT(Load(), IsOk());
}

TEST_F(Spoiled, OldNamesAndLeftOversAreKnown) {
  Copy("bert");
  for (auto& [name, tensor] : tensors_) {
    if (name.ends_with("LayerNorm.weight")) name.replace(name.size() - 6, 6, "gamma");
    if (name.ends_with("LayerNorm.bias")) name.replace(name.size() - 4, 4, "beta");
  }
  tensors_.emplace_back("embeddings.position_ids", I64({{0, 1, 2}}));
  const Result<LoadedModel> loaded = Load();
  ASSERT_THAT(loaded, IsOk());
  const TempFolder saved;
  ASSERT_THAT(SaveModel(*loaded, saved.path()), IsOk());
  EXPECT_NE(formats::OpenSafetensors(saved.path() / "model.safetensors")->Find("embeddings.LayerNorm.gamma"), nullptr);
  Copy("gpt2");
  tensors_.emplace_back("transformer.h.0.attn.bias", Ones({1, 1, 4, 4}));
  tensors_.emplace_back("transformer.h.0.attn.masked_bias", Ones({1}));
  EXPECT_THAT(Load(), IsOk());
  Copy("llama_gqa");
  tensors_.emplace_back("model.layers.0.self_attn.rotary_emb.inv_freq", Ones({4}));
  EXPECT_THAT(Load(), IsOk());
}

TEST_F(Spoiled, TiedHeadsMayBeThereOrNot) {
  Copy("gpt2");
  tensors_.emplace_back("lm_head.weight", Ones({96, 32}));
  const Result<LoadedModel> other = Load();
  ASSERT_THAT(other, IsOk());
  // As in transformers: two tensors of different elements are not tied, whatever the config says.
  EXPECT_EQ(other->model->FindParameter("lm_head.weight")->tied_to, nullptr);
  EXPECT_THAT(other->weights->Load("lm_head.weight"), IsOkAnd(BitEqualTo(Ones({96, 32}))));
  Copy("gpt2");
  for (auto& [name, tensor] : tensors_)
    if (name == "transformer.wte.weight") name = "lm_head.weight";
  EXPECT_THAT(Load(), IsOk());
  Copy("llama_gqa");
  config_["tie_word_embeddings"] = true;
  std::erase_if(tensors_, [](const auto& entry) { return entry.first == "lm_head.weight"; });
  EXPECT_THAT(Load(), IsOk());
}

TEST_F(Spoiled, MissingUnexpectedAndMisshapenKeysAreNamed) {
  Copy("llama_gqa");
  std::erase_if(tensors_, [](const auto& entry) { return entry.first == "model.layers.1.mlp.up_proj.weight"; });
  EXPECT_THAT(Load(), IsError(ErrorKind::kNotFound, HasSubstr("model.layers.1.mlp.up_proj.weight [48, 32]")));
  Copy("llama_gqa");
  tensors_.emplace_back("model.layers.2.mlp.up_proj.weight", Ones({48, 32}));
  EXPECT_THAT(Load(), IsError(ErrorKind::kInvalid, HasSubstr("model.layers.2.mlp.up_proj.weight [48, 32]")));
  Copy("llama_gqa");
  config_["intermediate_size"] = 40;
  EXPECT_THAT(Load(), IsError(ErrorKind::kShape, AllOf(HasSubstr("_proj.weight"), HasSubstr("48"), HasSubstr("40"))));
}

TEST(Load, FoldersWithoutFilesAreNamed) {
  const TempFolder folder;
  EXPECT_THAT(LoadModel(folder.path() / "nowhere"), IsError(ErrorKind::kNotFound, HasSubstr("config.json")));
  std::filesystem::copy_file(kGolden / "bert" / "config.json", folder.path() / "config.json");
  EXPECT_THAT(LoadModel(folder.path()), IsError(ErrorKind::kNotFound, HasSubstr("model.safetensors")));
  LoadOptions options;
  options.random_weights_seed = 3;
  const Result<LoadedModel> random = LoadModel(folder.path(), models::DefaultModels(), options);
  ASSERT_THAT(random, IsOk());
  EXPECT_EQ(random->weights->All().size(), 39u);
  EXPECT_THAT(formats::WriteFileAtomic(folder.path() / "config.json", "{\"architectures\": ["), IsOk());
  EXPECT_THAT(LoadModel(folder.path()), IsError(ErrorKind::kCorrupt, HasSubstr("config.json")));
}

TEST(Load, ModelsCanBeMadeFromTheirConfigAlone) {
  const Json config = *formats::ReadJson(kGolden / "gpt2" / "config.json");
  const Result<LoadedModel> made = MakeRandomModel(config, 5);
  ASSERT_THAT(made, IsOk());
  EXPECT_EQ(made->model->NumParameters(), 30592);
  const TempFolder folder;
  ASSERT_THAT(SaveModel(*made, folder.path()), IsOk());
  const Result<LoadedModel> again = LoadModel(folder.path());
  ASSERT_THAT(again, IsOk());
  EXPECT_THAT(again->weights->Load("transformer.wpe.weight"), IsOkAnd(BitEqualTo(*made->weights->Load("transformer.wpe.weight"))));
}

TEST_F(Spoiled, ShardsAreOneCheckpoint) {
  Copy("gpt2");
  ASSERT_THAT(Load(), IsOk());  // writes config.json
  std::filesystem::remove(folder_.path() / "model.safetensors");
  NamedTensors parts[2];
  Json map = Json::MakeObject();
  for (size_t i = 0; i < tensors_.size(); ++i) {
    parts[i % 2].push_back(tensors_[i]);
    map[tensors_[i].first] = "model-0000" + std::to_string(i % 2 + 1) + "-of-00002.safetensors";
  }
  for (size_t i = 0; i < 2; ++i)
    EXPECT_THAT(formats::WriteSafetensors(folder_.path() / ("model-0000" + std::to_string(i + 1) + "-of-00002.safetensors"), parts[i]), IsOk());
  Json index = Json::MakeObject();
  index["weight_map"] = map;
  EXPECT_THAT(formats::WriteFileAtomic(folder_.path() / "model.safetensors.index.json", formats::WriteJson(index)), IsOk());
  const Result<LoadedModel> loaded = LoadModel(folder_.path());
  ASSERT_THAT(loaded, IsOk());
  EXPECT_THAT(loaded->weights->Load("transformer.wpe.weight"), IsOkAnd(BitEqualTo(*Find(tensors_, "transformer.wpe.weight"))));
  const TempFolder saved;
  ASSERT_THAT(SaveModel(*loaded, saved.path()), IsOk());
  EXPECT_EQ(Bytes(saved.path() / "model.safetensors"), Bytes(kGolden / "gpt2" / "model.safetensors"));
}

TEST_F(Spoiled, APlanOfRulesComesBeforeNames) {
  Copy("llama_gqa");
  NamedTensors changed;
  for (const auto& [name, tensor] : tensors_) {
    if (!name.ends_with("gate_proj.weight")) changed.emplace_back(name, tensor);
    else changed.emplace_back(name.substr(0, name.size() - 16) + "gate_t.weight", tensor.View({32, 48}, {1, 32}, tensor.offset()).Contiguous());
  }
  const Tensor wanted = *Find(tensors_, "model.layers.0.mlp.gate_proj.weight");
  tensors_ = changed;
  LoadOptions options;
  options.plan = weights::LoadPlan({weights::Transpose("*.gate_t.weight", "*.gate_proj.weight")});
  const Result<LoadedModel> loaded = Load(options);
  ASSERT_THAT(loaded, IsOk());
  EXPECT_THAT(loaded->weights->Load("model.layers.0.mlp.gate_proj.weight"), IsOkAnd(BitEqualTo(wanted)));
  const TempFolder saved;
  ASSERT_THAT(SaveModel(*loaded, saved.path()), IsOk());
  const NamedTensors back = *formats::ReadNamedTensors(saved.path() / "model.safetensors");
  EXPECT_THAT(*Find(back, "model.layers.0.mlp.gate_t.weight"), BitEqualTo(*Find(changed, "model.layers.0.mlp.gate_t.weight")));
}

}  // namespace
}  // namespace conformance::load
