#pragma once

#include <exception>
#include <new>
#include <string>

#include "framework/base/result.h"

namespace conformance::engine {

/// Runs `function`, a call of somebody else's code, and turns an exception into a kInternal error ("<who> threw: …"), bad_alloc into
/// kOutOfMemory.
template <typename Function>
auto Guarded(const std::string& who, Function function) -> decltype(function()) {
  try {
    return function();
  } catch (const std::bad_alloc&) {
    return Error(ErrorKind::kOutOfMemory, who + " ran out of memory");
  } catch (const std::exception& error) {
    return Internal(who + " threw: " + error.what());
  } catch (...) {
    return Internal(who + " threw something that is no std::exception");
  }
}

}  // namespace conformance::engine
