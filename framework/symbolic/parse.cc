#include "framework/symbolic/parse.h"

#include <cctype>
#include <string>
#include <variant>

#include "framework/base/strings.h"
#include "framework/symbolic/sym_expr.h"

namespace conformance {
namespace {

constexpr int kMaxDepth = 100;  // nested parentheses and functions

using Parsed = std::variant<SymInt, SymBool>;

// Recursive descent, loosest binding first: or, and, not, comparison, sum, product, sign, power, primary.
class Parser {
 public:
  Parser(std::string_view text, const OperandReader* reader) : text_(text), reader_(reader) {}

  Result<Parsed> All() {
    CONFORMANCE_TRY(Parsed out, Disjunction());
    Blanks();
    if (at_ != text_.size()) return Wanted("the end");
    return out;
  }

  Error Wanted(std::string_view what) const {
    const std::string found = at_ < text_.size() ? "'" + std::string(text_.substr(at_, 12)) + "'" : "the end";
    return Invalid("wanted " + std::string(what) + ", found " + found + " at character " + std::to_string(at_))
        .With("expression", std::string(text_.substr(0, 200)));
  }

 private:
  void Blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }
  bool Take(std::string_view token) {
    Blanks();
    if (text_.substr(at_, token.size()) != token) return false;
    at_ += token.size();
    return true;
  }
  static bool IsNameCharacter(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }
  bool TakeWord(std::string_view word) {
    Blanks();
    if (text_.substr(at_, word.size()) != word) return false;
    if (at_ + word.size() < text_.size() && IsNameCharacter(text_[at_ + word.size()])) return false;
    at_ += word.size();
    return true;
  }

