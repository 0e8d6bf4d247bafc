#include "framework/rewrite/record_program.h"

#include "framework/ir/verify.h"
#include "framework/rewrite/recorder.h"

namespace conformance::rewrite {

Result<ir::Program> RecordProgram(const std::vector<ProgramInput>& inputs, const SymbolValues& hints,
                                  const std::function<std::vector<ops::Value>(ops::OpContext&, const std::vector<ops::Value>&)>& body) {
  ir::Program start;
  for (const auto& [name, hint] : hints) {
    start.symbols[name] = {hint, true};
    start.range_constraints[name] = {0, std::nullopt};
  }
  CONFORMANCE_TRY(ShapeEnv env, EnvOf(start));
  ir::ProgramBuilder builder(std::move(start));
  Recorder recorder(builder, env);
  std::vector<ops::Value> values;
  for (const ProgramInput& input : inputs) {
    const ir::ValueId id = builder.AddUserInput(input.name, ir::MakeTensorMeta(input.meta.dtype, input.meta.sizes));
    recorder.sizes().Define(id, true);
    values.push_back(ops::Value::Traced(static_cast<int64_t>(id), input.meta));
  }
  const std::vector<ops::Value> outputs = body(recorder, values);
  if (recorder.failed()) return Error(recorder.status().error());
  for (const ops::Value& output : outputs) {
    builder.AddOutput({ir::OutputSpec::Kind::kUserOutput, {}}, ir::Argument(Recorder::IdOf(output)));
  }
  SimplifyMetas(env, builder);
  ir::Program program = std::move(builder).Finish();
  for (const SymbolInfo& symbol : env.symbols()) {
    if (!symbol.hint || !symbol.replaced_by) continue;
    program.symbols.erase(symbol.name);
    program.range_constraints.erase(symbol.name);
  }
  for (const SymbolInfo& symbol : env.symbols()) {
    if (symbol.hint) continue;  // data-dependent sizes that the body made
    program.symbols[symbol.name] = {std::nullopt, false};
    program.range_constraints[symbol.name] = {symbol.range.min, symbol.range.max};
  }
  CONFORMANCE_RETURN_IF_ERROR(ir::Verify(program));
  return program;
}

}  // namespace conformance::rewrite
