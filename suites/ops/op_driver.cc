// Answers op calls for tools/fixturegen/op_grid.py: one JSON line in, one out. A call is {"target", "args", "keyword"} with arguments as
// in fixtures/ops/op_values.json, but tensors carry their storage: {"tensor": {"dtype", "shape", "strides", "offset", "data" in hex}};
// "seed" where the op draws.
// The answer is {"outs": [{"dtype", "shape", "data"}]}, {"int": n}, or {"error": message, "kind": name}.
#include <cstdio>
#include <cstring>
#include <iostream>
#include <string>

#include "framework/formats/json.h"
#include "framework/ops/ops.h"
#include "references/eager/eager.h"

namespace conformance {
namespace {

using ops::Argument;
using ops::Value;

std::string ToHex(std::span<const std::byte> bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const std::byte byte : bytes) {
    text += kDigits[std::to_integer<int>(byte) >> 4];
    text += kDigits[std::to_integer<int>(byte) & 15];
  }
  return text;
}

Result<Tensor> ReadTensor(const Json& code) {
  CONFORMANCE_TRY(const std::string name, code.GetString("dtype"));
  CONFORMANCE_TRY(const Shape shape, code.GetInts("shape"));
  CONFORMANCE_TRY(const Shape strides, code.GetInts("strides"));
  CONFORMANCE_TRY(const int64_t offset, code.GetInt("offset"));
  CONFORMANCE_TRY(const std::string hex, code.GetString("data"));
  const auto dtype = DTypeFromString(name);
  if (!dtype) return Invalid("unknown dtype " + name);
  const size_t bytes = hex.size() / 2;
  const Tensor storage = Tensor::Empty(*dtype, {static_cast<int64_t>(bytes / ByteSize(*dtype))});
  for (size_t i = 0; i < bytes; ++i) {
    storage.raw_mutable()[i] = static_cast<std::byte>(std::stoi(hex.substr(2 * i, 2), nullptr, 16));
  }
  return storage.View(shape, strides, offset);
}

Result<Argument> Read(const Json& code) {
  const auto& [kind, value] = code.AsObject().front();
  if (kind == "tensor") {
    CONFORMANCE_TRY(Tensor tensor, ReadTensor(value));
    return Argument(Value::Eager(std::move(tensor)));
  }
  if (kind == "none") return Argument(ops::NoneType{});
  if (kind == "dtype") return Argument(*DTypeFromString(value.AsString()));
  if (kind == "bool") return Argument(value.AsBool());
  if (kind == "int") return Argument(SymInt(value.AsInt()));
  if (kind == "float") return Argument(value.IsString() ? std::stod(value.AsString()) : value.AsDouble());
  if (kind == "complex") {
    const Json::Array& parts = value.AsArray();
    return Argument(ops::ComplexNumber({parts.at(0).AsDouble(), parts.at(1).AsDouble()}));
  }
  if (kind == "string") return Argument(value.AsString());
  if (kind == "memory_format") {
    const bool last = value.AsString() == "channels_last";
    return Argument(last ? ops::MemoryFormat::kChannelsLast : ops::MemoryFormat::kContiguous);
  }
  if (kind == "ints") {
    std::vector<SymInt> ints;
    for (const Json& number : value.AsArray()) ints.emplace_back(number.AsInt());
    return Argument(std::move(ints));
  }
  if (kind == "floats") {
    std::vector<double> numbers;
    for (const Json& number : value.AsArray()) numbers.push_back(number.AsDouble());
    return Argument(std::move(numbers));
  }
  if (kind == "bools") {
    std::vector<bool> flags;
    for (const Json& flag : value.AsArray()) flags.push_back(flag.AsBool());
    return Argument(std::move(flags));
  }
  if (kind != "list") return Invalid("unknown kind of argument " + kind);
  std::vector<Value> list;
  for (const Json& element : value.AsArray()) {
    CONFORMANCE_TRY(const Argument one, Read(element));
    list.push_back(std::holds_alternative<Value>(one) ? std::get<Value>(one) : Value());
  }
  return Argument(std::move(list));
}

/// Of an op that answers a size or a condition: the rule knows.
Result<Json> Number(const ops::OpDef& op, const std::vector<Argument>& bound) {
  CONFORMANCE_TRY(const ops::RuleResult rule, ops::ApplyRule(op, bound, nullptr));
  const auto number = rule.sym_int ? rule.sym_int->AsInt() : std::nullopt;
  const auto condition = rule.sym_bool ? rule.sym_bool->AsBool() : std::nullopt;
  if (!number && !condition) return Unsupported(op.target + " answers no number that is known");
  Json answer = Json::MakeObject();
  answer["int"] = number ? *number : int64_t{*condition};
  return answer;
}

Result<Json> Answer(const std::string& line) {
  CONFORMANCE_TRY(const Json call, formats::ParseJson(line, {.max_bytes = size_t{1} << 30}));
  CONFORMANCE_TRY(const std::string target, call.GetString("target"));
  const ops::OpDef* op = ops::DefaultOps().Find(target);
  if (op == nullptr) return NotFound("no op " + target);
  std::vector<Argument> positional;
  std::vector<std::pair<std::string, Argument>> keyword;
  for (const Json& code : call.Find("args")->AsArray()) {
    CONFORMANCE_TRY(Argument argument, Read(code));
    positional.push_back(std::move(argument));
  }
  if (const Json* named = call.Find("keyword")) {
    for (const auto& [name, code] : named->AsObject()) {
      CONFORMANCE_TRY(Argument argument, Read(code));
      keyword.emplace_back(name, std::move(argument));
    }
  }
  CONFORMANCE_TRY(auto bound, ops::BindArguments(*op, std::move(positional), std::move(keyword)));
  if (op->returns[0].kind == ops::ArgKind::kInt || op->returns[0].kind == ops::ArgKind::kBool) return Number(*op, bound);
  ops::Numerics numerics;
  if (call.Has("seed")) {
    CONFORMANCE_TRY(const int64_t seed, call.GetInt("seed"));
    numerics.draw_seed = static_cast<uint64_t>(seed);
  }
  CONFORMANCE_TRY(const auto outputs, eager::RunOp(*op, std::move(bound), numerics, eager::ActiveIsa()));
  Json outs = Json::MakeArray();
  for (const Tensor& tensor : outputs) {
    const Tensor plain = tensor.Contiguous();
    Json out = Json::MakeObject();
    out["dtype"] = std::string(ToString(plain.dtype()));
    out["shape"] = Json::Array(plain.shape().begin(), plain.shape().end());
    out["data"] = ToHex(plain.bytes());
    outs.Append(std::move(out));
  }
  Json answer = Json::MakeObject();
  answer["outs"] = std::move(outs);
  return answer;
}

int Main() {
  std::string line;
  while (std::getline(std::cin, line)) {
    auto answer = Answer(line);
    if (!answer.ok()) {
      Json refusal = Json::MakeObject();
      refusal["error"] = answer.error().ToString();
      refusal["kind"] = std::string(ToString(answer.error().kind()));
      answer = std::move(refusal);
    }
    std::printf("%s\n", formats::WriteJson(*answer).c_str());
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace
}  // namespace conformance

int main() { return conformance::Main(); }
