#include "framework/symbolic/sympy_text.h"

#include <cctype>
#include <limits>
#include <variant>
#include <vector>

#include "framework/base/strings.h"
#include "framework/symbolic/sym_expr.h"

namespace conformance {
namespace {

constexpr int kMaxDepth = 400;  // each atom of ours may stand in a power, a product and a sum

// A value with its denominator: sympy writes s0/2 as Mul(Rational(1, 2), s0), and IntTrueDiv waits for its rounding.
struct Fraction {
  SymInt numerator;
  SymInt denominator = 1;
  bool IsInteger() const { return denominator.AsInt() == 1; }
};
using Node = std::variant<Fraction, SymBool>;

class Reader {
 public:
  Reader(std::string_view text, SympySymbols* symbols) : text_(text), symbols_(symbols) {}

  Result<Node> All() {
    CONFORMANCE_TRY(Node out, Expression());
    Blanks();
    if (at_ != text_.size()) return Wanted("the end");
    return out;
  }

  Error Wanted(std::string_view what) const {
    const std::string found = at_ < text_.size() ? "'" + std::string(text_.substr(at_, 16)) + "'" : "the end";
    return Invalid("wanted " + std::string(what) + ", found " + found + " at character " + std::to_string(at_))
        .With("expression", std::string(text_.substr(0, 200)));
  }
  Error Refused(std::string_view what) const {
    return Unsupported(std::string(what)).With("expression", std::string(text_.substr(0, 200)));
  }

