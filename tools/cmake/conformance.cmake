# The helpers that every folder's CMakeLists.txt uses.
#
#   conformance_library(<component>
#     SOURCES      a.cc b.cc             # none: a component of headers only
#     HEADERS      a.h b.h               # installed, unless NOT_INSTALLED
#     DEPENDS      framework_base ...    # components that stand above this one (conformance:: in front is allowed)
#     PRIVATE      Eigen3::Eigen ...     # third parties, seen by this component's sources only
#     PUBLIC       GTest::gmock ...      # third parties that show in headers: for test helpers only
#     TESTS        a_test.cc ...         # one executable and one ctest entry each: <folder>/a, labelled by folder
#     TEST_DEPENDS framework_testing ... # components that only the tests need; declared anywhere, also below
#     TEST_PRIVATE ONNX::onnx ...        # third parties that only the tests need
#     FUZZ         a_fuzz.cc ...         # each defines LLVMFuzzerTestOneInput
#     FUZZ_CORPUS  safetensors ...       # folders below fixtures/malformed (and fixtures/ itself: ../configs) fed to them
#     TESTING                            # installed for tests: headers, and objects in libconformance_testing.a
#     NOT_INSTALLED)                     # stays out of the shared library and the installed headers
#
# The component's name is its folder with _ for /. It becomes the object library <component>_objects and the static library
# <component>, alias conformance::<component>. Includes start at the source root. Configuring fails where DEPENDS names
# something not declared yet (so not above), or where a file includes a project header of a component that is neither this one
# nor reached by DEPENDS; the test tools/checks/includes repeats the second check without configuring.
#
# A test whose TEST_DEPENDS stand below its component must be declared where all are known:
#   conformance_tests(<component or other name> TESTS ... DEPENDS ... PRIVATE ...)
# does that from any folder. The target <name>_tests builds them all.
#
#   conformance_executable(<target> SOURCES ... DEPENDS ... PRIVATE ...)      a program of ours on the static components
#   conformance_benchmark(<target> SOURCES ... DEPENDS ... PRIVATE ...)       a Google Benchmark program, in <build>/bench

set(CONFORMANCE_TOP_FOLDERS framework exporters references suites fixtures bench reports tools)
set(CONFORMANCE_FUZZ_SECONDS 60 CACHE STRING "Seconds that each fuzzer runs under the preset fuzz")

# A breach of the rules above stops the configuration; -DCONFORMANCE_BREACH=WARNING goes on, for a tree in the middle of a move.
if(NOT DEFINED CONFORMANCE_BREACH)
  set(CONFORMANCE_BREACH FATAL_ERROR)
endif()

set_property(GLOBAL PROPERTY CONFORMANCE_COMPONENTS "")

# Components reached from `names`, themselves included.
function(conformance_closure out)
  set(all "")
  foreach(name IN LISTS ARGN)
    get_property(closure GLOBAL PROPERTY CONFORMANCE_CLOSURE_${name})
    list(APPEND all ${name} ${closure})
  endforeach()
  list(REMOVE_DUPLICATES all)
  set(${out} "${all}" PARENT_SCOPE)
endfunction()

# Every `#include "folder/..."` of `files` must be of a component among `allowed`.
function(conformance_check_includes name allowed)
  get_property(components GLOBAL PROPERTY CONFORMANCE_COMPONENTS)
  string(REPLACE ";" "|" tops "${CONFORMANCE_TOP_FOLDERS}")
  foreach(file IN LISTS ARGN)
    file(STRINGS "${file}" includes REGEX "^[ \t]*#[ \t]*include[ \t]+\"(${tops})/")
    foreach(line IN LISTS includes)
      string(REGEX REPLACE "^[^\"]*\"([^\"]+)\".*" "\\1" path "${line}")
      get_filename_component(folder "${path}" DIRECTORY)
      set(owners "")
      while(folder AND NOT owners)
        get_property(owners GLOBAL PROPERTY CONFORMANCE_OWNERS_${folder})
        if(NOT owners)
          get_filename_component(folder "${folder}" DIRECTORY)
        endif()
      endwhile()
      file(RELATIVE_PATH shown "${CMAKE_SOURCE_DIR}" "${file}")
      if(NOT owners)
        message(${CONFORMANCE_BREACH} "${shown} includes \"${path}\", which belongs to no component declared above ${name}")
      endif()
      set(found FALSE)
      foreach(owner IN LISTS owners)
        if(owner IN_LIST allowed)
          set(found TRUE)
        endif()
      endforeach()
      if(NOT found)
        string(REPLACE ";" " or " owners "${owners}")
        message(${CONFORMANCE_BREACH} "${shown} includes \"${path}\", but ${name} does not depend on ${owners}: "
                            "add it to DEPENDS if it stands above, or do without")
      endif()
    endforeach()
  endforeach()
