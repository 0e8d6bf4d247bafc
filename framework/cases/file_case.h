#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "framework/base/result.h"
#include "framework/cases/file_options.h"
#include "framework/cases/leaf_plan.h"
#include "framework/engine/case.h"

namespace conformance::cases {

/// What the cases of single files have in common: a name, one variant ("static", or "dynamic" where a size is open), and calls.

/// Info of a file: its own name, its path, an estimate of the memory that a cell takes.
engine::CaseInfo InfoOf(const std::filesystem::path& file, const FileOptions& options);

/// "static", or "dynamic" where the plan has open sizes.
engine::Variant VariantOf(const LeafPlan& plan);

/// The given inputs alone; else the plan's first call and, where it has open sizes, those at other shapes.
/// Errors: of ReadInputs; kType, kShape for a given input that isn't what the file declares; of LeafPlan.
Result<std::vector<engine::Call>> CallsOf(const LeafPlan& plan, const FileOptions& options, uint64_t seed);

/// The first floating dtype, f32 where there is none: what a file's cells are called by.
DType FloatingOf(const std::vector<DType>& dtypes);

}  // namespace conformance::cases
