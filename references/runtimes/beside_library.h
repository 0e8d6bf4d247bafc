#pragma once

#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace conformance::runtimes {

/// The first of `places` that is there, relative to a folder above the file that this code lies in (the library, or a program that it is
/// linked into), the nearest folder first: so a checkout's build folder and an installation are found alike.
std::optional<std::filesystem::path> BesideLibrary(std::initializer_list<std::string_view> places);

}  // namespace conformance::runtimes
