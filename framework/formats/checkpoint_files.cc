#include "framework/formats/checkpoint_files.h"

#include <set>

#include "framework/formats/json.h"

namespace conformance::formats {
namespace {

Error BadIndex(const std::filesystem::path& index, std::string message, std::string place, std::string found,
               std::string wanted) {
  return CorruptFile(index, std::move(message))
      .With("place", std::move(place))
      .With("found", std::move(found))
      .With("wanted", std::move(wanted));
}

bool IsPlainName(const std::string& name) {
  return !name.empty() && name != "." && name != ".." && name.find_first_of("/\\:") == std::string::npos &&
         name.find('\0') == std::string::npos;
}

// A name that is plain may still be a link to anywhere.
Status StaysInside(const std::filesystem::path& folder, const std::filesystem::path& file) {
  std::error_code failed;
  const std::filesystem::path target = std::filesystem::canonical(file, failed);
  if (failed) {
    return NotFound("a checkpoint file is missing")
        .With("file", file.string())
        .With("place", "folder " + folder.string())
        .With("found", failed.message())
        .With("wanted", file.filename().string());
  }
  const std::filesystem::path home = std::filesystem::canonical(folder, failed);
  if (failed)
    return NotFound("the folder is missing")
        .With("file", folder.string())
        .With("found", failed.message())
        .With("wanted", "a folder");
  if (target.parent_path() == home) return Ok();
  if (home.parent_path().filename() == "snapshots" &&
      target.parent_path() == home.parent_path().parent_path() / "blobs")
    return Ok();
  return Invalid("a checkpoint file is a link out of its folder")
      .With("file", file.string())
      .With("found", target.string())
      .With("wanted", "a file in " + home.string());
}

Result<SafetensorsFile> OpenInside(const std::filesystem::path& folder, const std::string& name) {
  CONFORMANCE_RETURN_IF_ERROR(StaysInside(folder, folder / name));
  return SafetensorsFile::Open(folder / name);
}

}  // namespace

CheckpointFiles::Location CheckpointFiles::Find(std::string_view name) const {
  const auto it = by_name_.find(std::string(name));
  if (it == by_name_.end()) return {nullptr, nullptr};
  const SafetensorsFile& file = files_[it->second.file];
  return {&file, &file.entries()[it->second.entry]};
}

Result<Tensor> CheckpointFiles::Read(std::string_view name) const {
  const Location at = Find(name);
  if (at.file == nullptr)
    return NotFound("no such tensor").With("file", folder_.string()).With("place", "tensor " + Quoted(name));
  return at.file->Read(*at.entry);
}

Status CheckpointFiles::Add(SafetensorsFile file) {
  for (size_t i = 0; i < file.entries().size(); ++i) {
    const std::string& name = file.entries()[i].name;
    const auto [other, added] = by_name_.emplace(name, Index{files_.size(), i});
    if (!added) {
      return CorruptFile(file.path(), "two shards hold the same tensor")
          .With("place", "tensor " + Quoted(name))
          .With("found", "also in " + files_[other->second.file].path().filename().string())
          .With("wanted", "each tensor once");
    }
    names_.push_back(name);
  }
  files_.push_back(std::move(file));
  return Ok();
}

namespace {

/// weight_map of an index, checked: tensor name to plain file name.
Result<std::vector<std::pair<std::string, std::string>>> ReadIndex(const std::filesystem::path& index) {
  CONFORMANCE_TRY(const Json json, ReadJson(index));
  const Json* map = json.Find("weight_map");
  if (map == nullptr || !map->IsObject() || map->AsObject().empty()) {
    return BadIndex(index, "the index has no weight_map", "key \"weight_map\"",
                    map == nullptr    ? "nothing"
                    : map->IsObject() ? "an empty object"
                                      : std::string(Json::KindName(map->kind())),
                    "object of file names");
  }
  std::vector<std::pair<std::string, std::string>> shard_of;
  for (const auto& [name, shard] : map->AsObject()) {
    const std::string place = "key \"weight_map\", tensor " + Quoted(name);
    if (!shard.IsString()) {
      return BadIndex(index, "a shard's name is no string", place, std::string(Json::KindName(shard.kind())),
                      "file name");
    }
    if (!IsPlainName(shard.AsString())) {
      return BadIndex(index, "a shard outside the folder", place, Quoted(shard.AsString()),
                      "a plain file name");
    }
    shard_of.emplace_back(name, shard.AsString());
  }
  return shard_of;
}

}  // namespace

Result<CheckpointFiles> OpenCheckpointFiles(const std::filesystem::path& folder) {
  CheckpointFiles all;
  all.folder_ = folder;
  for (const std::string stem : {"model", "diffusion_pytorch_model"}) {
    const std::string single = stem + ".safetensors";
    const std::filesystem::path index = folder / (single + ".index.json");
    if (std::filesystem::exists(folder / single)) {
      CONFORMANCE_TRY(SafetensorsFile file, OpenInside(folder, single));
      CONFORMANCE_RETURN_IF_ERROR(all.Add(std::move(file)));
      return all;
    }
    if (!std::filesystem::exists(index)) continue;
    CONFORMANCE_RETURN_IF_ERROR(StaysInside(folder, index));
    CONFORMANCE_TRY(const auto shard_of, ReadIndex(index));
    std::set<std::string> shards;
    for (const auto& [name, shard] : shard_of) shards.insert(shard);
    for (const std::string& shard : shards) {
      auto file = OpenInside(folder, shard);
      if (!file.ok()) return std::move(file).error().Trail("a shard of " + index.string());
      CONFORMANCE_RETURN_IF_ERROR(all.Add(*std::move(file)));
    }
    for (const auto& [name, shard] : shard_of) {
      const CheckpointFiles::Location at = all.Find(name);
      if (at.file == nullptr || at.file->path().filename() != shard) {
        return BadIndex(index, "a tensor is not in its shard", "key \"weight_map\", tensor " + Quoted(name),
                        at.file == nullptr ? "in no shard" : "in " + at.file->path().filename().string(),
                        "in " + shard);
      }
    }
    return all;
  }
  return NotFound("no weights in this folder")
      .With("file", folder.string())
      .With("wanted",
            "model.safetensors or diffusion_pytorch_model.safetensors, or the .index.json of one of them");
}

}  // namespace conformance::formats
