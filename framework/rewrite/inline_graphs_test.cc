// What stays outside; what is put in its place runs in references/program/small_programs_test.cc.
#include "framework/rewrite/inline_graphs.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "framework/ir/pt2.h"
#include "framework/testing/matchers.h"

namespace conformance::rewrite {
namespace {

using namespace conformance::testing;
using ::testing::AllOf;
using ::testing::HasSubstr;

Result<ir::Program> ProgramOf(const std::string& name) {
  CONFORMANCE_TRY(ir::Pt2Program pt2, ir::ReadPt2(std::filesystem::path(CONFORMANCE_FIXTURES_DIR) / "programs" / (name + ".pt2")));
  return std::move(pt2.program);
}
Result<ir::Program> Inlined(const std::string& name) {
  CONFORMANCE_TRY(ir::Program program, ProgramOf(name));
  return InlineGraphs(std::move(program));
}

std::vector<std::string> OutputNames(const ir::Graph& graph) {
  std::vector<std::string> names;
  for (const ir::Argument& output : graph.outputs()) names.emplace_back(graph.NameOf(output));
  return names;
}

TEST(InlineGraphs, PutsWhatNodesHoldInTheirPlace) {
  const auto program = Inlined("wrapped");
  ASSERT_THAT(program, IsOk());
  EXPECT_FALSE(HasInlineGraphs(*program));
  const auto choices = std::count_if(program->graph.nodes().begin(), program->graph.nodes().end(),
                                     [](const ir::Node& node) { return node.op() == "aten.where.self"; });
  EXPECT_EQ(choices, 2);
  EXPECT_EQ(OutputNames(program->graph), OutputNames(ProgramOf("wrapped")->graph));
}

TEST(InlineGraphs, RefusesWhatWouldComputeOtherNumbers) {
  EXPECT_THAT(Inlined("grad_modes"), IsError(ErrorKind::kUnsupported, AllOf(HasSubstr("wrap_with_autocast"), HasSubstr("autocast is on"))));
  EXPECT_THAT(Inlined("cond"), IsError(ErrorKind::kUnsupported, AllOf(HasSubstr("chooses by sizes"), HasSubstr("node: cond"))));
}

}  // namespace
}  // namespace conformance::rewrite
