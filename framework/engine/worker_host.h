#pragma once

#include "framework/engine/toolbox.h"
#include "framework/engine/worker_protocol.h"

namespace conformance::engine {

/// Serves a toolbox's backends (and exporters that export checkpoints) on a stream until "shutdown" or its end. Every failure is answered as an error message; what
/// ends the process ends it. Returns the exit code.
int ServeWorker(const Toolbox& toolbox, ByteStream& stream);

/// ServeWorker on standard input and output. Standard output is kept for the protocol: what libraries print goes to standard error.
int RunWorkerHost(const Toolbox& toolbox);

}  // namespace conformance::engine
