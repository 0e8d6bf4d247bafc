#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "framework/base/result.h"
#include "framework/reduce/candidate.h"

namespace conformance::reduce {

/// True where the candidate still fails, and in the same way. Errors end the reduction: what a candidate itself does wrong is no error but
/// "does not fail so".
using StillFails = std::function<Result<bool>(const Candidate& candidate)>;

struct ReduceOptions {
  std::vector<std::string> suspects;  ///< values where it may begin, the likeliest first: tried as the only output before all others
  size_t max_tries = 2000;
  std::function<void(const std::string& step, const Candidate& smallest)> progress;  ///< after every edit that was kept
  std::function<bool()> stopping;     ///< asked before every try
};

struct Reduction {
  Candidate smallest;
  std::vector<std::string> steps;  ///< edits that were kept: "only output gelu: 112 nodes -> 40"
  size_t tries = 0;
  bool finished = false;           ///< false: stopped, or out of tries
};

/// Delta debugging (Zeller & Hildebrandt, "Simplifying and isolating failure-inducing input", 2002) over the Program, then over its sizes:
/// one output; the earliest value that still fails; what feeds it, cut ever nearer; nodes in ever smaller groups, cut or bypassed; sizes. Every
/// candidate is a whole Program that passes the verifier. Deterministic: the same candidates in the same order for the same answers.
/// Errors: kInvalid where `start` does not fail; kUnsupported as Plain's; of `still_fails`.
Result<Reduction> Reduce(Candidate start, const StillFails& still_fails, const Evaluate& evaluate, const ReduceOptions& options = {});

}  // namespace conformance::reduce
