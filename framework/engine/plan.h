#pragma once

#include <memory>
#include <string>
#include <vector>

#include "framework/base/result.h"
#include "framework/engine/case.h"
#include "framework/engine/toolbox.h"
#include "framework/record/record.h"

namespace conformance::engine {

/// Which cells of the catalogue run. Within one field any entry may match; all fields must. Empty: everything. Entries are shell
/// patterns ("onnx*"); a plain name is one that matches itself.
struct Selection {
  std::vector<std::string> classes;    ///< --class, over model classes
  std::vector<std::string> variants;   ///< --variant
  std::vector<std::string> exporters;  ///< --exporter; "none" is one
  std::vector<std::string> backends;   ///< --backend
  std::vector<std::string> filters;    ///< --filter, over the whole cell id
  /// Cells of relations that run though nobody asked for them, by patterns over the cell id. All others run where an entry of `variants` or
  /// `filters` that has the plus of their names ("*+rows") matches.
  std::vector<std::string> relations;
  bool Matches(const record::CellId& id, std::string_view model_class) const;
  /// Whether a relation's cell is asked for by name, and whether it is among `relations`.
  bool AsksFor(const record::CellId& id) const;
  bool Includes(const record::CellId& id) const;
  /// True where `backend` was asked for by its own name, not by a pattern.
  bool NamesBackend(std::string_view backend) const;
};

/// Where a cell's way to its artifact begins.
enum class Entry : uint8_t {
  kGiven,    ///< what the case has, as it is
  kModule,   ///< traced, and lowered where there is an exporter
  kProgram,  ///< the case's Program, lowered where there is an exporter
  kSource,   ///< folder or class, by the exporter alone
};

/// One cell before it runs.
struct PlannedCell {
  record::CellId id;
  std::string model_class;
  std::shared_ptr<const Case> model;
  Variant variant;
  DType dtype = DType::kF32;
  std::shared_ptr<const ports::Exporter> exporter;  ///< null: exporter `none`
  Entry entry = Entry::kModule;
  std::string format;                               ///< of the artifact: the exporter's, or one that the case offers
  std::shared_ptr<const ports::Backend> backend;
  /// Null: judged by a reference. Else the artifact of `variant` is held against itself; id.variant is "dynamic+rows".
  std::shared_ptr<const ports::Relation> relation;
  std::string not_applicable;  ///< why the relation says nothing of the variant: such a cell is told of, and is not run
};

/// Between a variant's name and a relation's.
inline constexpr char kRelationSign = '+';

/// Names for cases in the order given, unique: a folder's own name (a trailing slash ignored), with as many parents before it as it
/// takes where two are equal; "#2" behind it for a folder that is given twice.
std::vector<std::string> CaseNames(const std::vector<std::shared_ptr<const Case>>& cases);

/// The whole catalogue: {case × variant × exporter × backend × dtype}, cases outermost. A pair whose backend doesn't take the
/// exporter's format is not a cell, nor is a dynamic variant with an exporter that has none, nor a case that offers an exporter nothing
/// to begin with. Behind the cells of a variant come those of its relations. `dtypes`: none asked for gives each case in its first, f32 where it can be had in any.
/// Errors: kInvalid for two cells of one id.
Result<std::vector<PlannedCell>> Catalogue(const Toolbox& toolbox, const std::vector<std::shared_ptr<const Case>>& cases,
                                           const std::vector<DType>& dtypes);

}  // namespace conformance::engine
