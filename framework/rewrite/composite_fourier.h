#pragma once

#include <vector>

#include "framework/rewrite/composites.h"

namespace conformance::rewrite {

/// torch.fft's transforms, stft and istft, and the adjoint, over aten._fft_r2c, _fft_c2c and _fft_c2r.
const std::vector<Composite>& FourierComposites();

}  // namespace conformance::rewrite
