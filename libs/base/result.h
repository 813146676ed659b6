// Result<T>: a value or an Error. The only way a module reports failure to another; no exception
// crosses a module boundary. A thin name over boost::system::result.
#pragma once

#include <boost/system/result.hpp>

#include "base/error.h"

namespace whoosh::base {

// boost::system::result<T, E>::value() on an error calls this (found by argument-dependent lookup).
// Calling value() unchecked is a bug of ours.
[[noreturn]] void throw_exception_from_error(const Error& error,
                                             const boost::source_location& where);

template <class T = void>
using Result = boost::system::result<T, Error>;

}  // namespace whoosh::base
