# Checks that are no C++ test binary, as CTest tests: so that one summary line counts everything.
# Each runs scripts/check.sh NAME. `ctest -LE check` leaves them out (sanitizer builds do).

function(whoosh_check name)
  cmake_parse_arguments(ARG "SERIAL" "TIMEOUT" "" ${ARGN})
  add_test(NAME check_${name} COMMAND ${CMAKE_SOURCE_DIR}/scripts/check.sh ${name}
           WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(check_${name} PROPERTIES
    LABELS check
    SKIP_RETURN_CODE 77
    TIMEOUT ${ARG_TIMEOUT}
    RUN_SERIAL $<BOOL:${ARG_SERIAL}>
    ENVIRONMENT "WHOOSH_BUILD=${CMAKE_BINARY_DIR}")
endfunction()

whoosh_check(rules TIMEOUT 300)
whoosh_check(rules-test TIMEOUT 300)
whoosh_check(sbom-test TIMEOUT 300)
whoosh_check(format TIMEOUT 300)
whoosh_check(shell TIMEOUT 300)
whoosh_check(types TIMEOUT 300)
whoosh_check(web-types TIMEOUT 300)
whoosh_check(web-format TIMEOUT 300)
whoosh_check(web-size TIMEOUT 300)
whoosh_check(web-unit TIMEOUT 300)
whoosh_check(cosmetics TIMEOUT 300)
whoosh_check(sdk-types TIMEOUT 300)
whoosh_check(sdk-format TIMEOUT 300)
whoosh_check(sdk-unit TIMEOUT 300)
whoosh_check(sdk-server TIMEOUT 300 SERIAL)
whoosh_check(openapi TIMEOUT 300)
whoosh_check(containers TIMEOUT 300)
whoosh_check(kubernetes TIMEOUT 300)
whoosh_check(terraform TIMEOUT 600)
whoosh_check(pipeline TIMEOUT 600)
whoosh_check(metrics TIMEOUT 300)
whoosh_check(scale TIMEOUT 60)
whoosh_check(alerts TIMEOUT 300)
whoosh_check(dashboards TIMEOUT 300)
whoosh_check(prometheus TIMEOUT 400 SERIAL)
whoosh_check(bench TIMEOUT 300)
whoosh_check(fuzz TIMEOUT 600 SERIAL)
whoosh_check(e2e TIMEOUT 900 SERIAL)
# Two npm installations in one folder at a time would disturb each other.
set_tests_properties(check_web-types check_web-format check_web-size check_web-unit check_e2e
                     check_sdk-types check_sdk-format check_sdk-unit check_sdk-server
                     PROPERTIES RESOURCE_LOCK npm)
set_tests_properties(check_kubernetes check_pipeline PROPERTIES RESOURCE_LOCK infrastructure)

# headers: every header that is not the first include of a .cpp of its own compiles alone too (the
# others are proven by the build; `make lint` holds the .cpp files to that order).
set(header_sources "")
file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR}
     libs/*.h games/*.h services/*.h tools/*.h)
foreach(header ${headers})
  string(REGEX REPLACE "\\.h$" ".cpp" own ${header})
  if(header MATCHES "node_modules/" OR EXISTS ${CMAKE_SOURCE_DIR}/${own})
    continue()
  endif()
  string(REGEX REPLACE "^libs/" "" include ${header})
  if(header MATCHES "^tools/")
    get_filename_component(include ${header} NAME)
  endif()
  set(source ${CMAKE_BINARY_DIR}/gen/headers/${header}.cpp)
  file(CONFIGURE OUTPUT ${source} @ONLY CONTENT "#include \"@include@\"\n")
  list(APPEND header_sources ${source})
  if(header MATCHES "^tools/")
    get_filename_component(folder ${CMAKE_SOURCE_DIR}/${header} DIRECTORY)
    set_source_files_properties(${source} PROPERTIES INCLUDE_DIRECTORIES
                                "${folder};${CMAKE_BINARY_DIR}/gen")
  endif()
endforeach()
if(header_sources)
  add_library(headers OBJECT ${header_sources})
  target_compile_options(headers PRIVATE -fsyntax-only)
  target_link_libraries(headers PRIVATE solo games ext_cli11 ext_qrcodegen ext_libpq GTest::gtest)
endif()
