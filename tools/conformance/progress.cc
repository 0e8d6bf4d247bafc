#include "tools/conformance/progress.h"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <string>

namespace conformance::cli {
namespace {

using record::CellRecord;
using record::Outcome;

const char* ColourOf(const CellRecord& cell) {
  if (cell.outcome == Outcome::kPass && !cell.unexpected) return "\033[32m";
  if (cell.as_expected() || cell.outcome == Outcome::kUnavailable || cell.outcome == Outcome::kSkip) return "\033[33m";
  return "\033[31m";
}

void PrintLine(std::FILE* out, const CellRecord& cell, bool colour) {
  const std::string word = cell.shown_word();
  std::fprintf(out, "%s%-15s%s %s  %.3f s%s%s\n", colour ? ColourOf(cell) : "", word.c_str(), colour ? "\033[0m" : "",
               cell.id.ToString().c_str(), cell.seconds, cell.reason.empty() ? "" : "  ", cell.reason.c_str());
}

// A failure's verdict after it was run again.
void PrintRerun(std::FILE* out, const CellRecord& cell, bool colour) {
  std::fputs("again  ", out);
  PrintLine(out, cell, colour);
}

class Lines : public engine::ProgressSink {
 public:
  Lines(std::FILE* out, bool colour) : out_(out), colour_(colour) {}
  void OnStart(size_t cells, size_t resumed) override {
    if (out_ == nullptr) return;
    std::fprintf(out_, "%zu cells%s\n", cells, resumed == 0 ? "" : (", " + std::to_string(resumed) + " of them from the journal").c_str());
    std::fflush(out_);
  }
  void OnResult(const CellRecord& cell) override {
    if (out_ == nullptr) return;
    PrintLine(out_, cell, colour_);
    std::fflush(out_);
  }
  void OnRerun(const CellRecord& cell) override {
    if (out_ == nullptr) return;
    PrintRerun(out_, cell, colour_);
    std::fflush(out_);
  }

 private:
  std::FILE* out_;
  bool colour_;
};

// Results that are not green stay above the bar; the bar itself is drawn ten times a second at most.
class Bar : public engine::ProgressSink {
 public:
  Bar(std::FILE* lines, bool colour) : lines_(lines), colour_(colour) {}
  ~Bar() override {
    if (drawn_) std::fputs("\r\033[K", stderr);
  }
  void OnStart(size_t cells, size_t resumed) override {
    cells_ = cells;
    done_ = resumed;
    Draw("");
  }
  void OnCellEnd(const CellRecord& cell, size_t done, size_t cells) override {
    done_ = done;
    cells_ = cells;
    if (!cell.as_expected() && cell.outcome != Outcome::kUnavailable) ++red_;
    const auto now = std::chrono::steady_clock::now();
    if (done == cells || now - last_ > std::chrono::milliseconds(100)) {
      last_ = now;
      Draw(cell.id.ToString());
    }
  }
  void OnResult(const CellRecord& cell) override {
    if (lines_ == nullptr || (cell.as_expected() && cell.expected.empty())) return;
    std::fputs("\r\033[K", stderr);
    std::fflush(stderr);
    PrintLine(lines_, cell, colour_);
    std::fflush(lines_);
  }
  void OnRerun(const CellRecord& cell) override {
    if (lines_ == nullptr) return;
    std::fputs("\r\033[K", stderr);
    std::fflush(stderr);
    PrintRerun(lines_, cell, colour_);
    std::fflush(lines_);
  }

 private:
  void Draw(const std::string& id) {
    constexpr size_t kWidth = 30;
    const size_t filled = cells_ == 0 ? kWidth : done_ * kWidth / cells_;
    const std::string bar = std::string(filled, '#') + std::string(kWidth - filled, '.');
    const std::string red = red_ == 0 ? "" : "  " + std::to_string(red_) + " not as expected";
    std::fprintf(stderr, "\r\033[K[%s] %zu/%zu%s  %.60s", bar.c_str(), done_, cells_, red.c_str(), id.c_str());
    std::fflush(stderr);
    drawn_ = true;
  }
  std::FILE* lines_;
  bool colour_;
  bool drawn_ = false;
  size_t cells_ = 0, done_ = 0, red_ = 0;
  std::chrono::steady_clock::time_point last_;
};

}  // namespace

Terminal Terminal::Detect() {
  Terminal terminal;
  terminal.out = isatty(STDOUT_FILENO) != 0;
  terminal.err = isatty(STDERR_FILENO) != 0;
  const char* no_colour = std::getenv("NO_COLOR");
  terminal.colour = terminal.out && (no_colour == nullptr || *no_colour == '\0');
  return terminal;
}

std::unique_ptr<engine::ProgressSink> MakeProgress(const Terminal& terminal, std::FILE* lines) {
  if (terminal.err && lines != nullptr) return std::make_unique<Bar>(lines, terminal.colour && lines == stdout);
  return std::make_unique<Lines>(lines, terminal.colour && lines == stdout);
}

}  // namespace conformance::cli
