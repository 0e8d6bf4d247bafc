#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "framework/base/result.h"
#include "framework/formats/file.h"
#include "framework/tensor/tensor.h"

namespace conformance::formats {

/// Reads a NumPy array file, versions 1 to 3, little-endian, C or Fortran order (which becomes strides): a read-only view of the
/// mapping, or a copy where the file places it unaligned.
/// Dtypes: f8 f4 f2 i8 i4 i2 i1 u1 b1 c8 c16; others (big-endian, records, objects) are kUnsupported, named.
/// Errors: kCorrupt with file, place, found, wanted: bad magic, header or shape, too few or too many bytes.
/// Source: numpy.lib.format, "Format Version 1.0" to "3.0".
Result<Tensor> ReadNpy(const std::filesystem::path& path);
Result<Tensor> ParseNpy(const std::shared_ptr<const MappedFile>& file);

/// Version 1, C order, as NumPy writes it byte for byte. Errors: kUnsupported for bf16, which NumPy does not have; kIo.
Status WriteNpy(const std::filesystem::path& path, const Tensor& tensor);

}  // namespace conformance::formats
