#include "framework/reduce/tries.h"

#include <cerrno>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>

#include "framework/base/hash.h"
#include "framework/base/strings.h"
#include "framework/ir/text.h"

namespace conformance::reduce {
namespace {

std::string HeadOf(const std::string& what) { return "conformance tries 1 " + Hex64(Hash64(what)); }

}  // namespace

std::string Tries::KeyOf(const Candidate& candidate) {
  std::string text = ir::PrintProgram(candidate.program);
  const auto add = [&](const std::string& name, const Tensor& tensor) {
    const Tensor plain = tensor.Contiguous();
    const auto bytes = plain.bytes();
    text += '\n' + name + ' ' + Describe(tensor) + ' ' + Hex64(Hash64(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size())));
  };
  for (const auto& [name, tensor] : candidate.inputs) add(name, tensor);
  for (const auto& [name, tensor] : candidate.weights) add(name, tensor);
  return Hex64(Hash64(text));
}

Result<Tries> Tries::Open(const std::filesystem::path& file, const std::string& what) {
  Tries tries;
  tries.file_ = file;
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) {
    std::ofstream out(file, std::ios::binary);
    out << HeadOf(what) << '\n' << std::flush;
    if (!out) return ErrnoError("cannot write what was tried", file.string(), errno);
    return tries;
  }
  std::ifstream in(file, std::ios::binary);
  if (!in) return ErrnoError("cannot read what was tried", file.string(), errno);
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  std::string_view rest = text;
  bool first = true;
  size_t whole = 0;
  for (size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    if (first && line != HeadOf(what)) {
      return Invalid("the folder holds the reduction of something else: name another one").With("file", file.string());
    }
    if (!first && (line.size() != 18 || (line[17] != '0' && line[17] != '1'))) {
      return Corrupt("malformed line among what was tried").With("file", file.string()).With("found", std::string(line.substr(0, 40)));
    }
    if (!first) tries.answers_[std::string(line.substr(0, 16))] = line[17] == '1';
    first = false;
    whole = text.size() - rest.size();
  }
  if (first) return Corrupt("the file of what was tried has no head").With("file", file.string());
  if (!rest.empty()) {
    std::error_code error;
    std::filesystem::resize_file(file, whole, error);
    if (error) return IoError("cannot drop a torn line: " + error.message()).With("file", file.string());
  }
  return tries;
}

std::optional<bool> Tries::Find(const std::string& key) const {
  const auto found = answers_.find(key);
  return found == answers_.end() ? std::nullopt : std::optional(found->second);
}

Status Tries::Add(const std::string& key, bool fails) {
  std::ofstream out(file_, std::ios::binary | std::ios::app);
  out << key << ' ' << (fails ? '1' : '0') << '\n' << std::flush;
  if (!out) return ErrnoError("cannot write what was tried", file_.string(), errno);
  answers_[key] = fails;
  return Ok();
}

}  // namespace conformance::reduce
