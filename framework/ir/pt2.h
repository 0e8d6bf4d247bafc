#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "framework/base/json.h"
#include "framework/base/result.h"
#include "framework/formats/pt2.h"
#include "framework/ir/program.h"

namespace conformance::ir {

/// A `.pt2` that was read: the Program, with its constants, and the archive that holds the weights.
struct Pt2Program {
  Program program;
  formats::Pt2Archive archive;

  /// A parameter or persistent buffer by its dotted name: a read-only view of the mapped file. Errors: kNotFound, or as the archive's.
  Result<Tensor> Weight(std::string_view name) const;
  /// All of them.
  Result<std::map<std::string, Tensor, std::less<>>> Weights() const;
};

/// Reads a file that torch.export.save wrote (schema 8). Errors: as the archive's; kCorrupt naming the place in model.json, what
/// was found and wanted; kUnsupported for another major version of the schema or a size that is no integer expression.
Result<Pt2Program> ReadPt2(const std::filesystem::path& path);
Result<Pt2Program> ReadPt2(formats::Pt2Archive archive);

/// The ExportedProgram in models/model.json, without constants. Values that nothing makes are dropped.
Result<Program> ProgramFromJson(const Json& model);
/// The same the other way. Expressions are written in our normal form; hints are computed from the symbols'.
Json ProgramToJson(const Program& program);

}  // namespace conformance::ir
