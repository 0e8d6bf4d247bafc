# Checkpoint folders or model classes as CTest entries, each a run of `conformance`.
#
#   conformance_add_tests(
#     TARGET_PREFIX models                 # names are <prefix>/<model>, or <prefix>/<model>/<variant>/<exporter>/<backend>
#     MODELS      checkpoints/gpt2 ...     # folders, relative to the current source folder: a test each
#     CLASSES     GPT2LMHeadModel ...      # classes of the shipped suite, or of SUITE: a test each
#     SUITE_MODELS gpt2 ...                # models of it by name: a test each
#     SUITE       suite.json               # in place of the shipped one, for the two above
#     VARIANTS    static dynamic ...       # only these; likewise the next three
#     EXPORTERS   onnx ...
#     BACKENDS    onnxruntime ...
#     DTYPES      f32 ...
#     PER_CELL                             # a test for each of model × VARIANTS × EXPORTERS × BACKENDS, which must all be given
#     SHARDS      4                        # each test in so many parts: <name>/1-of-4, ... (docs/running_at_scale.md)
#     LISTS       expectations.json ...    # files or folders of known deviations
#     LABELS      nightly ...              # beside `conformance` and the prefix
#     TIMEOUT     300                      # seconds for one test
#     SKIP_RETURN_CODE 77                  # what a run returns where nothing was there to run it; CTest then says "Skipped"
#     ENVIRONMENT NAME=value ...
#     COMMAND     my_runner run            # in place of `conformance run`: your own program with your own toolbox
#     ARGS        --isolate ...)           # passed on as they are
#
# Lists of known deviations are checked against all that a run could select: those of a suite go with CLASSES and SUITE_MODELS.
# A backend that is named here and missing makes a test skipped, not passed and not failed.

function(conformance_add_tests)
  cmake_parse_arguments(PARSE_ARGV 0 arg "PER_CELL" "TARGET_PREFIX;SUITE;SHARDS;TIMEOUT;SKIP_RETURN_CODE"
    "MODELS;CLASSES;SUITE_MODELS;VARIANTS;EXPORTERS;BACKENDS;DTYPES;LISTS;LABELS;ENVIRONMENT;COMMAND;ARGS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "conformance_add_tests: unknown arguments: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_TARGET_PREFIX)
    message(FATAL_ERROR "conformance_add_tests: TARGET_PREFIX is missing")
  endif()
  if(NOT arg_MODELS AND NOT arg_CLASSES AND NOT arg_SUITE_MODELS)
    message(FATAL_ERROR "conformance_add_tests(${arg_TARGET_PREFIX}): no MODELS, CLASSES or SUITE_MODELS: there is nothing to test")
  endif()
  if(DEFINED arg_SHARDS AND NOT arg_SHARDS MATCHES "^[1-9][0-9]*$")
    message(FATAL_ERROR "conformance_add_tests(${arg_TARGET_PREFIX}): SHARDS ${arg_SHARDS}: want a number of parts")
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  if(NOT DEFINED arg_SKIP_RETURN_CODE)
    set(arg_SKIP_RETURN_CODE 77)
  endif()
  if(arg_COMMAND)
    set(command ${arg_COMMAND})
  elseif(TARGET Conformance::cli)
    set(command Conformance::cli run)
  else()
    set(command "$<TARGET_FILE:conformance>" run)  # inside the project, where the program is declared last
  endif()

  set(common --threads 1 --skip-code ${arg_SKIP_RETURN_CODE} ${arg_ARGS})
  foreach(list IN LISTS arg_LISTS)
    get_filename_component(list "${list}" ABSOLUTE)
    list(APPEND common --list "${list}")
  endforeach()
  foreach(dtype IN LISTS arg_DTYPES)
    list(APPEND common --dtype ${dtype})
  endforeach()

  # One entry a subject: its name, and the arguments that select it.
  set(names "")
  foreach(model IN LISTS arg_MODELS)
    get_filename_component(folder "${model}" ABSOLUTE)
    if(NOT EXISTS "${folder}/config.json")
      message(FATAL_ERROR "conformance_add_tests(${arg_TARGET_PREFIX}): ${folder} has no config.json")
    endif()
    get_filename_component(name "${folder}" NAME)
    set(above "${folder}")
    while(name IN_LIST names)  # a longer path where two are equal
      get_filename_component(above "${above}" DIRECTORY)
      get_filename_component(parent "${above}" NAME)
      if(NOT parent)
        message(FATAL_ERROR "conformance_add_tests(${arg_TARGET_PREFIX}): ${folder} is named twice")
      endif()
      set(name "${parent}/${name}")
    endwhile()
    list(APPEND names "${name}")
    conformance_add_tests_of("${name}" "${folder}")
  endforeach()
  set(suite "")
  if(arg_SUITE)
    get_filename_component(file "${arg_SUITE}" ABSOLUTE)
    set(suite --suite "${file}")
  endif()
  foreach(class IN LISTS arg_CLASSES)
    conformance_add_tests_of("${class}" --class "${class}" ${suite})
  endforeach()
  foreach(model IN LISTS arg_SUITE_MODELS)
    conformance_add_tests_of("${model}" --filter "${model}/*" ${suite})
  endforeach()
endfunction()

# Of one subject; sees the variables of conformance_add_tests.
macro(conformance_add_tests_of name)
  if(arg_PER_CELL)
    if(NOT arg_VARIANTS OR NOT arg_EXPORTERS OR NOT arg_BACKENDS)
      message(FATAL_ERROR "conformance_add_tests(${arg_TARGET_PREFIX}): PER_CELL needs VARIANTS, EXPORTERS and BACKENDS")
    endif()
    foreach(variant IN LISTS arg_VARIANTS)
      foreach(exporter IN LISTS arg_EXPORTERS)
        foreach(backend IN LISTS arg_BACKENDS)
          conformance_add_one_test("${name}/${variant}/${exporter}/${backend}" ${ARGN}
            --variant ${variant} --exporter ${exporter} --backend ${backend})
        endforeach()
      endforeach()
    endforeach()
  else()
    set(selection "")
    foreach(variant IN LISTS arg_VARIANTS)
      list(APPEND selection --variant ${variant})
    endforeach()
    foreach(exporter IN LISTS arg_EXPORTERS)
      list(APPEND selection --exporter ${exporter})
    endforeach()
    foreach(backend IN LISTS arg_BACKENDS)
      list(APPEND selection --backend ${backend})
    endforeach()
    conformance_add_one_test("${name}" ${ARGN} ${selection})
  endif()
endmacro()

macro(conformance_add_one_test name)
  if(DEFINED arg_SHARDS)
    foreach(_shard RANGE 1 ${arg_SHARDS})
      conformance_add_part("${arg_TARGET_PREFIX}/${name}/${_shard}-of-${arg_SHARDS}" ${ARGN} --shard ${_shard}/${arg_SHARDS})
    endforeach()
  else()
    # Whatever CTest itself runs in (an array of Slurm, a shard of Bazel): a test is whole.
    conformance_add_part("${arg_TARGET_PREFIX}/${name}" ${ARGN} --shard 1/1)
  endif()
endmacro()

macro(conformance_add_part test)
  add_test(NAME "${test}" COMMAND ${command} ${ARGN} ${common})
  set_tests_properties("${test}" PROPERTIES LABELS "conformance;${arg_TARGET_PREFIX};${arg_LABELS}" TIMEOUT ${arg_TIMEOUT}
    SKIP_RETURN_CODE ${arg_SKIP_RETURN_CODE} ENVIRONMENT "${arg_ENVIRONMENT}")
endmacro()
