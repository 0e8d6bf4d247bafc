#pragma once

#include <string_view>
#include <vector>

#include "framework/nn/model.h"
#include "framework/tensor/tensor.h"

namespace conformance::load {

/// Where a file has several of what a placeholder stands for in each row (two images in one text), plans have as many: of every input whose
/// rows are then more than the batch's by a whole factor.
void CountPlaceholders(const NamedTensors& inputs, std::string_view ids_name, std::vector<nn::InputSpec>& specs, nn::InputLayout& layout);

}  // namespace conformance::load
