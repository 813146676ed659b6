#include "base/result.h"

#include "base/assert.h"

namespace whoosh::base {

void throw_exception_from_error(const Error& error, const boost::source_location& where) {
  assertion_failed(error_name(error.code).data(), where.file_name(),
                   static_cast<int>(where.line()));
}

}  // namespace whoosh::base
