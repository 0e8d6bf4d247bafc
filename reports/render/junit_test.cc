#include "reports/render/junit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <pugixml.hpp>

#include "reports/render/clean_text.h"
#include "reports/render/runs_testing.h"

namespace conformance::reports {
namespace {

using record::Outcome;
using record::RunRecord;
using ::testing::AllOf;
using ::testing::HasSubstr;

/// Written, and read again by the parser.
struct Read {
  explicit Read(const RunRecord& run) : text(JunitWriter().Render(run).value_or("")) {
    const auto result = document.load_buffer(text.data(), text.size(), pugi::parse_full | pugi::parse_ws_pcdata_single);
    EXPECT_TRUE(result) << result.description() << "\n" << text;
    root = document.child("testsuites");
  }
  pugi::xml_node Case(const std::string& model) const {
    return root.find_child_by_attribute("testsuite", "name", model.c_str()).child("testcase");
  }
  std::string text;
  pugi::xml_document document;
  pugi::xml_node root;
};

TEST(JunitWriter, EachOutcomeIsWhatReadersKnow) {
  const Read read(EveryOutcome());
  const auto element = [&](Outcome outcome) {
    const pugi::xml_node test = read.Case("model" + std::to_string(static_cast<int>(outcome)));
    EXPECT_TRUE(test);
    for (const char* name : {"failure", "error", "skipped"}) {
      if (test.child(name)) return std::string(name);
    }
    return std::string("passed");
  };
  EXPECT_EQ(element(Outcome::kPass), "passed");
  for (const Outcome outcome : {Outcome::kFail, Outcome::kMistrusted, Outcome::kFlake}) EXPECT_EQ(element(outcome), "failure");
  for (const Outcome outcome : {Outcome::kError, Outcome::kCrash, Outcome::kTimeout, Outcome::kOutOfMemory, Outcome::kUnsupported, Outcome::kSkip}) {
    EXPECT_EQ(element(outcome), "error");  // a skip that no list asks for is none
  }
  EXPECT_EQ(element(Outcome::kUnavailable), "skipped");
  EXPECT_TRUE(read.Case("expected").child("skipped"));
  EXPECT_TRUE(read.Case("surprise").child("failure"));
}

TEST(JunitWriter, CountsAddUp) {
  const Read read(EveryOutcome());
  int tests = 0, failures = 0, errors = 0, skipped = 0;
  for (const pugi::xml_node suite : read.root.children("testsuite")) {
    tests += suite.attribute("tests").as_int();
    EXPECT_EQ(std::distance(suite.children("testcase").begin(), suite.children("testcase").end()), suite.attribute("tests").as_int());
    for (const pugi::xml_node test : suite.children("testcase")) {
      failures += !test.child("failure").empty();
      errors += !test.child("error").empty();
      skipped += !test.child("skipped").empty();
    }
  }
  EXPECT_EQ(tests, 14);  // 13 cells, and that the plan was run
  EXPECT_EQ(read.root.attribute("tests").as_int(), tests);
  EXPECT_EQ(read.root.attribute("failures").as_int(), failures);
  EXPECT_EQ(read.root.attribute("errors").as_int(), errors);
  EXPECT_EQ(read.root.attribute("skipped").as_int(), skipped);
  EXPECT_EQ(failures, 4);
}

TEST(JunitWriter, AFailureSaysCauseFigureCellAndCommand) {
  RunRecord run;
  run.cells = {CellOf(Outcome::kFail)};
  const Read read(run);
  const pugi::xml_node test = read.Case("gpt2");
  EXPECT_STREQ(test.attribute("classname").value(), "gpt2");
  EXPECT_STREQ(test.attribute("name").value(), "dynamic/onnx/onnxruntime/f32");
  EXPECT_STREQ(test.child("failure").attribute("type").value(), "fail at compare");
  EXPECT_STREQ(test.child("failure").attribute("message").value(), "logits: largest error 0.5 at [0, 1] is over its budget 0.125");
  EXPECT_STREQ(test.child("failure").text().get(),
               "logits: largest error 0.5 at [0, 1] is over its budget 0.125\n"
               "figure: logits f32[2, 3] at batch=2: largest error 0.5, allowed 0.125; outside assert_close's default 4 of 6\n"
               "cell: gpt2/dynamic/onnx/onnxruntime/f32\n"
               "repeat: conformance run fixtures/golden/gpt2 --variant dynamic --exporter onnx --backend onnxruntime\n");
}

TEST(JunitWriter, W2_WhatWasNotRunIsAnError) {
  const auto lack = [](const RunRecord& run) -> std::string {
    return Read(run).root.child("testsuite").child("testcase").child("error").attribute("message").value();
  };
  EXPECT_EQ(lack(RunRecord()), "nothing was run");
  RunRecord run;
  run.cells = {CellOf(Outcome::kUnavailable)};
  EXPECT_EQ(lack(run), "nothing was compared");
  run.cells = {CellOf(Outcome::kPass)};
  run.planned = 4;
  EXPECT_EQ(lack(run), "3 of 4 cells were not run");
  run.planned = 1;
  EXPECT_EQ(lack(run), "");
}

TEST(JunitWriter, HostileTextStaysText) {
  const Read read(HostileRun());
  const pugi::xml_node test = read.Case(CleanLine(kHostile));
  ASSERT_TRUE(test);
  EXPECT_THAT(test.child("error").text().get(), AllOf(HasSubstr("a<b>&\"'|]]>"), HasSubstr("\\u001b[31m\\u0001")));
  EXPECT_EQ(std::string(test.child("system-err").text().get()), CleanText(kHostile));
  // XML 1.0 has no control characters, not even as references.
  for (const char c : read.text) EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t');
  EXPECT_EQ(read.text.find("&#x"), std::string::npos);
  EXPECT_EQ(read.text.find("&#0"), std::string::npos);
}

}  // namespace
}  // namespace conformance::reports