  Result<Parsed> Disjunction() {
    CONFORMANCE_TRY(Parsed left, Conjunction());
    while (TakeWord("or")) {
      CONFORMANCE_TRY(Parsed right, Conjunction());
      CONFORMANCE_RETURN_IF_ERROR(Conditions(left, right));
      left = Or(std::get<SymBool>(left), std::get<SymBool>(right));
    }
    return left;
  }
  Result<Parsed> Conjunction() {
    CONFORMANCE_TRY(Parsed left, Negation());
    while (TakeWord("and")) {
      CONFORMANCE_TRY(Parsed right, Negation());
      CONFORMANCE_RETURN_IF_ERROR(Conditions(left, right));
      left = And(std::get<SymBool>(left), std::get<SymBool>(right));
    }
    return left;
  }
  Result<Parsed> Negation() {
    bool negate = false;
    bool any = false;
    while (TakeWord("not")) {
      negate = !negate;
      any = true;
    }
    CONFORMANCE_TRY(Parsed operand, Comparison());
    if (!any) return operand;
    CONFORMANCE_RETURN_IF_ERROR(Conditions(operand, operand));
    return negate ? Parsed(Not(std::get<SymBool>(operand))) : operand;
  }
  Result<Parsed> Comparison() {
    CONFORMANCE_TRY(Parsed left, Sum());
    using Relation = SymBool (*)(const SymInt&, const SymInt&);
    Relation relation = nullptr;
    if (Take("==")) relation = Eq;
    else if (Take("!=")) relation = Ne;
    else if (Take("<=")) relation = Le;
    else if (Take(">=")) relation = Ge;
    else if (Take("<")) relation = Lt;
    else if (Take(">")) relation = Gt;
    if (relation == nullptr) return left;
    CONFORMANCE_TRY(Parsed right, Sum());
    CONFORMANCE_RETURN_IF_ERROR(Integers(left, right));
    return Parsed(relation(std::get<SymInt>(left), std::get<SymInt>(right)));
  }
  Result<Parsed> Sum() {
    CONFORMANCE_TRY(Parsed left, Product());
    while (true) {
      const bool plus = Take("+");
      if (!plus && !Take("-")) return left;
      CONFORMANCE_TRY(Parsed right, Product());
      CONFORMANCE_RETURN_IF_ERROR(Integers(left, right));
      const SymInt &a = std::get<SymInt>(left), &b = std::get<SymInt>(right);
      left = plus ? a + b : a - b;
    }
  }
  Result<Parsed> Product() {
    CONFORMANCE_TRY(Parsed left, Signed());
    while (true) {
      using Operator = SymInt (*)(const SymInt&, const SymInt&);
      Operator apply = nullptr;
      Blanks();
      if (Take("//")) apply = FloorDiv;
      else if (Take("%")) apply = Mod;
      else if (text_.substr(at_, 2) != "**" && Take("*")) apply = [](const SymInt& a, const SymInt& b) { return a * b; };
      if (apply == nullptr) return left;
      CONFORMANCE_TRY(Parsed right, Signed());
      CONFORMANCE_RETURN_IF_ERROR(Integers(left, right));
      left = apply(std::get<SymInt>(left), std::get<SymInt>(right));
    }
  }
  Result<Parsed> Signed() {
    bool negate = false;
    bool any = false;
    while (Take("-")) {
      negate = !negate;
      any = true;
    }
    Blanks();
    // The most negative number has no positive twin, so the sign belongs to the digits.
    if (negate && at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_])) != 0) {
      size_t end = at_;
      while (end < text_.size() && std::isdigit(static_cast<unsigned char>(text_[end])) != 0) ++end;
      if (text_.substr(at_, end - at_) == "9223372036854775808") {
        at_ = end;
        return Parsed(SymInt(std::numeric_limits<int64_t>::min()));
      }
    }
    CONFORMANCE_TRY(Parsed operand, Power());
    if (!any) return operand;
    CONFORMANCE_RETURN_IF_ERROR(Integers(operand, operand));
    return negate ? Parsed(-std::get<SymInt>(operand)) : operand;
  }
  Result<Parsed> Power() {
    CONFORMANCE_TRY(Parsed base, Primary());
    if (!Take("**")) return base;
    CONFORMANCE_TRY(Parsed exponent, Primary());
    CONFORMANCE_RETURN_IF_ERROR(Integers(base, exponent));
    const auto power = std::get<SymInt>(exponent).AsInt();
    if (!power || *power < 0 || *power > symbolic::kMaxPower) return Wanted("a power between 0 and 64 before this");
    SymInt out = 1;
    for (int64_t i = 0; i < *power; ++i) out *= std::get<SymInt>(base);
    return Parsed(out);
  }
  Result<Parsed> Primary() {
    if (++depth_ > kMaxDepth) return Wanted("less than 100 nested parentheses");
    auto out = PrimaryInside();
    --depth_;
    return out;
  }
  Result<Parsed> PrimaryInside() {
    Blanks();
    if (Take("(")) {
      CONFORMANCE_TRY(Parsed inside, Disjunction());
      if (!Take(")")) return Wanted("')'");
      return inside;
    }
    if (reader_ != nullptr && *reader_) {
      if (auto operand = (*reader_)(text_.substr(at_))) {
        if (!operand->ok()) return std::move(*operand).error();
        at_ += (*operand)->length;
        return Parsed((*operand)->value);
      }
    }
    if (at_ >= text_.size()) return Wanted("an operand");
    const size_t start = at_;
    if (std::isdigit(static_cast<unsigned char>(text_[at_])) != 0) {
      while (at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
      const auto number = ParseInt(text_.substr(start, at_ - start));
      if (number) return Parsed(SymInt(*number));
      at_ = start;
      return Wanted("a number of 64 bits");
    }
    while (at_ < text_.size() && IsNameCharacter(text_[at_])) ++at_;
    const std::string name(text_.substr(start, at_ - start));
    if (name.empty() || name == "and" || name == "or" || name == "not") {
      at_ = start;
      return Wanted("an operand");
    }
    if (!Take("(")) {
      if (name == "true" || name == "True") return Parsed(SymBool(true));
      if (name == "false" || name == "False") return Parsed(SymBool(false));
      return Parsed(SymInt::Symbol(name));
    }
    return Call(name, start);
  }
  Result<Parsed> Call(const std::string& name, size_t start) {
    if (name == "invalid") {
      Blanks();
      const size_t from = at_;
      while (at_ < text_.size() && IsNameCharacter(text_[at_])) ++at_;
      const std::string_view what = text_.substr(from, at_ - from);
      if (what.empty() || !Take(")")) return Wanted("a word and ')'");
      return Parsed(symbolic::ErrorSymbol(what));
    }
    std::vector<SymInt> args;
    do {
      CONFORMANCE_TRY(Parsed arg, Disjunction());
      CONFORMANCE_RETURN_IF_ERROR(Integers(arg, arg));
      args.push_back(std::get<SymInt>(arg));
    } while (Take(","));
    if (!Take(")")) return Wanted("',' or ')'");
    const bool two = args.size() == 2;
    if (name == "floor_div" && two) return Parsed(FloorDiv(args[0], args[1]));
    if (name == "ceil_div" && two) return Parsed(CeilDiv(args[0], args[1]));
    if (name == "mod" && two) return Parsed(Mod(args[0], args[1]));
    if (name == "min" || name == "max") {
      SymInt out = args[0];
      for (size_t i = 1; i < args.size(); ++i) out = name == "min" ? Min(out, args[i]) : Max(out, args[i]);
      return Parsed(out);
    }
    at_ = start;
    return Wanted("floor_div, ceil_div, mod (two arguments), min or max");
  }

  Status Conditions(const Parsed& a, const Parsed& b) const {
    if (std::holds_alternative<SymBool>(a) && std::holds_alternative<SymBool>(b)) return Ok();
    return Wanted("conditions on both sides before this");
  }
  Status Integers(const Parsed& a, const Parsed& b) const {
    if (std::holds_alternative<SymInt>(a) && std::holds_alternative<SymInt>(b)) return Ok();
    return Wanted("integers on both sides before this");
  }

  std::string_view text_;
  const OperandReader* reader_;
  size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

Result<SymBool> ParseCondition(std::string_view text, const OperandReader& reader) {
  Parser parser(text, &reader);
  CONFORMANCE_TRY(Parsed out, parser.All());
  if (const auto* condition = std::get_if<SymBool>(&out)) return *condition;
  return parser.Wanted("a condition, not a number");
}

Result<SymBool> ParseSymBool(std::string_view text) { return ParseCondition(text); }

Result<SymInt> ParseSymInt(std::string_view text) {
  Parser parser(text, nullptr);
  CONFORMANCE_TRY(Parsed out, parser.All());
  if (const auto* value = std::get_if<SymInt>(&out)) return *value;
  return parser.Wanted("a number, not a condition");
}

}  // namespace conformance
