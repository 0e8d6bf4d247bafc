#include "references/eager/isa.h"

#include <cstdlib>

#include "references/eager/isa/isa_kernels.h"

namespace conformance::eager {

std::string_view IsaName(const IsaKernels& isa) { return isa.name; }

std::vector<const IsaKernels*> UsableIsas() {
  std::vector<const IsaKernels*> usable;
  for (const IsaKernels* isa : {&BaselineKernels(), &Avx2Kernels(), &Avx512Kernels()}) {
    if (isa->usable()) usable.push_back(isa);
  }
  return usable;
}

const IsaKernels* FindIsa(std::string_view name) {
  for (const IsaKernels* isa : UsableIsas()) {
    if (name == isa->name) return isa;
  }
  return nullptr;
}

const IsaKernels& ActiveIsa() {
  static const IsaKernels& active = []() -> const IsaKernels& {
    const char* wanted = std::getenv("CONFORMANCE_ISA");
    const IsaKernels* named = wanted != nullptr ? FindIsa(wanted) : nullptr;
    return named != nullptr ? *named : *UsableIsas().back();
  }();
  return active;
}

}  // namespace conformance::eager