endfunction()

function(conformance_absolute out)
  set(all "")
  foreach(file IN LISTS ARGN)
    get_filename_component(file "${file}" ABSOLUTE)
    if(NOT EXISTS "${file}" AND NOT file MATCHES "^${CMAKE_BINARY_DIR}/")
      message(${CONFORMANCE_BREACH} "no such file: ${file}")
      continue()
    endif()
    list(APPEND all "${file}")
  endforeach()
  set(${out} "${all}" PARENT_SCOPE)
endfunction()

function(conformance_names out)
  set(all "")
  foreach(name IN LISTS ARGN)
    string(REPLACE "conformance::" "" name "${name}")
    list(APPEND all ${name})
  endforeach()
  set(${out} "${all}" PARENT_SCOPE)
endfunction()

# One line in <build>/FILE, which tools/checks read: fields divided by |, entries by blanks, paths relative to the source root.
function(conformance_note file)
  set(line "")
  foreach(index RANGE 1 ${ARGC})
    if(index LESS ARGC)
      set(field "${ARGV${index}}")
      list(REMOVE_ITEM field "")
      string(REPLACE ";" " " field "${field}")
      string(REPLACE "${CMAKE_SOURCE_DIR}/" "" field "${field}")
      string(APPEND line "|${field}")
    endif()
  endforeach()
  string(SUBSTRING "${line}" 1 -1 line)
  set_property(GLOBAL APPEND_STRING PROPERTY CONFORMANCE_NOTE_${file} "${line}\n")
endfunction()

