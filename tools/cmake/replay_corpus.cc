// Runs a fuzzer's function without libFuzzer: over every file of the folders on the command line, then over seeded mutations of
// them, so that every ordinary build also drives the fuzzers for a few seconds. The same seed gives the same inputs.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Bytes = std::vector<std::uint8_t>;
constexpr int kMutations = 400;
constexpr std::size_t kLargest = 1 << 18;  // larger files are fed as they are, but not mutated
constexpr auto kBudget = std::chrono::milliseconds(3500);

void Run(const Bytes& bytes) {
  // An exact heap copy, so that a sanitizer sees a read one byte past the end.
  const std::vector<std::uint8_t> copy(bytes.begin(), bytes.end());
  LLVMFuzzerTestOneInput(copy.data(), copy.size());
}

Bytes Mutate(Bytes bytes, std::mt19937_64& random) {
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % std::max<std::size_t>(n, 1)); };
  const int changes = 1 + static_cast<int>(below(4));
  for (int i = 0; i < changes; ++i) {
    const std::size_t at = below(bytes.size());
    switch (below(6)) {
      case 0:
        if (!bytes.empty()) bytes[at] ^= static_cast<std::uint8_t>(1u << below(8));
        break;
      case 1:
        if (!bytes.empty()) bytes[at] = static_cast<std::uint8_t>(random());
        break;
      case 2:
        bytes.resize(at);  // cut short
        break;
      case 3: {  // an extreme number where a length may stand
        static constexpr std::uint8_t kFill[] = {0x00, 0xff, 0x7f, 0x80, '9'};
        const std::uint8_t fill = kFill[below(std::size(kFill))];
        for (std::size_t k = at; k < std::min(bytes.size(), at + 8); ++k) bytes[k] = fill;
        break;
      }
      case 4:
        bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at), 1 + below(16), static_cast<std::uint8_t>(random()));
        break;
      default: {  // the same stretch twice
        const std::size_t length = std::min<std::size_t>(bytes.size() - at, 1 + below(64));
        const Bytes piece(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                          bytes.begin() + static_cast<std::ptrdiff_t>(at + length));
        bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(below(bytes.size())), piece.begin(), piece.end());
      }
    }
  }
  return bytes;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::filesystem::path> files;
  for (int i = 1; i < argc; ++i) {
    if (!std::filesystem::exists(argv[i])) {
      std::fprintf(stderr, "no such corpus: %s\n", argv[i]);
      return 1;
    }
    if (std::filesystem::is_regular_file(argv[i])) files.emplace_back(argv[i]);
    if (!std::filesystem::is_directory(argv[i])) continue;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i])) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
  }
  if (argc > 1 && files.empty()) {
    std::fprintf(stderr, "the corpus is empty\n");
    return 1;
  }
  std::sort(files.begin(), files.end());
  std::vector<Bytes> seeds;
  for (const auto& file : files) {
    std::ifstream stream(file, std::ios::binary);
    Bytes bytes{std::istreambuf_iterator<char>(stream), {}};
    Run(bytes);
    if (bytes.size() <= kLargest) seeds.push_back(std::move(bytes));
  }
  seeds.emplace_back();  // the empty input
  Run(seeds.back());

  std::mt19937_64 random(20240607);
  const auto start = std::chrono::steady_clock::now();
  int mutations = 0;
  for (; mutations < kMutations && std::chrono::steady_clock::now() - start < kBudget; ++mutations) {
    Run(Mutate(seeds[random() % seeds.size()], random));
  }
  std::printf("%zu files and %d mutations\n", files.size(), mutations);
  return 0;
}
