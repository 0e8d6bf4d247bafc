# One shared library from every component's objects, the `conformance` program on top of it, and what `cmake --install` lays
# down: headers, the library, the program, the data of the shipped suite, and a package that asks consumers for gmock alone.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

get_property(_objects GLOBAL PROPERTY CONFORMANCE_SHARED_OBJECTS)
get_property(_links GLOBAL PROPERTY CONFORMANCE_SHARED_LINKS)
if(NOT _objects)
  return()
endif()
list(REMOVE_DUPLICATES _links)
set(_sources "")
foreach(_component IN LISTS _objects)
  list(APPEND _sources $<TARGET_OBJECTS:${_component}>)
endforeach()
add_library(conformance_shared SHARED ${_sources})
add_library(Conformance::conformance ALIAS conformance_shared)
target_include_directories(conformance_shared INTERFACE "${CMAKE_SOURCE_DIR}")
target_link_libraries(conformance_shared PRIVATE ${_links})
# What comes from static third parties (onnx) stays inside: another copy of it in the same process does not meet ours.
target_link_options(conformance_shared PRIVATE "LINKER:--exclude-libs,ALL")
set_target_properties(conformance_shared PROPERTIES OUTPUT_NAME conformance LINKER_LANGUAGE CXX
  VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
  LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")

set(CMAKE_INSTALL_LIBDIR lib)  # the same on every system, so that $ORIGIN/../lib holds
if(EXISTS "${CMAKE_SOURCE_DIR}/tools/conformance/main.cc")
  add_executable(conformance "${CMAKE_SOURCE_DIR}/tools/conformance/main.cc")
  target_link_libraries(conformance PRIVATE conformance_shared)
  target_link_libraries(conformance PRIVATE conformance_allocator)
  set_target_properties(conformance PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin"
    BUILD_RPATH_USE_ORIGIN ON INSTALL_RPATH "$ORIGIN/../lib")
  if(TARGET openvino_worker)
    add_dependencies(conformance openvino_worker)  # it starts it
  endif()
  install(TARGETS conformance RUNTIME DESTINATION bin)
endif()
install(TARGETS conformance_shared LIBRARY DESTINATION lib)

# Test helpers with sources of their own become a static library beside it.
get_property(_testing GLOBAL PROPERTY CONFORMANCE_TESTING_OBJECTS)
set(CONFORMANCE_TESTING_LIBRARY "")
if(_testing)
  set(_sources "")
  foreach(_component IN LISTS _testing)
    list(APPEND _sources $<TARGET_OBJECTS:${_component}>)
  endforeach()
  add_library(conformance_testing STATIC ${_sources})
  set_target_properties(conformance_testing PROPERTIES LINKER_LANGUAGE CXX ARCHIVE_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")
  install(TARGETS conformance_testing ARCHIVE DESTINATION lib)
  set(CONFORMANCE_TESTING_LIBRARY "libconformance_testing.a")
endif()

get_property(_headers GLOBAL PROPERTY CONFORMANCE_INSTALLED_HEADERS)
foreach(_header IN LISTS _headers)
  file(RELATIVE_PATH _path "${CMAKE_SOURCE_DIR}" "${_header}")
  get_filename_component(_path "${_path}" DIRECTORY)
  install(FILES "${_header}" DESTINATION "include/conformance/${_path}")
endforeach()

configure_package_config_file("${CMAKE_SOURCE_DIR}/tools/cmake/ConformanceConfig.cmake.in"
  "${CMAKE_BINARY_DIR}/ConformanceConfig.cmake" INSTALL_DESTINATION lib/cmake/Conformance)
write_basic_package_version_file("${CMAKE_BINARY_DIR}/ConformanceConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_BINARY_DIR}/ConformanceConfig.cmake" "${CMAKE_BINARY_DIR}/ConformanceConfigVersion.cmake"
  DESTINATION lib/cmake/Conformance)
foreach(_function conformance_add_tests.cmake)
  if(EXISTS "${CMAKE_SOURCE_DIR}/tools/cmake/${_function}")
    install(FILES "${CMAKE_SOURCE_DIR}/tools/cmake/${_function}" DESTINATION lib/cmake/Conformance)
  endif()
endforeach()
# What the shipped suite needs: `conformance run` works from an installation as it does from a checkout.
install(DIRECTORY "${CMAKE_SOURCE_DIR}/suites" DESTINATION share/conformance FILES_MATCHING PATTERN "*.json")
install(DIRECTORY "${CMAKE_SOURCE_DIR}/fixtures" DESTINATION share/conformance
  PATTERN malformed EXCLUDE PATTERN CMakeLists.txt EXCLUDE)
# Workers in Python; the library finds them from where it lies itself. (The one in C++: references/runtimes/openvino.)
install(DIRECTORY "${CMAKE_SOURCE_DIR}/tools/workers/" DESTINATION share/conformance/workers
  FILES_MATCHING PATTERN "*.py" PATTERN requirements.txt PATTERN "*_test.py" EXCLUDE PATTERN __pycache__ EXCLUDE)
install(FILES "${CMAKE_SOURCE_DIR}/LICENSE" DESTINATION share/doc/conformance)
