#include "framework/base/result.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace conformance {

std::string_view ToString(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kInvalid: return "invalid";
    case ErrorKind::kShape: return "shape";
    case ErrorKind::kType: return "type";
    case ErrorKind::kUnsupported: return "unsupported";
    case ErrorKind::kUnavailable: return "unavailable";
    case ErrorKind::kNotFound: return "not found";
    case ErrorKind::kCorrupt: return "corrupt";
    case ErrorKind::kIo: return "io";
    case ErrorKind::kOutOfMemory: return "out of memory";
    case ErrorKind::kTimeout: return "timeout";
    case ErrorKind::kCrash: return "crash";
    case ErrorKind::kCancelled: return "cancelled";
    case ErrorKind::kInternal: return "internal";
  }
  return "unknown";
}

Error& Error::With(std::string name, std::string value) & {
  facts_.emplace_back(std::move(name), std::move(value));
  return *this;
}
Error&& Error::With(std::string name, std::string value) && {
  facts_.emplace_back(std::move(name), std::move(value));
  return std::move(*this);
}
Error& Error::Trail(std::string line) & {
  trail_.push_back(std::move(line));
  return *this;
}
Error&& Error::Trail(std::string line) && {
  trail_.push_back(std::move(line));
  return std::move(*this);
}

std::string_view Error::Fact(std::string_view name) const {
  for (const auto& [key, value] : facts_) {
    if (key == name) return value;
  }
  return {};
}

std::string Error::ToString() const {
  std::string text = message_;
  for (size_t i = 0; i < facts_.size(); ++i) {
    text += (i == 0 ? " (" : ", ") + facts_[i].first + ": " + facts_[i].second;
  }
  if (!facts_.empty()) text += ")";
  for (size_t i = 0; i < trail_.size(); ++i) text += (i == 0 ? " [" : "; ") + trail_[i];
  if (!trail_.empty()) text += "]";
  return text;
}

Error Invalid(std::string message) { return {ErrorKind::kInvalid, std::move(message)}; }
Error ShapeError(std::string message) { return {ErrorKind::kShape, std::move(message)}; }
Error TypeError(std::string message) { return {ErrorKind::kType, std::move(message)}; }
Error Unsupported(std::string message) { return {ErrorKind::kUnsupported, std::move(message)}; }
Error Unavailable(std::string message) { return {ErrorKind::kUnavailable, std::move(message)}; }
Error NotFound(std::string message) { return {ErrorKind::kNotFound, std::move(message)}; }
Error Corrupt(std::string message) { return {ErrorKind::kCorrupt, std::move(message)}; }
Error IoError(std::string message) { return {ErrorKind::kIo, std::move(message)}; }
Error Internal(std::string message) { return {ErrorKind::kInternal, std::move(message)}; }
Error ErrnoError(std::string what, const std::string& path, int errno_value) {
  const ErrorKind kind = errno_value == ENOENT ? ErrorKind::kNotFound : ErrorKind::kIo;
  return Error(kind, std::move(what)).With("file", path).With("reason", std::strerror(errno_value));
}

namespace internal {
void FailedCheck(const char* file, int line, const char* condition, const std::string& text) {
  std::fprintf(stderr, "%s:%d: check failed: %s: %s\n", file, line, condition, text.c_str());
  std::abort();
}
void ValueOfAnError(const Error& error) {
  std::fprintf(stderr, "value() of an error: %s\n", error.ToString().c_str());
  std::abort();
}
}  // namespace internal

}  // namespace conformance
