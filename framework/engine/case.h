#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/base/json.h"
#include "framework/base/result.h"
#include "framework/ports/comparator.h"
#include "framework/ports/exporter.h"
#include "framework/tensor/tensor.h"

namespace conformance::engine {

/// One way in which a case is used. Two sorts: an exported one (traced, exported, run, judged by the reference), and a recording
/// (run from the checkpoint, judged against what the folder records). A name may be both ("prefill").
struct Variant {
  std::string name;        ///< "static", "dynamic", "prefill", "decode"; of recordings also "forward", "hidden", "generate", …
  bool recording = false;
  bool dynamic = false;    ///< every dimension is Auto, and shapes that the trace has not seen are run
};

/// Inputs of one call. The first call of a variant is the one that is traced.
struct Call {
  std::string assignment;  ///< "batch=3,sequence=11"; empty for the traced one
  ports::ModelInputs inputs;
};

/// A recorded call: what went in, what the real library answered, and how near an answer must be.
struct Recorded {
  ports::ModelInputs inputs;
  NamedTensors expected;
  std::optional<ports::PlainTolerance> tolerance;  ///< none: integers, exactly
  NamedTensors keep;                               ///< as ComparisonRequest::mask
  Json options;                                    ///< for Artifact::options: what the backend has to call
};

/// A case in memory, shared by its cells; const and usable from several threads at once.
class LoadedCase {
 public:
  virtual ~LoadedCase() = default;
  virtual std::shared_ptr<const nn::Model> model() const = 0;
  virtual std::shared_ptr<const weights::Weights> weights() const = 0;
  /// The traced call first, then those of unseen shapes (none where the variant is not dynamic). Same seed, same bytes.
  virtual Result<std::vector<Call>> Calls(const Variant& variant, uint64_t seed) const = 0;
  /// Dimensions of a dynamic variant at its traced call, for exporter `none`.
  virtual Result<DynamicShapes> Shapes(const Variant& variant) const = 0;
  virtual Result<Recorded> Recall(const Variant& variant) const = 0;
};

/// What identifies a case.
struct CaseInfo {
  std::string name;               ///< shown in cell ids; RunSweep lengthens it where two cases have the same
  std::string model_class;        ///< "LlamaForCausalLM"; empty where unknown
  std::filesystem::path source;   ///< checkpoint folder, as given on the command line; empty: none
  uint64_t bytes = 0;             ///< estimate of what a cell of it keeps in memory
};

/// A model to be swept, with its inputs. Cheap until it is loaded.
class Case {
 public:
  virtual ~Case() = default;
  virtual const CaseInfo& Info() const = 0;
  /// In the order in which their cells run.
  virtual std::vector<Variant> Variants() const = 0;
  virtual Result<std::shared_ptr<const LoadedCase>> Load(DType dtype) const = 0;
};

}  // namespace conformance::engine
