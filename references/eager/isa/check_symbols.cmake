# cmake -DNM=nm -DOBJECTS=a.o;b.o -P check_symbols.cmake
# An object built for one instruction set may share no inline function with other objects: the linker keeps one copy of those that have
# the same name, perhaps the one that this machine cannot run. Allowed: Eigen under the build's own namespace, and data.
set(bad "")
foreach(object IN LISTS OBJECTS)
  execute_process(COMMAND "${NM}" --defined-only "${object}" OUTPUT_VARIABLE symbols RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "cannot read ${object}")
  endif()
  string(REGEX MATCHALL "[^\n]+ [WwVvu] [^\n]+" weak "${symbols}")
  foreach(line IN LISTS weak)
    if(NOT line MATCHES "Eigen_conformance_|DW\\.ref|__odr_asan|\\.asan\\.|__gcov|__llvm|__sancov|__clang_call_terminate")
      string(APPEND bad "${object}: ${line}\n")
    endif()
  endforeach()
endforeach()
if(bad)
  message(FATAL_ERROR "shared inline functions in objects with special instructions:\n${bad}")
endif()
