#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace conformance::formats {

// Numbers and sizes that the zip reader and writer share (APPNOTE 6.3.10, section 4.3).
constexpr uint32_t kLocalSignature = 0x04034B50;
constexpr uint32_t kDescriptorSignature = 0x08074B50;
constexpr uint32_t kCentralSignature = 0x02014B50;
constexpr uint32_t kEndSignature = 0x06054B50;
constexpr uint32_t kEnd64Signature = 0x06064B50;
constexpr uint32_t kLocator64Signature = 0x07064B50;
constexpr uint64_t kLocalBytes = 30;
constexpr uint64_t kCentralBytes = 46;
constexpr uint64_t kEndBytes = 22;
constexpr uint64_t kEnd64Bytes = 56;
constexpr uint64_t kLocator64Bytes = 20;
constexpr uint16_t kExtraZip64 = 0x0001;
constexpr uint16_t kExtraPadding = 0x4246;  // "FB", as PyTorch pads
constexpr uint16_t kFlagEncrypted = 1U << 0;
constexpr uint16_t kFlagDescriptor = 1U << 3;
constexpr uint16_t kFlagStrongEncryption = 1U << 6;
constexpr uint16_t kFlagUtf8 = 1U << 11;
constexpr uint16_t kFlagMasked = 1U << 13;
constexpr uint16_t kMethodStored = 0;
constexpr uint16_t kMethodDeflated = 8;
constexpr uint32_t kIn64 = 0xFFFFFFFF;  // the real value stands in the zip64 extra field
constexpr uint16_t kIn64Short = 0xFFFF;

/// Little-endian numbers from a record whose size was checked.
inline uint64_t ReadLittle(std::string_view bytes, uint64_t offset, int size) {
  uint64_t value = 0;
  for (int i = 0; i < size; ++i)
    value |= uint64_t{static_cast<unsigned char>(bytes[offset + static_cast<uint64_t>(i)])} << (8 * i);
  return value;
}
inline void AppendLittle(std::string& bytes, uint64_t value, int size) {
  for (int i = 0; i < size; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xFF);
}

}  // namespace conformance::formats
