// Any text as a config.json: an error or a module tree on meta, never a crash or a large allocation.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "framework/formats/json.h"
#include "framework/models/registry.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace conformance;
  const Result<Json> config = formats::ParseJson({reinterpret_cast<const char*>(data), size});
  if (!config.ok()) return 0;
  static const models::ModelTable table = models::DefaultModels();
  const auto model_class = table.Resolve(*config, "config.json");
  if (!model_class.ok()) return 0;
  // Layers are modules: a legal config may ask for many, which only takes time here.
  for (const std::string_view key : {"num_hidden_layers", "n_layer"})
    if (const Json* layers = config->Find(key); layers != nullptr && layers->IsInt() && layers->AsInt() > 64) return 0;
  const auto model = (*model_class)->make(*config, "config.json");
  if (model.ok()) (void)(*model)->NumParameters();
  return 0;
}
