// The mocks that are installed drive this project's own backend.
#include "listing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "framework/ir/program.h"
#include "framework/testing/mock_ports.h"

namespace consumer {
namespace {

using namespace conformance;  // NOLINT: an example
using ::testing::_;
using ::testing::ByMove;
using ::testing::Field;
using ::testing::NiceMock;
using ::testing::Return;

ports::Artifact Listing() {
  ports::Artifact artifact;
  artifact.format = kFormat;
  artifact.program = std::make_shared<const ir::Program>();
  return artifact;
}

TEST(ListingBackend, HandsTheProgramToItsRunnerAndAddsTheOffset) {
  auto runner = std::make_shared<NiceMock<conformance::testing::MockBackend>>();
  auto session = std::make_unique<NiceMock<conformance::testing::MockSession>>();
  const NamedTensors outputs = {{"y", Tensor::Of<float>({2}, {1, 2})}, {"ids", Tensor::Of<int64_t>({1}, {7})}};
  EXPECT_CALL(*session, Run(_)).WillOnce(Return(outputs));
  EXPECT_CALL(*runner, Prepare(Field(&ports::Artifact::format, "program"), _))
      .WillOnce(Return(ByMove(Result<std::unique_ptr<ports::Session>>(std::move(session)))));

  auto prepared = MakeListingBackend("shifted", runner, 0.5)->Prepare(Listing(), {});
  ASSERT_TRUE(prepared.ok());
  const auto found = prepared.value()->Run({});
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(Find(found.value(), "y")->ToDoubles(), (std::vector<double>{1.5, 2.5}));
  EXPECT_EQ(Find(found.value(), "ids")->ToInts(), (std::vector<int64_t>{7}));  // not a floating output
  EXPECT_EQ(Find(outputs, "y")->ToDoubles(), (std::vector<double>{1, 2}));     // the runner's own are left alone
}

TEST(ListingBackend, RefusesAListingFromAnotherProcess) {
  auto runner = std::make_shared<NiceMock<conformance::testing::MockBackend>>();
  ports::Artifact artifact = Listing();
  artifact.program = nullptr;
  const auto prepared = MakeListingBackend("listing", runner, 0)->Prepare(artifact, {});
  ASSERT_FALSE(prepared.ok());
  EXPECT_EQ(prepared.error().kind(), ErrorKind::kUnsupported);
}

}  // namespace
}  // namespace consumer
