#pragma once

#include <string>
#include <string_view>

#include "framework/base/result.h"
#include "framework/ir/program.h"

namespace conformance::ir {

/// The whole Program as text, FX-like: a header (versions, symbols, guards, module calls, constants), then the graph, one node a line
/// with the types of what it makes. Nothing is left out: ParseProgram gives an equal Program. Strings that occur often stand in a
/// table at the top ($0, $1, …).
std::string PrintProgram(const Program& program);
Result<Program> ParseProgram(std::string_view text);

/// For reading, not parsed back as a whole: the graph alone with shapes, without metadata; a comment where the module changes.
std::string PrintGraph(const Graph& graph);
/// "%linear", "[%a, %b]", "1e-05", "dtype.f32", "[%sym_size_int, -1]".
std::string PrintArgument(const Graph& graph, const Argument& argument);
/// "f32[s0, 9] stride [9, 1] grad", "int(2*s0)", "token".
std::string PrintMeta(const ValueMeta& meta);
/// One line without metadata: "%add: f32[2, 9] = aten.add.Tensor(self=%x, other=1)".
std::string PrintNode(const Graph& graph, const Node& node);

}  // namespace conformance::ir
