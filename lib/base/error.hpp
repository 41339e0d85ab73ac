/// What went wrong: one code and one sentence, carried by Result<T> and printed once, at the edge.
#pragma once

#include "base/codes.hpp"

#include <expected>
#include <fmt/core.h>
#include <string>
#include <utility>

namespace fairlead {

/// `message` says what was found, what was expected and what to do, without the code.
struct Error {
    Code code;
    std::string message;
};

template <class T>
using Result = std::expected<T, Error>;

/// Build the failed side of a Result: `return fail(Code::X101, "{} not found", path);`
template <class... Args>
std::unexpected<Error> fail(Code code, fmt::format_string<Args...> format, Args&&... args) {
    return std::unexpected(Error{code, fmt::format(format, std::forward<Args>(args)...)});
}

/// "sentence [FL-E201]": how every error looks on a terminal, in a log and as a drain reason.
inline std::string to_string(const Error& error) {
    return fmt::format("{} [{}]", error.message, id_of(error.code));
}

} // namespace fairlead
