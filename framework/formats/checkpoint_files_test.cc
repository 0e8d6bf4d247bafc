#include "framework/formats/checkpoint_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "framework/formats/output_file.h"
#include "framework/testing/matchers.h"
#include "framework/testing/temp_folder.h"
#include "framework/testing/tensors.h"

namespace conformance::formats {
namespace {
using namespace conformance::testing;
namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

fs::path Fixture(const std::string& name) { return fs::path(CONFORMANCE_FIXTURES_DIR) / "formats" / name; }

void Put(const fs::path& file, const std::string& name, float value) {
  fs::create_directories(file.parent_path());
  ASSERT_THAT(WriteSafetensors(file, {{name, F32({value})}}), IsOk());
}

TEST(OpenCheckpointFiles, ReadsTheShardsOfTheHubsWriter) {
  const CheckpointFiles files = *OpenCheckpointFiles(Fixture("sharded"));
  EXPECT_THAT(files.names(), ElementsAre("layer.0.weight", "layer.1.weight", "layer.2.weight"));
  EXPECT_EQ(files.files().size(), 2U);
  EXPECT_THAT(files.Read("layer.2.weight"), IsOkAnd(BitEqualTo(F32Of({4, 4}, std::vector<float>(16, 2)))));
  const CheckpointFiles::Location at = files.Find("layer.1.weight");
  EXPECT_EQ(at.file->path().filename(), "model-00001-of-00002.safetensors");
  EXPECT_EQ(at.entry->size, 64U);
  EXPECT_EQ(files.Find("absent").file, nullptr);
  EXPECT_THAT(files.Read("absent"), IsError(ErrorKind::kNotFound));
}

TEST(OpenCheckpointFiles, KnowsTheNamesOfDiffusers) {
  const CheckpointFiles files = *OpenCheckpointFiles(Fixture("diffusers_sharded"));
  EXPECT_EQ(files.files().size(), 3U);
  EXPECT_THAT(files.Read("layer.1.weight"), IsOk());
  const TempFolder folder;
  Put(folder.path() / "diffusion_pytorch_model.safetensors", "x", 1);
  EXPECT_THAT(OpenCheckpointFiles(folder.path())->names(), ElementsAre("x"));
}

TEST(OpenCheckpointFiles, PrefersOneFile) {
  const TempFolder folder;
  fs::copy(Fixture("sharded"), folder.path());
  Put(folder.path() / "model.safetensors", "single", 1);
  EXPECT_THAT(OpenCheckpointFiles(folder.path())->names(), ElementsAre("single"));
}

TEST(OpenCheckpointFiles, StaysUsableWhenMoved) {
  CheckpointFiles files = *OpenCheckpointFiles(Fixture("sharded"));
  const CheckpointFiles moved = std::move(files);
  EXPECT_THAT(moved.Read("layer.0.weight"), IsOk());
}

TEST(OpenCheckpointFiles, NamesWhatItLookedFor) {
  const TempFolder folder;
  EXPECT_THAT(OpenCheckpointFiles(folder.path()),
              IsError(ErrorKind::kNotFound,
                      AllOf(HasSubstr("model.safetensors"), HasSubstr(folder.path().string()))));
  EXPECT_THAT(OpenCheckpointFiles(folder.path() / "absent"), IsError(ErrorKind::kNotFound));
}

TEST(OpenCheckpointFiles, FollowsTheHubCachesLinks) {
  const TempFolder folder;
  const fs::path cache = folder.path() / "models--org--name";
  Put(cache / "blobs" / "0123abcd", "x", 1);
  fs::create_directories(cache / "snapshots" / "rev");
  fs::create_symlink("../../blobs/0123abcd", cache / "snapshots" / "rev" / "model.safetensors");
  EXPECT_THAT(OpenCheckpointFiles(cache / "snapshots" / "rev"), IsOk());
  // The snapshot itself may be reached by a link: only where its own files lead counts.
  fs::create_directory_symlink(cache / "snapshots" / "rev", folder.path() / "alias");
  EXPECT_THAT(OpenCheckpointFiles(folder.path() / "alias"), IsOk());
}

TEST(OpenCheckpointFiles, RefusesLinksOutOfTheFolder) {
  const TempFolder folder;
  Put(folder.path() / "secret.safetensors", "a", 1);
  const fs::path single = folder.path() / "single";
  fs::create_directory(single);
  fs::create_symlink("../secret.safetensors", single / "model.safetensors");
  EXPECT_THAT(OpenCheckpointFiles(single), IsError(ErrorKind::kInvalid, HasSubstr("secret.safetensors")));

  const fs::path sharded = folder.path() / "sharded";
  fs::create_directory(sharded);
  ASSERT_THAT(
      WriteFileAtomic(sharded / "model.safetensors.index.json", R"({"weight_map": {"a": "s.safetensors"}})"),
      IsOk());
  fs::create_symlink(folder.path() / "secret.safetensors", sharded / "s.safetensors");
  EXPECT_THAT(OpenCheckpointFiles(sharded),
              IsError(ErrorKind::kInvalid, HasSubstr("link out of its folder")));
}

TEST(OpenCheckpointFiles, FollowsLinksWithinTheFolder) {
  const TempFolder folder;
  Put(folder.path() / "real.safetensors", "a", 1);
  fs::create_symlink("real.safetensors", folder.path() / "model.safetensors");
  EXPECT_THAT(OpenCheckpointFiles(folder.path()), IsOk());
}

}  // namespace
}  // namespace conformance::formats
