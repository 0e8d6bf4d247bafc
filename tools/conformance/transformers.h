#pragma once

#include "framework/engine/toolbox.h"

namespace conformance::cli {

/// Exporters `transformers:*` and `torch-onnx`, and the reference `pytorch`: all in tools/workers/transformers_worker.py.
void AddTransformers(engine::Toolbox& toolbox);

}  // namespace conformance::cli
