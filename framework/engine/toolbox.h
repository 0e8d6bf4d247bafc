#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "framework/base/result.h"
#include "framework/models/registry.h"
#include "framework/ops/op_def.h"
#include "framework/ports/backend.h"
#include "framework/ports/clock.h"
#include "framework/ports/comparator.h"
#include "framework/ports/decomposer.h"
#include "framework/ports/export_config.h"
#include "framework/ports/exporter.h"
#include "framework/ports/fusion.h"
#include "framework/ports/process_launcher.h"
#include "framework/ports/quantizer.h"
#include "framework/ports/reference.h"
#include "framework/ports/relation.h"
#include "framework/ports/report_writer.h"

namespace conformance::engine {

/// Things with a Name(), in the order in which they were added. A name that is taken twice is remembered and refused by
/// `Toolbox::Validate`, which every use of a toolbox calls first; so `Add` can stand in plain lists.
template <typename T>
class Table {
 public:
  void Add(std::shared_ptr<T> entry) {
    if (!entry) {
      problems_.push_back("an entry is null");
    } else if (Find(entry->Name())) {
      problems_.push_back("the name '" + std::string(entry->Name()) + "' is taken twice");
    } else {
      entries_.push_back(std::move(entry));
    }
  }
  void Add(std::unique_ptr<T> entry) { Add(std::shared_ptr<T>(std::move(entry))); }
  template <typename Derived>
  void Add(std::unique_ptr<Derived> entry) { Add(std::shared_ptr<T>(std::move(entry))); }
  /// In place of the entry of the same name, where there is one.
  void Replace(std::shared_ptr<T> entry) {
    for (auto& existing : entries_) {
      if (existing->Name() == entry->Name()) {
        existing = std::move(entry);
        return;
      }
    }
    Add(std::move(entry));
  }

  /// Null where there is none of that name.
  T* Find(std::string_view name) const { return Share(name).get(); }
  std::shared_ptr<T> Share(std::string_view name) const {
    for (const auto& entry : entries_) {
      if (entry->Name() == name) return entry;
    }
    return nullptr;
  }
  const std::vector<std::shared_ptr<T>>& All() const { return entries_; }
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& entry : entries_) names.emplace_back(entry->Name());
    return names;
  }
  const std::vector<std::string>& problems() const { return problems_; }

 private:
  std::vector<std::shared_ptr<T>> entries_;
  std::vector<std::string> problems_;
};

/// A row of `conformance list fixes`: a rewrite of Programs or artifacts that stays in the result.
struct FixInfo {
  std::string format;    ///< export format
  std::string name;
  std::string kind;      ///< "node", "program", "model"
  std::string reason;
  std::string upstream;  ///< link
  std::string versions;  ///< seen with
};
/// A row of `conformance list translations`: how an op becomes the format's own.
struct TranslationInfo {
  std::string format;
  std::string target;  ///< "aten.linear.default"
  std::string notes;   ///< opsets, limits
};

/// A library that is built in or linked: its version here, and the one that the project is tested with.
struct LibraryInfo {
  std::string name;
  std::string found;
  std::string qualified;  ///< empty: none in particular
};
/// Whether two versions are the same: "2021.8" is "2021.8.0".
bool SameVersion(std::string_view a, std::string_view b);

/// A Program recorded from a module, with what the trace had to fix ("input_ids.size(0) was specialised to 2 …").
struct Traced {
  std::shared_ptr<const ir::Program> program;
  std::vector<std::string> specialisations;
};
using Tracer = std::function<Result<Traced>(const nn::Model& model, const ports::TraceRequest& request)>;

/// Every table that a sweep draws from: a value, built in plain order; nothing is registered before main. `DefaultToolbox()`
/// (tools/conformance) builds ours; users add to it and call `RunCli(argc, argv, toolbox)`.
struct Toolbox {
  const ops::OpTable* ops = nullptr;  ///< null: ops::DefaultOps()
  models::ModelTable models;
  Table<const ports::Exporter> exporters;
  ports::ExportConfigTable export_configs;
  Table<const ports::Decomposer> decomposers;
  Table<const ports::Fusion> fusions;
  Table<const ports::Quantizer> quantizers;
  Table<const ports::Reference> references;
  Table<const ports::Relation> relations;
  Table<const ports::Backend> backends;
  Table<const ports::ReportWriter> report_writers;
  std::vector<ports::PatchInfo> patches;
  std::vector<FixInfo> fixes;
  std::vector<TranslationInfo> translations;
  std::vector<LibraryInfo> libraries;  ///< shown by `doctor`, kept in records
  std::shared_ptr<const ports::Comparator> comparator;
  std::shared_ptr<ports::ProcessLauncher> process_launcher;
  std::shared_ptr<const ports::Clock> clock;
  Tracer tracer;
  /// Name of the reference that everything is judged by.
  std::string judge = "eager";

  const ops::OpTable& op_table() const { return ops ? *ops : ops::DefaultOps(); }
  /// Errors: kInvalid for a name taken twice, or a part that is missing: comparator, process launcher, clock.
  Status Validate() const;
};

/// A toolbox with the parts that need no choice: the system's clock and process launcher, the tracer. No models, exporters,
/// references, backends or comparator.
Toolbox BareToolbox();

}  // namespace conformance::engine