 private:
  void Blanks() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  bool Take(char c) {
    Blanks();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  std::string_view Word() {
    Blanks();
    const size_t start = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '_')) ++at_;
    return text_.substr(start, at_ - start);
  }
  Result<int64_t> Number() {
    Blanks();
    const size_t start = at_;
    if (at_ < text_.size() && text_[at_] == '-') ++at_;
    while (at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
    const auto value = ParseInt(text_.substr(start, at_ - start));
    if (value) return *value;
    at_ = start;
    return Wanted("an integer of 64 bits");
  }

  Result<Node> Expression() {
    if (++depth_ > kMaxDepth) return Wanted("less than 400 nested calls");
    auto out = Inside();
    --depth_;
    return out;
  }

  Result<Node> Inside() {
    const std::string name(Word());
    if (name.empty()) return Wanted("a function's name");
    if (name == "true" || name == "false") return Node(SymBool(name == "true"));
    if (!Take('(')) return Wanted("'(' after " + name);
    if (name == "Integer" || name == "Rational") return Literal(name);
    if (name == "Symbol") return SymbolCall();
    if (name == "Float") return Refused("a floating-point number in a size");
    std::vector<Node> args;
    if (!Take(')')) {
      do {
        CONFORMANCE_TRY(Node arg, Expression());
        args.push_back(std::move(arg));
      } while (Take(','));
      if (!Take(')')) return Wanted("',' or ')'");
    }
    return Apply(name, args);
  }

  Result<Node> Literal(const std::string& name) {
    CONFORMANCE_TRY(const int64_t numerator, Number());
    Fraction out{SymInt(numerator)};
    if (name == "Rational") {
      if (!Take(',')) return Wanted("','");
      CONFORMANCE_TRY(const int64_t denominator, Number());
      if (denominator <= 0) return Wanted("a positive denominator before this");
      out.denominator = denominator;
    }
    if (!Take(')')) return Wanted("')'");
    return Node(out);
  }

  Result<Node> SymbolCall() {
    Blanks();
    if (at_ >= text_.size() || (text_[at_] != '\'' && text_[at_] != '"')) return Wanted("a symbol's name in quotes");
    const char quote = text_[at_++];
    const std::string name(Word());
    if (name.empty() || std::isdigit(static_cast<unsigned char>(name[0])) != 0) return Wanted("a symbol's name");
    if (at_ >= text_.size() || text_[at_] != quote) return Wanted("the closing quote");
    ++at_;
    bool positive = false, integer = false;
    while (Take(',')) {
      const std::string assumption(Word());
      if (assumption.empty() || !Take('=')) return Wanted("an assumption like positive=True");
      const std::string_view value = Word();
      if (value != "True" && value != "False") return Wanted("True or False before this");
      if (assumption == "positive") positive = value == "True";
      if (assumption == "integer") integer = value == "True";
    }
    if (!Take(')')) return Wanted("')'");
    if (!integer) return Refused("the symbol " + name + " is not an integer");
    if (symbols_ != nullptr) {
      const auto [it, fresh] = symbols_->emplace(name, positive);
      if (!fresh && it->second != positive) return Refused("the symbol " + name + " is used with and without positive=True");
    }
    return Node(Fraction{SymInt::Symbol(name)});
  }

  static Fraction AddUp(const Fraction& a, const Fraction& b) {
    if (SymInt::Same(a.denominator, b.denominator)) return {a.numerator + b.numerator, a.denominator};
    return {a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator};
  }
  // A rational that sympy knows to be an integer.
  static SymInt Whole(const Fraction& fraction) {
    return fraction.IsInteger() ? fraction.numerator : FloorDiv(fraction.numerator, fraction.denominator);
  }
  static bool NeverNegative(const SymInt& value) {
    if (value.IsConstant()) return value.constant() >= 0;
    for (const symbolic::Term& term : value.expr()->terms) {
      if (term.coefficient < 0) return false;
    }
    return true;
  }

  Result<Node> Apply(const std::string& name, const std::vector<Node>& args) {
    if (name == "And" || name == "Or" || name == "Not") return Connective(name, args);
    std::vector<Fraction> values;
    for (const Node& arg : args) {
      const auto* value = std::get_if<Fraction>(&arg);
      if (value == nullptr) return Refused(name + " of a condition");
      values.push_back(*value);
    }
    const size_t count = values.size();
    if (count == 0) return Wanted("arguments of " + name + " before this");
    if (name == "Add" || name == "Mul") {
      Fraction out = values[0];
      for (size_t i = 1; i < count; ++i) {
        out = name == "Add" ? AddUp(out, values[i])
                            : Fraction{out.numerator * values[i].numerator, out.denominator * values[i].denominator};
      }
      return Node(out);
    }
    if (count == 1) {
      const Fraction& x = values[0];
      if (name == "Identity" || name == "ToInt") return Node(x);
      if (name == "floor" || name == "FloorToInt") return Node(Fraction{FloorDiv(x.numerator, x.denominator)});
      if (name == "ceiling" || name == "CeilToInt") return Node(Fraction{CeilDiv(x.numerator, x.denominator)});
      if (name == "TruncToInt" && NeverNegative(x.numerator) && NeverNegative(x.denominator)) {
        return Node(Fraction{FloorDiv(x.numerator, x.denominator)});
      }
    }
    if (count == 2 && name == "IntTrueDiv") {
      return Node(Fraction{values[0].numerator * values[1].denominator, values[0].denominator * values[1].numerator});
    }
    if (count == 2 && name == "Pow" && values[1].IsInteger() && values[1].numerator.AsInt() == -1) {
      return Node(Fraction{values[0].denominator, values[0].numerator});
    }
    return ApplyWhole(name, values);
  }

  Result<Node> ApplyWhole(const std::string& name, const std::vector<Fraction>& values) {
    std::vector<SymInt> whole;
    for (const Fraction& value : values) whole.push_back(Whole(value));
    const size_t count = whole.size();
    const auto number = [](SymInt value) { return Node(Fraction{std::move(value)}); };
    if (name == "Max" || name == "Min") {
      SymInt out = whole[0];
      for (size_t i = 1; i < count; ++i) out = name == "Max" ? Max(out, whole[i]) : Min(out, whole[i]);
      return number(out);
    }
    if (count == 2) {
      const SymInt &a = whole[0], &b = whole[1];
      if (name == "FloorDiv" || name == "CleanDiv") return number(FloorDiv(a, b));
      if (name == "CeilDiv") return number(CeilDiv(a, b));
      if (name == "Mod" || name == "PythonMod") return number(Mod(a, b));
      if (name == "Equality") return Node(Eq(a, b));
      if (name == "Unequality") return Node(Ne(a, b));
      if (name == "LessThan") return Node(Le(a, b));
      if (name == "StrictLessThan") return Node(Lt(a, b));
      if (name == "GreaterThan") return Node(Ge(a, b));
      if (name == "StrictGreaterThan") return Node(Gt(a, b));
      const auto exponent = b.AsInt();
      if (name == "Pow" || name == "PowByNatural") {
        if (!exponent || *exponent < 0 || *exponent > symbolic::kMaxPower) return Refused("a power that is not a constant between 0 and 64");
        SymInt out = 1;
        for (int64_t i = 0; i < *exponent; ++i) out *= a;
        return number(out);
      }
      if (name == "LShift" || name == "RShift") {
        if (!exponent || *exponent < 0 || *exponent > 62) return Refused("a shift that is not a constant between 0 and 62");
        const SymInt power(int64_t{1} << *exponent);
        return number(name == "LShift" ? a * power : FloorDiv(a, power));
      }
    }
    if (count == 3 && name == "ModularIndexing") return number(Mod(FloorDiv(whole[0], whole[1]), whole[2]));
    return Refused("sympy function " + name + " of " + std::to_string(count) + " arguments has no integer counterpart here");
  }

  Result<Node> Connective(const std::string& name, const std::vector<Node>& args) {
    if (args.empty() || (name == "Not" && args.size() != 1)) return Wanted("arguments of " + name + " before this");
    SymBool out(name != "Or");
    for (const Node& arg : args) {
      const auto* part = std::get_if<SymBool>(&arg);
      if (part == nullptr) return Refused(name + " of a number");
      out = name == "Or" ? Or(out, *part) : And(out, *part);
    }
    return Node(name == "Not" ? Not(out) : out);
  }

  std::string_view text_;
  SympySymbols* symbols_;
  size_t at_ = 0;
  int depth_ = 0;
};

std::string IntegerText(int64_t value) { return "Integer(" + std::to_string(value) + ")"; }

std::string AtomSympy(const SymAtom& atom, const IsPositive& positive) {
  const char* name = "";
  switch (atom.kind) {
    case SymAtom::Kind::kSymbol: {
      const bool is_positive = positive ? positive(atom.name) : atom.name[0] != 'u';
      return "Symbol('" + atom.name + (is_positive ? "', positive=True, integer=True)" : "', integer=True)");
    }
    case SymAtom::Kind::kError: return "Invalid('" + atom.name + "')";
    case SymAtom::Kind::kFloorDiv: name = "FloorDiv("; break;
    case SymAtom::Kind::kMod: name = "PythonMod("; break;
    case SymAtom::Kind::kMin: name = "Min("; break;
    case SymAtom::Kind::kMax: name = "Max("; break;
  }
  std::string out = name;
  for (size_t i = 0; i < atom.args.size(); ++i) {
    if (i != 0) out += ", ";
    out += ToSympy(atom.args[i], positive);
  }
  return out + ")";
}

}  // namespace

Result<SymInt> ParseSympy(std::string_view text, SympySymbols* symbols) {
  Reader reader(text, symbols);
  CONFORMANCE_TRY(Node out, reader.All());
  const auto* value = std::get_if<Fraction>(&out);
  if (value == nullptr) return reader.Refused("a condition where a size is wanted");
  return value->IsInteger() ? value->numerator : FloorDiv(value->numerator, value->denominator);
}

Result<SymBool> ParseSympyBool(std::string_view text, SympySymbols* symbols) {
  Reader reader(text, symbols);
  CONFORMANCE_TRY(Node out, reader.All());
  if (const auto* value = std::get_if<SymBool>(&out)) return *value;
  return reader.Refused("a size where a condition is wanted");
}

std::string ToSympy(const SymInt& value, const IsPositive& positive) {
  if (value.IsConstant()) return IntegerText(value.constant());
  std::vector<std::string> sum;
  for (const symbolic::Term& term : value.expr()->terms) {
    std::vector<std::string> product;
    if (term.coefficient != 1 || term.factors.empty()) product.push_back(IntegerText(term.coefficient));
    for (const symbolic::Factor& factor : term.factors) {
      std::string text = AtomSympy(*factor.atom, positive);
      if (factor.power != 1) text = "Pow(" + text + ", " + IntegerText(factor.power) + ")";
      product.push_back(std::move(text));
    }
    sum.push_back(product.size() == 1 ? product[0] : "Mul(" + Join(product, ", ") + ")");
  }
  return sum.size() == 1 ? sum[0] : "Add(" + Join(sum, ", ") + ")";
}

std::string ToSympy(const SymBool& value, const IsPositive& positive) {
  if (value.IsConstant()) return *value.AsBool() ? "true" : "false";
  const SymLogic& logic = *value.logic();
  switch (logic.kind) {
    case SymLogic::Kind::kEqual: return "Equality(" + ToSympy(logic.value, positive) + ", Integer(0))";
    case SymLogic::Kind::kNotEqual: return "Unequality(" + ToSympy(logic.value, positive) + ", Integer(0))";
    case SymLogic::Kind::kLessEqual: return "LessThan(" + ToSympy(logic.value, positive) + ", Integer(0))";
    case SymLogic::Kind::kAnd:
    case SymLogic::Kind::kOr: break;
  }
  std::string out = logic.kind == SymLogic::Kind::kAnd ? "And(" : "Or(";
  for (size_t i = 0; i < logic.parts.size(); ++i) {
    if (i != 0) out += ", ";
    out += ToSympy(logic.parts[i], positive);
  }
  return out + ")";
}

}  // namespace conformance
