#include "tools/conformance/interrupt.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <memory>

namespace conformance::cli {
namespace {

class Interrupt : public ::testing::Test {
 protected:
  Interrupt() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(Interrupt, OnceAsksAndTwiceInsists) {
  const auto cancellation = std::make_shared<engine::Cancellation>();
  const InterruptScope scope(cancellation, "");
  ::raise(SIGINT);
  EXPECT_TRUE(cancellation->stopping());
  EXPECT_FALSE(cancellation->now());
  ::raise(SIGTERM);
  EXPECT_TRUE(cancellation->now());
}

TEST_F(Interrupt, WhatDoesNotEndIsLeftAndHowToGoOnIsSaid) {
  EXPECT_EXIT(
      {
        const InterruptScope scope(std::make_shared<engine::Cancellation>(), "go on with: conformance run --resume\n");
        ::raise(SIGINT);
        ::raise(SIGINT);
        for (;;) ::pause();  // a backend of this process that hangs
      },
      ::testing::ExitedWithCode(1), "go on with: conformance run --resume");
}

TEST_F(Interrupt, AfterwardsASignalIsWhatItWasBefore) {
  EXPECT_EXIT(
      {
        { const InterruptScope scope(std::make_shared<engine::Cancellation>(), ""); }
        ::raise(SIGINT);
      },
      ::testing::KilledBySignal(SIGINT), "");
}

}  // namespace
}  // namespace conformance::cli
