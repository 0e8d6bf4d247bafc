#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/base/json.h"
#include "framework/base/result.h"
#include "framework/formats/onnx_tensor.h"
#include "framework/ports/comparator.h"
#include "framework/ports/exporter.h"
#include "framework/ports/relation.h"
#include "framework/tensor/tensor.h"

namespace conformance::engine {

/// One way in which a case is used. Two sorts: an exported one (exported or taken as it is, run, judged by the reference), and a
/// recording (taken as it is, judged against the outputs that came with it). A name may be both ("prefill").
struct Variant {
  std::string name;        ///< "static", "dynamic", "prefill", "decode", "decode_static_cache"; of recordings also "forward", "hidden", "generate", …
  bool recording = false;
  bool dynamic = false;    ///< every dimension is Auto, and shapes that the trace has not seen are run
};

/// What a case has to give for one of its variants.
struct Offer {
  /// What exporter `none` hands to backends; each takes the first that it knows: "checkpoint", "program", "pt2", "onnx", "pte". The
  /// engine makes "checkpoint" (of CaseInfo's source, the model and its weights) and "program" (the case's Program, or a trace of its
  /// model); others are LoadedCase::Artifact's.
  std::vector<std::string> formats;
  bool module = false;         ///< for exporters that lower: Prepare, the tracer, Lower
  bool program = false;        ///< for exporters that lower: Lower alone
  bool source = false;         ///< for exporters that are programs of their own: ExportCheckpoint on CaseInfo's source or spec
  std::vector<DType> dtypes;   ///< that it can be had in; empty: any. The first is the one of its cells where none was asked for
};

/// Inputs of one call. The first call of a variant is the one that is traced.
struct Call {
  std::string assignment;  ///< "batch=3,sequence=11"; empty for the traced one
  ports::ModelInputs inputs;
  uint64_t seed = 0;       ///< of the generator that a program draws from (ops::Numerics::draw_seed); each run begins anew with it
};

/// A recorded call of an .onnx file in values that tensors cannot carry, or judged by another rule than nearness to what was recorded.
class OnnxRecording {
 public:
  virtual ~OnnxRecording() = default;
  virtual const formats::NamedOnnxValues& Inputs() const = 0;
  /// Whether all of it are tensors of plain types. Errors: kUnsupported, naming the first value that isn't, and its type.
  virtual Status FitsTensors() const = 0;
  virtual ports::Comparison Judge(const formats::NamedOnnxValues& outputs) const = 0;
};

/// A recorded call: what went in, what the real library answered, and how near an answer must be.
struct Recorded {
  ports::ModelInputs inputs;
  NamedTensors expected;
  std::optional<ports::PlainTolerance> tolerance;  ///< none: integers, exactly
  NamedTensors keep;                               ///< as ComparisonRequest::mask
  Json options;                                    ///< for Artifact::options: what the backend has to call
  std::shared_ptr<const OnnxRecording> onnx;       ///< in place of inputs, expected, tolerance and keep; null: those
};

/// A case in memory, shared by its cells; const and usable from several threads at once. It has what its offers say: a model, a
/// Program (with weights), artifacts, or none of them, where a program of its own builds the model from CaseInfo's source or spec.
class LoadedCase {
 public:
  virtual ~LoadedCase() = default;
  virtual std::shared_ptr<const nn::Model> model() const { return nullptr; }
  virtual std::shared_ptr<const ir::Program> program() const { return nullptr; }
  virtual std::shared_ptr<const weights::Weights> weights() const { return nullptr; }
  /// The case's own artifact in an offered format. Errors: kUnsupported by default.
  virtual Result<ports::Artifact> Artifact(const Variant& variant, std::string_view format) const;
  /// The traced call first, then those of unseen shapes (none where the variant is not dynamic). Same seed, same bytes.
  virtual Result<std::vector<Call>> Calls(const Variant& variant, uint64_t seed) const = 0;
  /// Dimensions of a dynamic variant at its traced call, for exporter `none` of a model. Errors: kUnsupported by default.
  virtual Result<DynamicShapes> Shapes(const Variant& variant) const;
  /// Errors: kNotFound by default.
  virtual Result<Recorded> Recall(const Variant& variant) const;
};

/// The case's calls, each of which draws by `seed`.
Result<std::vector<Call>> SeededCalls(const LoadedCase& loaded, const Variant& variant, uint64_t seed);

class Case;

/// What identifies a case.
struct CaseInfo {
  std::string name;               ///< shown in cell ids; RunSweep lengthens it where two cases have the same
  std::string model_class;        ///< "LlamaForCausalLM"; empty where unknown
  std::filesystem::path source;   ///< checkpoint folder or file, as given on the command line; empty: none
  Json spec;                      ///< ports::ModelSource::spec, for a case that is a class with a config; null: none
  std::vector<std::string> words; ///< that name the case on a command line; empty: `source`, else a filter
  std::string judge;              ///< reference (or backend) that its exported variants are judged by; empty: the toolbox's
  /// What the judge evaluates in place of this case, by its own judge and in its first variant: one artifact held against another,
  /// or against the model that it was made from. Inputs stay this case's. Null: this case.
  std::shared_ptr<const Case> measure;
  /// Whatever order it is computed in, its numbers come out the same: outputs are held to equality (reduce/exact_part.h).
  bool exact = false;
  /// Of a test of ONNX operators: those in its graph ("Abs", "ai.onnx.ml LabelEncoder") and how often models use each.
  std::map<std::string, int64_t> operators;
  uint64_t bytes = 0;             ///< estimate of what a cell of it keeps in memory
};

/// A model to be swept, with its inputs. Cheap until it is loaded.
class Case {
 public:
  virtual ~Case() = default;
  virtual const CaseInfo& Info() const = 0;
  /// In the order in which their cells run.
  virtual std::vector<Variant> Variants() const = 0;
  /// By default that of a checkpoint folder: recordings as "checkpoint" in f32; others from the module, as "program", and from the
  /// folder where there is one.
  virtual Offer Offers(const Variant& variant) const;
  /// What relations have to know of a variant's inputs; nothing where the case does not know it, which is what it says by default.
  virtual std::optional<ports::RelationTerms> Terms(const Variant& variant) const;
  virtual Result<std::shared_ptr<const LoadedCase>> Load(DType dtype) const = 0;
};

}  // namespace conformance::engine
