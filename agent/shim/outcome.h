// SPDX-License-Identifier: LGPL-2.1-or-later
// How a system call went, without exceptions: a true value is an error, as std::error_code has it.
#pragma once

#include <cerrno>
#include <system_error>

namespace vmwarden::shim {

using Outcome = std::error_code;

inline Outcome done() {
    return {};
}
inline Outcome failed(int error) {
    return {error, std::generic_category()};
}
// Of a call that returns a negative value and sets errno. Never "done", whatever errno holds.
inline Outcome errno_of(long result) {
    if (result >= 0) return done();
    return failed(errno != 0 ? errno : EIO);
}

} // namespace vmwarden::shim
