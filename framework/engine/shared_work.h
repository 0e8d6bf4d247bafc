#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "framework/base/result.h"
#include "framework/engine/case.h"
#include "framework/engine/sensitivity.h"
#include "framework/engine/timer.h"
#include "framework/engine/toolbox.h"
#include "framework/ports/artifact.h"
#include "framework/ports/comparator.h"
#include "framework/tensor/tensor.h"

namespace conformance::engine {

/// A value that the first who asks makes and all others get; an error is kept likewise.
template <typename T>
class Memo {
 public:
  template <typename Make>
  const Result<T>& Get(StageTimer& timer, Make make) {
    std::unique_lock<std::mutex> lock(mutex_, std::defer_lock);
    if (!lock.try_lock()) timer.Excluding([&] { lock.lock(); });
    if (!value_) value_ = make();
    return *value_;
  }

 private:
  std::mutex mutex_;
  std::optional<Result<T>> value_;
};

/// Memos by key.
template <typename T>
class MemoMap {
 public:
  Memo<T>& operator[](const std::string& key) {
    const std::lock_guard lock(mutex_);
    auto& memo = memos_[key];
    if (!memo) memo = std::make_unique<Memo<T>>();
    return *memo;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Memo<T>>> memos_;
};

/// Outputs of one call by the judge.
struct Truth {
  NamedTensors reference;              ///< in the declared dtype
  std::optional<NamedTensors> oracle;  ///< in f64; none where the judge has no such thing
};

/// An artifact with what its format's own checker says of it.
struct MadeArtifact {
  ports::Artifact artifact;
  Status check;
  std::vector<std::string> specialisations;  ///< of the trace
  std::shared_ptr<const ir::Program> program;  ///< that was lowered; null for what has been exported elsewhere
};

/// What the cells of one case and variant share.
struct VariantWork {
  Memo<std::shared_ptr<const std::vector<Call>>> calls;
  MemoMap<std::shared_ptr<const Truth>> truths;              ///< by number of the call
  MemoMap<std::shared_ptr<const ports::Spreads>> spreads;    ///< of the ensemble, by key of the truth and member
  MemoMap<Traced> traces;                                    ///< by what was asked for
  MemoMap<std::shared_ptr<const MadeArtifact>> artifacts;    ///< by exporter and optimisation
  Memo<std::shared_ptr<const Recorded>> recording;
};

/// What the cells of one case share.
struct CaseWork {
  Memo<std::shared_ptr<const LoadedCase>> loaded;
  Memo<std::shared_ptr<const LoadedCase>> measure;  ///< CaseInfo::measure
  MemoMap<Doubts> doubts;  ///< by the names of the inputs
  /// Of a variant; recordings apart from the exported variant of the same name.
  VariantWork& Of(const Variant& variant) {
    const std::lock_guard lock(mutex_);
    auto& work = variants_[{variant.name, variant.recording}];
    if (!work) work = std::make_unique<VariantWork>();
    return *work;
  }

 private:
  std::mutex mutex_;
  std::map<std::pair<std::string, bool>, std::unique_ptr<VariantWork>> variants_;
};

}  // namespace conformance::engine
