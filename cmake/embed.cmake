# Puts text files into a target as constants, so that the executable needs no data files beside it.
#
#   whoosh_embed(<target> <namespace> <file>...)
#
# adds a source file to <target> that defines, in <namespace>, `std::span<const base::EmbeddedFile>
# embedded()` (base/embedded.h): the files in order of their names. It is written while building,
# whenever a file changes. The module that uses it declares the function itself.

if(CMAKE_SCRIPT_MODE_FILE)
  set(entries "")
  string(REPLACE "|" ";" files "${FILES}")
  foreach(file ${files})
    file(READ ${file} text)
    get_filename_component(name ${file} NAME)
    string(FIND "${text}" ")WHOOSH_TEXT\"" clash)
    if(NOT clash EQUAL -1)
      message(FATAL_ERROR "${file} contains the mark that ends an embedded text")
    endif()
    string(APPEND entries "    {\"${name}\", R\"WHOOSH_TEXT(${text})WHOOSH_TEXT\"},\n")
  endforeach()
  file(WRITE ${OUT} "// Written by cmake/embed.cmake.
#include <array>
#include <span>

#include \"base/embedded.h\"

namespace ${NAMESPACE} {
std::span<const whoosh::base::EmbeddedFile> embedded();
std::span<const whoosh::base::EmbeddedFile> embedded() {
  static constexpr auto files = std::to_array<whoosh::base::EmbeddedFile>({
${entries}  });
  return files;
}
}  // namespace ${NAMESPACE}
")
  return()
endif()

set(WHOOSH_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

function(whoosh_embed target namespace)
  set(files ${ARGN})
  list(SORT files)
  set(out ${CMAKE_BINARY_DIR}/gen/${target}_embedded.cpp)
  list(JOIN files "|" joined)  # a ";" does not survive the command line
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DNAMESPACE=${namespace} "-DFILES=${joined}"
            -P ${WHOOSH_EMBED_SCRIPT}
    DEPENDS ${files} ${WHOOSH_EMBED_SCRIPT}
    VERBATIM)
  target_sources(${target} PRIVATE ${out})
endfunction()
