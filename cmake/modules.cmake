# Turns libs/modules.txt and games/games.txt into targets.
#
#   <module>        static library of every *.cpp but tests, benchmarks and fuzz targets
#   <module>_test   GoogleTest binary of its *_test.cpp, registered with CTest
#   <module>_bench  Google Benchmark binary of its *_bench.cpp
#   content/*.jsonl and migrations/*.sql beside the sources are compiled in (cmake/embed.cmake)
#   <x>_fuzz        one libFuzzer binary per *_fuzz.cpp (only with WHOOSH_FUZZ=ON and clang)
# A folder store/sqlite becomes the target store_sqlite.

include(${CMAKE_CURRENT_LIST_DIR}/embed.cmake)

function(whoosh_unit target dir)
  cmake_parse_arguments(ARG "" "NAMESPACE" "LINKS;TEST_LINKS" ${ARGN})
  file(GLOB all CONFIGURE_DEPENDS ${dir}/*.cpp)
  set(sources ${all})
  list(FILTER sources EXCLUDE REGEX "_(test|bench|fuzz)\\.cpp$")
  if(sources)
    add_library(${target} STATIC ${sources})
    target_link_libraries(${target} PUBLIC ${ARG_LINKS})
    target_include_directories(${target} PUBLIC ${WHOOSH_INCLUDE_ROOTS})
    file(GLOB texts CONFIGURE_DEPENDS
      ${dir}/content/*.jsonl ${dir}/content/*.txt ${dir}/migrations/*.sql)
    if(texts)
      whoosh_embed(${target} ${ARG_NAMESPACE} ${texts})
    endif()
  else()
    add_library(${target} INTERFACE)
    target_link_libraries(${target} INTERFACE ${ARG_LINKS})
    target_include_directories(${target} INTERFACE ${WHOOSH_INCLUDE_ROOTS})
  endif()
  whoosh_tests(${target} ${dir} LINKS ${target} ${ARG_TEST_LINKS})
endfunction()

function(whoosh_tests target dir)
  cmake_parse_arguments(ARG "" "" "LINKS" ${ARGN})
  file(GLOB tests CONFIGURE_DEPENDS ${dir}/*_test.cpp)
  file(GLOB benches CONFIGURE_DEPENDS ${dir}/*_bench.cpp)
  file(GLOB fuzzers CONFIGURE_DEPENDS ${dir}/*_fuzz.cpp)
  if(NOT WHOOSH_TESTS)
    return()
  endif()
  if(tests AND NOT WHOOSH_FUZZ)
    add_executable(${target}_test ${tests})
    target_link_libraries(${target}_test PRIVATE ${ARG_LINKS}
                          GTest::gtest GTest::gmock GTest::gtest_main)
    target_compile_definitions(${target}_test PRIVATE WHOOSH_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    add_test(NAME ${target} COMMAND ${target}_test --gtest_brief=1)
  endif()
  if(benches AND NOT WHOOSH_FUZZ)
    add_executable(${target}_bench ${benches})
    target_link_libraries(${target}_bench PRIVATE ${ARG_LINKS}
                          benchmark::benchmark benchmark::benchmark_main)
    set_property(GLOBAL APPEND PROPERTY WHOOSH_BENCHES ${target}_bench)
  endif()
  if(fuzzers AND WHOOSH_FUZZ)
    foreach(source ${fuzzers})
      get_filename_component(name ${source} NAME_WE)
      string(REPLACE "/" "_" prefix ${target})
      add_executable(${prefix}_${name} ${source})
      target_link_libraries(${prefix}_${name} PRIVATE ${ARG_LINKS})
      target_link_options(${prefix}_${name} PRIVATE -fsanitize=fuzzer)
      set_property(GLOBAL APPEND PROPERTY WHOOSH_FUZZERS ${prefix}_${name})
    endforeach()
  endif()
endfunction()

function(whoosh_modules file)
  file(STRINGS ${file} lines REGEX "^[a-z]")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  foreach(line ${lines})
    string(REPLACE "|" ";" columns "${line}")
    list(GET columns 0 name)
    list(GET columns 1 includes)
    list(GET columns 2 externals)
    string(STRIP "${name}" name)
    separate_arguments(includes UNIX_COMMAND "${includes}")
    separate_arguments(externals UNIX_COMMAND "${externals}")
    string(REPLACE "/" "_" target ${name})
    set(links "")
    foreach(include ${includes})
      if(NOT include STREQUAL "-")
        string(REPLACE "/" "_" include_target ${include})
        list(APPEND links ${include_target})
      endif()
    endforeach()
    foreach(external ${externals})
      list(APPEND links ext_${external})
    endforeach()
    string(REPLACE "/" "::" namespace whoosh::${name})
    whoosh_unit(${target} ${CMAKE_SOURCE_DIR}/libs/${name} NAMESPACE ${namespace} LINKS ${links})
  endforeach()
endfunction()

# games/games.txt holds one folder name a line; the registry is written from it.
function(whoosh_games file)
  file(STRINGS ${file} slugs REGEX "^[a-z]")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  set(declarations "")
  set(entries "")
  set(libraries "")
  foreach(slug ${slugs})
    whoosh_unit(game_${slug} ${CMAKE_SOURCE_DIR}/games/${slug} NAMESPACE whoosh::games::${slug}
                LINKS rules base TEST_LINKS games_contract)
    string(APPEND declarations "namespace whoosh::games::${slug} { const rules::Game& game(); }\n")
    string(APPEND entries "&games::${slug}::game(), ")
    list(APPEND libraries game_${slug})
  endforeach()
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/gen/games_registry.cpp @ONLY CONTENT
"// Written by cmake/modules.cmake from games/games.txt.
#include \"games/registry.h\"
@declarations@
namespace whoosh::games {
std::span<const rules::Game* const> all() {
  static const rules::Game* const list[] = {@entries@};
  return list;
}
}  // namespace whoosh::games
")
  add_library(games STATIC ${CMAKE_BINARY_DIR}/gen/games_registry.cpp
              ${CMAKE_SOURCE_DIR}/games/registry.cpp)
  target_link_libraries(games PUBLIC rules base ${libraries})
  target_include_directories(games PUBLIC ${WHOOSH_INCLUDE_ROOTS})
endfunction()