function(conformance_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "NOT_INSTALLED;TESTING;INTERFACE_ONLY" ""
    "SOURCES;HEADERS;DEPENDS;PRIVATE;PUBLIC;TESTS;TEST_DEPENDS;TEST_PRIVATE;FUZZ;FUZZ_CORPUS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "conformance_library(${name}): unknown arguments: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  conformance_names(depends ${arg_DEPENDS})
  get_property(components GLOBAL PROPERTY CONFORMANCE_COMPONENTS)
  foreach(dependency IN LISTS depends)
    if(NOT dependency IN_LIST components)
      list(REMOVE_ITEM depends ${dependency})
      message(${CONFORMANCE_BREACH} "${name} depends on ${dependency}, which is not declared yet: a component may depend only on "
                          "those above it (the order of add_subdirectory)")
    endif()
  endforeach()
  file(RELATIVE_PATH folder "${CMAKE_SOURCE_DIR}" "${CMAKE_CURRENT_SOURCE_DIR}")
  conformance_closure(closure ${depends})
  set_property(GLOBAL APPEND PROPERTY CONFORMANCE_COMPONENTS ${name})
  set_property(GLOBAL APPEND PROPERTY CONFORMANCE_OWNERS_${folder} ${name})
  set_property(GLOBAL PROPERTY CONFORMANCE_CLOSURE_${name} "${closure}")

  conformance_absolute(sources ${arg_SOURCES})
  conformance_absolute(headers ${arg_HEADERS})
  conformance_note(components.txt "${name}" "${folder}" "${closure}" "${sources};${headers}")
  conformance_check_includes(${name} "${name};${closure}" ${sources} ${headers})

  if(sources AND NOT arg_INTERFACE_ONLY)
    add_library(${name}_objects OBJECT ${sources})
    target_include_directories(${name}_objects PRIVATE "${CMAKE_SOURCE_DIR}")
    target_link_libraries(${name}_objects PRIVATE ${arg_PRIVATE} ${arg_PUBLIC})
    add_library(${name} STATIC $<TARGET_OBJECTS:${name}_objects>)
    set_target_properties(${name} PROPERTIES LINKER_LANGUAGE CXX
      ARCHIVE_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib" OUTPUT_NAME "conformance_${name}")
    target_include_directories(${name} PUBLIC "${CMAKE_SOURCE_DIR}")
    target_link_libraries(${name} PUBLIC ${depends} ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
    if(arg_TESTING)
      set_property(GLOBAL APPEND PROPERTY CONFORMANCE_TESTING_OBJECTS ${name}_objects)
    elseif(NOT arg_NOT_INSTALLED)
      set_property(GLOBAL APPEND PROPERTY CONFORMANCE_SHARED_OBJECTS ${name}_objects)
      set_property(GLOBAL APPEND PROPERTY CONFORMANCE_SHARED_LINKS ${arg_PRIVATE})
    endif()
  else()
    add_library(${name} INTERFACE)
    target_include_directories(${name} INTERFACE "${CMAKE_SOURCE_DIR}")
    target_link_libraries(${name} INTERFACE ${depends} ${arg_PUBLIC})
  endif()
  add_library(conformance::${name} ALIAS ${name})
  if(NOT arg_NOT_INSTALLED)
    set_property(GLOBAL APPEND PROPERTY CONFORMANCE_INSTALLED_HEADERS ${headers})
  endif()

  if(arg_TESTS)
    conformance_tests(${name} TESTS ${arg_TESTS} DEPENDS ${name} ${arg_TEST_DEPENDS} PRIVATE ${arg_PRIVATE} ${arg_TEST_PRIVATE})
  endif()
  foreach(fuzz IN LISTS arg_FUZZ)
    conformance_fuzzer(${fuzz} ${name} ${folder} DEPENDS ${name} CORPUS ${arg_FUZZ_CORPUS})
  endforeach()
endfunction()

# One gtest program and one ctest entry per file, in the folder where this is called.
function(conformance_tests name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TIMEOUT" "TESTS;DEPENDS;PRIVATE;LABELS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "conformance_tests(${name}): unknown arguments: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  math(EXPR timeout "${arg_TIMEOUT} * ${CONFORMANCE_TIMEOUT_FACTOR}")
  conformance_names(depends ${arg_DEPENDS})
  file(RELATIVE_PATH folder "${CMAKE_SOURCE_DIR}" "${CMAKE_CURRENT_SOURCE_DIR}")
  conformance_absolute(tests ${arg_TESTS})
  foreach(test IN LISTS tests)
    file(RELATIVE_PATH path "${CMAKE_CURRENT_SOURCE_DIR}" "${test}")
    string(REGEX REPLACE "_test\\.cc$" "" path "${path}")
    conformance_note(tests.txt "${test}")
    string(REPLACE "/" "_" target "${folder}/${path}_test")
    add_executable(${target} ${test})
    set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
    target_compile_definitions(${target} PRIVATE CONFORMANCE_FIXTURES_DIR="${CMAKE_SOURCE_DIR}/fixtures")
    target_include_directories(${target} PRIVATE "${CMAKE_SOURCE_DIR}")
    target_link_libraries(${target} PRIVATE ${depends} ${arg_PRIVATE} GTest::gmock_main)
    add_test(NAME ${folder}/${path} COMMAND ${target} --gtest_brief=1)
    set_tests_properties(${folder}/${path} PROPERTIES LABELS "${folder};${arg_LABELS}" TIMEOUT ${timeout})
    if(NOT TARGET ${name}_tests)
      add_custom_target(${name}_tests)
    endif()
    add_dependencies(${name}_tests ${target})
  endforeach()
endfunction()

# x_fuzz.cc: with the usual compilers a quick test that feeds the corpus and seeded mutations of it; under the preset fuzz a
# libFuzzer program and a ctest entry of CONFORMANCE_FUZZ_SECONDS with the label `fuzz`.
function(conformance_fuzzer source name folder)
  cmake_parse_arguments(PARSE_ARGV 3 arg "" "" "DEPENDS;CORPUS;PRIVATE")
  conformance_absolute(file ${source})
  file(RELATIVE_PATH path "${CMAKE_CURRENT_SOURCE_DIR}" "${file}")
  string(REGEX REPLACE "\\.cc$" "" path "${path}")
  conformance_note(tests.txt "${file}")
  string(REPLACE "/" "_" target "${folder}/${path}")
  set(corpus "")
  foreach(entry IN LISTS arg_CORPUS)
    get_filename_component(entry "${CMAKE_SOURCE_DIR}/fixtures/malformed/${entry}" ABSOLUTE)
    list(APPEND corpus "${entry}")
  endforeach()
  add_executable(${target} ${file})
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
  target_include_directories(${target} PRIVATE "${CMAKE_SOURCE_DIR}")
  target_link_libraries(${target} PRIVATE ${arg_DEPENDS} ${arg_PRIVATE})
  if(CONFORMANCE_FUZZ)
    target_link_options(${target} PRIVATE -fsanitize=fuzzer)
    set(grown "${CMAKE_BINARY_DIR}/corpus/${target}")  # new inputs go here, the corpus of the checkout stays as it is
    file(MAKE_DIRECTORY "${grown}")
    add_test(NAME ${folder}/${path} COMMAND ${target} -max_total_time=${CONFORMANCE_FUZZ_SECONDS} -timeout=10 -rss_limit_mb=2048
             -max_len=65536 -print_final_stats=1 "-artifact_prefix=${grown}-" "${grown}" ${corpus})
    math(EXPR timeout "${CONFORMANCE_FUZZ_SECONDS} + 120")
    set_tests_properties(${folder}/${path} PROPERTIES LABELS "fuzz;${folder}" TIMEOUT ${timeout})
  else()
    target_sources(${target} PRIVATE "${CMAKE_SOURCE_DIR}/tools/cmake/replay_corpus.cc")
    add_test(NAME ${folder}/${path} COMMAND ${target} ${corpus})
    math(EXPR timeout "30 * ${CONFORMANCE_TIMEOUT_FACTOR}")
    set_tests_properties(${folder}/${path} PROPERTIES LABELS "${folder}" TIMEOUT ${timeout})
  endif()
  foreach(group fuzzers ${name}_tests)
    if(NOT TARGET ${group})
      add_custom_target(${group})
    endif()
    add_dependencies(${group} ${target})
  endforeach()
endfunction()

function(conformance_executable name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPENDS;PRIVATE")
  conformance_names(depends ${arg_DEPENDS})
  add_executable(${name} ${arg_SOURCES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
  target_include_directories(${name} PRIVATE "${CMAKE_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE ${depends} ${arg_PRIVATE})
endfunction()

# Built by the target `benchmarks`, not by `all`: timings say nothing in a build made for tests.
if(NOT CONFORMANCE_INCLUDES_ONLY)
  add_custom_target(benchmarks)
endif()
function(conformance_benchmark name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPENDS;PRIVATE")
  conformance_names(depends ${arg_DEPENDS})
  add_executable(${name} EXCLUDE_FROM_ALL ${arg_SOURCES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bench")
  target_include_directories(${name} PRIVATE "${CMAKE_SOURCE_DIR}")
  target_compile_definitions(${name} PRIVATE CONFORMANCE_FIXTURES_DIR="${CMAKE_SOURCE_DIR}/fixtures")
  target_link_libraries(${name} PRIVATE ${depends} ${arg_PRIVATE} benchmark::benchmark_main)
  add_dependencies(benchmarks ${name})
endfunction()

# Called once, after the last component.
function(conformance_finish)
  foreach(file components.txt tests.txt)
    get_property(lines GLOBAL PROPERTY CONFORMANCE_NOTE_${file})
    file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/${file}" CONTENT "${lines}" @ONLY)
  endforeach()
endfunction()
