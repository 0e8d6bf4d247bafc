#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "framework/engine/list_import.h"
#include "framework/engine/lists.h"
#include "framework/engine/lists_edit.h"
#include "framework/formats/json.h"

namespace {

using namespace conformance;

std::vector<engine::ListEntry> Read(std::string_view text) {
  const auto json = formats::ParseJson(text);
  if (!json.ok()) return {};
  return engine::ParseList(*json, "list.json").value_or({});
}

/// Without an entry, a list reads as the others in their order; with another date, as itself but for that.
void Edit(std::string_view text) {
  const std::vector<engine::ListEntry> entries = Read(text);
  for (size_t i = 0; i < entries.size() && i < 20; ++i) {
    const auto shorter = engine::EditList(text, {.removed = {i}, .dates = {}}, "list.json");
    const auto dated = engine::EditList(text, {.removed = {}, .dates = {{i, "2026-01-31"}}}, "list.json");
    if (!shorter.ok() || !dated.ok()) std::abort();
    std::vector<engine::ListEntry> rest = entries;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    const auto left = Read(*shorter), same = Read(*dated);
    if (left.size() != rest.size() || same.size() != entries.size()) std::abort();
    for (size_t k = 0; k < left.size(); ++k) {
      if (left[k].id != rest[k].id || left[k].date != rest[k].date) std::abort();
    }
    for (size_t k = 0; k < same.size(); ++k) {
      if (same[k].id != entries[k].id || same[k].date != (k == i ? "2026-01-31" : entries[k].date)) std::abort();
    }
  }
}

}  // namespace

// Our lists and others', as text that may be anything.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Edit(text);
  for (const std::string& format : engine::ForeignFormats()) (void)engine::ReadForeignList(format, "EXPORT_SKIPS", text, "list");
  return 0;
}
