# Finds the third parties. Most are packages of the system; tools/setup puts the rest into a cache outside the checkout and
# writes there `env-<hash of tools/third_party.txt>.cmake`, which says where each one is.
#
# Targets: Eigen3::Eigen TBB::tbb protobuf::libprotobuf ONNX::onnx nlohmann_json::nlohmann_json CLI11::CLI11
# ZLIB::ZLIB JPEG::JPEG PNG::PNG TIFF::TIFF pugixml::pugixml conformance_re2 conformance_webp conformance_openjpeg conformance_valijson conformance_mustache
# conformance_ort_headers GTest::gmock GTest::gmock_main benchmark::benchmark. OpenVINO, which is optional, is found by its only user
# (references/runtimes/openvino).

if(DEFINED ENV{CONFORMANCE_CACHE})
  set(CONFORMANCE_CACHE "$ENV{CONFORMANCE_CACHE}")
elseif(DEFINED ENV{XDG_CACHE_HOME})
  set(CONFORMANCE_CACHE "$ENV{XDG_CACHE_HOME}/conformance")
else()
  set(CONFORMANCE_CACHE "$ENV{HOME}/.cache/conformance")
endif()

set(_pins "${CMAKE_SOURCE_DIR}/tools/third_party.txt")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${_pins}")
file(SHA256 "${_pins}" _pins_hash)
string(SUBSTRING "${_pins_hash}" 0 12 _pins_hash)
set(_env_file "${CONFORMANCE_CACHE}/env-${_pins_hash}.cmake")
if(EXISTS "${_env_file}")
  include("${_env_file}")  # CONFORMANCE_ONNX_PREFIX, CONFORMANCE_ORT_INCLUDE_DIR, CONFORMANCE_OPENVINO_DIR
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${_env_file}")
  # What an earlier configuration found in another cache entry is out of date.
  if(NOT "${_env_file};${CONFORMANCE_ONNX_PREFIX};${CONFORMANCE_ORT_INCLUDE_DIR}" STREQUAL "${CONFORMANCE_CACHE_SEEN}")
    unset(ONNX_DIR CACHE)
    unset(conformance_ort_headers_INCLUDE_DIR CACHE)
    set(CONFORMANCE_CACHE_SEEN "${_env_file};${CONFORMANCE_ONNX_PREFIX};${CONFORMANCE_ORT_INCLUDE_DIR}" CACHE INTERNAL "")
  endif()
endif()

find_package(Threads REQUIRED)

# The allocator of the program and of the benchmarks. A sweep of tiny models is a tenth to a quarter malloc and free (ONNX Runtime's session creation above all):
# jemalloc takes a fifth off a cell's time (glibc 2.36, bench_engine's fixtures) and two threads wait less for each other. The library leaves
# the choice to the program that links it; sanitizers bring their own.
add_library(conformance_allocator INTERFACE)
if(NOT CONFORMANCE_SANITIZE)
  find_library(CONFORMANCE_ALLOCATOR jemalloc DOC "Allocator of the conformance program; empty: the system's")
  mark_as_advanced(CONFORMANCE_ALLOCATOR)
  if(CONFORMANCE_ALLOCATOR)
    target_link_libraries(conformance_allocator INTERFACE -Wl,--push-state,--no-as-needed "${CONFORMANCE_ALLOCATOR}" -Wl,--pop-state)
  endif()
endif()
find_package(ZLIB REQUIRED)
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(TBB 2021.5 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(CLI11 2.1 REQUIRED)
find_package(pugixml 1.12 REQUIRED)
find_package(GTest 1.12 REQUIRED)
find_package(benchmark REQUIRED)
# What ONNX's ImageDecoder reads.
find_package(JPEG REQUIRED)
find_package(PNG REQUIRED)
find_package(TIFF 4.5 REQUIRED)

# Debian's protobuf has no package file of its own, and the one of onnx does not look for protobuf: this order matters.
find_package(Protobuf 3.21 REQUIRED MODULE)
find_package(ONNX CONFIG QUIET HINTS "${CONFORMANCE_ONNX_PREFIX}" ENV CONFORMANCE_ONNX_PREFIX)

# Header-only libraries without a package file. PRIVATE to the one source that needs each: they are slow to compile.
function(conformance_header_library target header)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "HINTS;SUFFIXES")
  find_path(${target}_INCLUDE_DIR ${header} HINTS ${arg_HINTS} PATH_SUFFIXES ${arg_SUFFIXES})
  mark_as_advanced(${target}_INCLUDE_DIR)
  if(${target}_INCLUDE_DIR)
    add_library(${target} INTERFACE)
    target_include_directories(${target} SYSTEM INTERFACE "${${target}_INCLUDE_DIR}")
  endif()
endfunction()
conformance_header_library(conformance_valijson valijson/validator.hpp)
conformance_header_library(conformance_mustache kainjow/mustache.hpp)
# Libraries without a package file (RE2 before 2023, WebP as Debian has it), or with one that asks for programs that its package doesn't have (OpenJPEG).
function(conformance_plain_library target header library)
  cmake_parse_arguments(PARSE_ARGV 3 arg "" "" "SUFFIXES")
  find_path(${target}_INCLUDE_DIR ${header} PATH_SUFFIXES ${arg_SUFFIXES})
  find_library(${target}_LIBRARY ${library})
  mark_as_advanced(${target}_INCLUDE_DIR ${target}_LIBRARY)
  if(${target}_INCLUDE_DIR AND ${target}_LIBRARY)
    add_library(${target} INTERFACE)
    target_include_directories(${target} SYSTEM INTERFACE "${${target}_INCLUDE_DIR}")
    target_link_libraries(${target} INTERFACE "${${target}_LIBRARY}")
  endif()
endfunction()
conformance_plain_library(conformance_re2 re2/re2.h re2)
conformance_plain_library(conformance_webp webp/decode.h webp)
conformance_plain_library(conformance_openjpeg openjpeg.h openjp2 SUFFIXES openjpeg-2.5)
# Only the header is needed to build; the library is opened at run time, see tools/setup.
conformance_header_library(conformance_ort_headers onnxruntime_c_api.h
  HINTS "${CONFORMANCE_ORT_INCLUDE_DIR}" ENV CONFORMANCE_ORT_INCLUDE_DIR
  SUFFIXES onnxruntime onnxruntime/core/session include)
# Where tools/setup leaves libonnxruntime.so, relative to the cache folder: looked up at run time, after the option and the
# environment variable, so that no path of this machine is compiled in.
file(STRINGS "${_pins}" _ort REGEX "^onnxruntime ")
string(REGEX REPLACE "^onnxruntime +([^ ]+).*" "\\1" CONFORMANCE_ORT_VERSION "${_ort}")
if(TARGET conformance_ort_headers)
  target_compile_definitions(conformance_ort_headers INTERFACE
    CONFORMANCE_ORT_CACHE_FILE="onnxruntime-${CONFORMANCE_ORT_VERSION}/libonnxruntime.so")
endif()

set(_missing "")
foreach(_target ONNX::onnx conformance_re2 conformance_webp conformance_openjpeg conformance_valijson conformance_mustache conformance_ort_headers)
  if(NOT TARGET ${_target})
    list(APPEND _missing ${_target})
  endif()
endforeach()
if(_missing)
  message(WARNING "not found: ${_missing} (looked in the system and in ${CONFORMANCE_CACHE}); run tools/setup, then configure again")
endif()
