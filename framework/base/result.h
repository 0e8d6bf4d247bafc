#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace conformance {

/// What went wrong, as far as a caller may want to branch on it.
enum class ErrorKind : uint8_t {
  kInvalid,      ///< a value that is not allowed: a flag, a config field, an argument
  kShape,        ///< sizes do not fit
  kType,         ///< a dtype or kind that is not allowed here
  kUnsupported,  ///< well formed, and refused by name because it is not implemented
  kUnavailable,  ///< a library or device is missing; the message carries the command that adds it
  kNotFound,     ///< a file, key, name or pattern that is not there
  kCorrupt,      ///< bytes that are not what their format asks for
  kIo,           ///< the operating system refused
  kOutOfMemory,  ///< a limit on memory was met
  kTimeout,      ///< a limit on time was met
  kCrash,        ///< another process ended by a signal or exit
  kCancelled,    ///< the caller asked to stop
  kInternal,     ///< our own mistake, caught
};

std::string_view ToString(ErrorKind kind);

/// An error: kind, message (what was found, what was wanted), named facts, and the trail of places it passed.
/// Cheap to move; a copy shares nothing.
class Error {
 public:
  Error(ErrorKind kind, std::string message) : kind_(kind), message_(std::move(message)) {}

  ErrorKind kind() const { return kind_; }
  const std::string& message() const { return message_; }

  /// Adds a named fact ("file", "tensor", "found", "wanted", …). Returns *this for chaining.
  Error& With(std::string name, std::string value) &;
  Error&& With(std::string name, std::string value) &&;
  /// Adds one line of context (outermost last): "while reading model.safetensors".
  Error& Trail(std::string line) &;
  Error&& Trail(std::string line) &&;

  /// The value of a named fact, or empty.
  std::string_view Fact(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& facts() const { return facts_; }
  const std::vector<std::string>& trail() const { return trail_; }

  /// One line: "message (name: value, …) [trail; trail]".
  std::string ToString() const;

 private:
  ErrorKind kind_;
  std::string message_;
  std::vector<std::pair<std::string, std::string>> facts_;
  std::vector<std::string> trail_;
};

Error Invalid(std::string message);
Error ShapeError(std::string message);
Error TypeError(std::string message);
Error Unsupported(std::string message);
Error Unavailable(std::string message);
Error NotFound(std::string message);
Error Corrupt(std::string message);
Error IoError(std::string message);
Error Internal(std::string message);
/// An IoError with the text of `errno_value` and the path.
Error ErrnoError(std::string what, const std::string& path, int errno_value);

/// Success without a value, or an error.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Error error) : error_(std::make_unique<Error>(std::move(error))) {}  // NOLINT: implicit on purpose
  Status(const Status& other) : error_(other.error_ ? std::make_unique<Error>(*other.error_) : nullptr) {}
  Status(Status&&) noexcept = default;
  Status& operator=(const Status& other) {
    error_ = other.error_ ? std::make_unique<Error>(*other.error_) : nullptr;
    return *this;
  }
  Status& operator=(Status&&) noexcept = default;

  bool ok() const { return !error_; }
  explicit operator bool() const { return ok(); }
  const Error& error() const& { return *error_; }
  Error&& error() && { return std::move(*error_); }

 private:
  std::unique_ptr<Error> error_;
};

inline Status Ok() { return {}; }

/// A value or an error. Reading the wrong one is our own mistake and aborts with its text.
template <typename T>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  Result(T value) : data_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit on purpose
  Result(Error error) : data_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit on purpose
  template <typename U>
    requires(std::is_convertible_v<U &&, T> && !std::is_same_v<std::remove_cvref_t<U>, T> &&
             !std::is_same_v<std::remove_cvref_t<U>, Error> && !std::is_same_v<std::remove_cvref_t<U>, Result>)
  Result(U&& value) : data_(std::in_place_index<0>, std::forward<U>(value)) {}  // NOLINT: implicit on purpose

  bool ok() const { return data_.index() == 0; }
  explicit operator bool() const { return ok(); }

  const T& value() const& { Need(); return *std::get_if<0>(&data_); }
  T& value() & { Need(); return *std::get_if<0>(&data_); }
  T&& value() && { Need(); return std::move(*std::get_if<0>(&data_)); }
  const T& operator*() const& { return value(); }
  T& operator*() & { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  const T* operator->() const { return &value(); }
  T* operator->() { return &value(); }
  T value_or(T other) const& { return ok() ? *std::get_if<0>(&data_) : std::move(other); }

  const Error& error() const& { return *std::get_if<1>(&data_); }
  Error&& error() && { return std::move(*std::get_if<1>(&data_)); }
  /// Drops the value: success or the error.
  Status status() const { return ok() ? Status() : Status(error()); }

 private:
  void Need() const;
  std::variant<T, Error> data_;
};

namespace internal {
[[noreturn]] void FailedCheck(const char* file, int line, const char* condition, const std::string& text);
[[noreturn]] void ValueOfAnError(const Error& error);
}  // namespace internal

template <typename T>
void Result<T>::Need() const {
  if (data_.index() != 0) internal::ValueOfAnError(*std::get_if<1>(&data_));
}

#define CONFORMANCE_CONCAT_INNER(a, b) a##b
#define CONFORMANCE_CONCAT(a, b) CONFORMANCE_CONCAT_INNER(a, b)

/// CONFORMANCE_TRY(auto x, Call()): x is the value, or the error is returned from this function.
#define CONFORMANCE_TRY(declaration, ...) \
  CONFORMANCE_TRY_IMPL(CONFORMANCE_CONCAT(conformance_result_, __LINE__), declaration, __VA_ARGS__)
#define CONFORMANCE_TRY_IMPL(name, declaration, ...)    \
  auto name = (__VA_ARGS__);                            \
  if (!name.ok()) return std::move(name).error();       \
  declaration = std::move(name).value()

/// CONFORMANCE_RETURN_IF_ERROR(Call()): returns the error of a Status (or Result) from this function, if there is one.
#define CONFORMANCE_RETURN_IF_ERROR(...)                                          \
  do {                                                                            \
    auto conformance_status = (__VA_ARGS__);                                      \
    if (!conformance_status.ok()) return std::move(conformance_status).error();   \
  } while (false)

/// For our own mistakes only: no file, flag or model can reach it. Aborts with place and text.
#define CONFORMANCE_CHECK(condition, text)                                                            \
  do {                                                                                                \
    if (!(condition)) ::conformance::internal::FailedCheck(__FILE__, __LINE__, #condition, (text));   \
  } while (false)

}  // namespace conformance
