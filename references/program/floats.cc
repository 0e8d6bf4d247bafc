#include "references/program/floats.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <variant>

namespace conformance::program {
namespace {

struct Operator {
  std::string_view name;
  size_t arity;
  bool divides;
  double (*compute)(double a, double b);
};

/// Python's remainder has the sign of the divisor.
double Remainder(double a, double b) {
  const double rest = std::fmod(a, b);
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

constexpr std::array<Operator, 9> kOperators = {{
    {"_operator.add", 2, false, [](double a, double b) { return a + b; }},
    {"_operator.floordiv", 2, true, [](double a, double b) { return std::floor(a / b); }},
    {"_operator.mod", 2, true, Remainder},
    {"_operator.mul", 2, false, [](double a, double b) { return a * b; }},
    {"_operator.neg", 1, false, [](double a, double) { return -a; }},
    {"_operator.pow", 2, false, [](double a, double b) { return std::pow(a, b); }},
    {"_operator.sub", 2, false, [](double a, double b) { return a - b; }},
    {"_operator.truediv", 2, true, [](double a, double b) { return a / b; }},
    {"torch.sym_float", 1, false, [](double a, double) { return a; }},
}};

const Operator* Find(std::string_view op) {
  const auto* found = std::ranges::find(kOperators, op, &Operator::name);
  return found == kOperators.end() ? nullptr : found;
}

const ir::ValueId* FloatIn(const ir::Argument& argument) {
  const auto* ref = argument.As<ir::SymFloatRef>();
  return ref == nullptr ? nullptr : std::get_if<ir::ValueId>(ref);
}

}  // namespace

bool GivesFloat(const ir::Graph& graph, const ir::Node& node) {
  const auto outputs = node.OutputValues();
  return outputs.size() == 1 && std::holds_alternative<ir::SymFloat>(graph.value(outputs[0]).meta);
}

bool TakesFloats(const ir::Node& node) {
  return std::ranges::any_of(node.inputs, [](const ir::NamedArgument& input) { return FloatIn(input.arg) != nullptr; });
}

ir::Node WithFloats(ir::Node node, std::span<const double> floats) {
  for (ir::NamedArgument& input : node.inputs) {
    if (const ir::ValueId* id = FloatIn(input.arg)) input.arg = ir::Argument(floats[static_cast<size_t>(*id)]);
  }
  return node;
}

bool IsFloatOperator(std::string_view op) { return Find(op) != nullptr; }

Result<double> FloatOf(std::string_view op, std::span<const double> args) {
  const Operator* found = Find(op);
  if (found == nullptr) return Unsupported("no arithmetic of floats for the operator " + std::string(op));
  if (args.size() != found->arity) {
    return Invalid(std::string(op) + " has another number of arguments")
        .With("found", std::to_string(args.size()))
        .With("wanted", std::to_string(found->arity));
  }
  if (found->divides && args[1] == 0) return Invalid(std::string(op) + " divides by 0");
  return found->compute(args[0], found->arity == 2 ? args[1] : 0);
}

}  // namespace conformance::program
