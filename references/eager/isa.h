#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace conformance::eager {

/// The inner loops, built from one source for several instruction sets.
struct IsaKernels;

/// "x86-64", "avx2", "avx512".
std::string_view IsaName(const IsaKernels& isa);
/// All builds that this machine can run, plainest first.
std::vector<const IsaKernels*> UsableIsas();
/// The build of that name, or null where it was not built or the machine cannot run it.
const IsaKernels* FindIsa(std::string_view name);
/// Version of Eigen that the kernels are built from.
std::string EigenVersion();
/// Chosen once, at the first call: the best usable one, or the one that the environment variable CONFORMANCE_ISA names
/// (an unusable name is ignored).
const IsaKernels& ActiveIsa();

}  // namespace conformance::eager
