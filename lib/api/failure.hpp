/// The library's errors as programs outside see them.
#pragma once

#include "base/error.hpp"

#include <fairlead/error.hpp>

namespace fairlead::api {

inline Error seen_outside(const fairlead::Error& error) {
    return {std::string(id_of(error.code)), error.message};
}

inline std::unexpected<Error> failed(const fairlead::Error& error) {
    return std::unexpected(seen_outside(error));
}

} // namespace fairlead::api
