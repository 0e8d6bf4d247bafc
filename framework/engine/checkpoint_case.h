#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "framework/base/result.h"
#include "framework/engine/case.h"
#include "framework/models/registry.h"

namespace conformance::engine {

/// Name, source and size of a checkpoint folder; nothing in it is read. Errors: kNotFound for a folder that isn't there or has no config.json.
Result<CaseInfo> CheckpointInfo(const std::filesystem::path& folder);

/// A checkpoint folder as a case: variants static and dynamic, for generating classes prefill and decode, and one for each
/// recording of a folder laid out like those in golden/. Static and dynamic take the folder's inputs.safetensors where it has one.
///
/// Errors: kNotFound for a folder that isn't there or has no config.json. A config that cannot be read, or a class that is not
/// known, is kept and becomes the outcome of the case's cells, so that one bad folder costs its own cells alone.
/// `models` must live as long as the case.
Result<std::shared_ptr<const Case>> OpenCheckpointCase(const std::filesystem::path& folder, const models::ModelTable& models);

}  // namespace conformance::engine
