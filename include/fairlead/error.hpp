/// What went wrong, for programs that build against libfairlead. Needs C++23.
#pragma once

#include <expected>
#include <string>

#define FAIRLEAD_API __attribute__((visibility("default")))

namespace fairlead::api {

/// One code of docs/troubleshooting.md ("FL-P204", which `fairlead explain FL-P204` says more of)
/// and one sentence: what was found, what was expected, what to do.
struct Error {
    std::string code;
    std::string message;
};

/// Either side is a value of its own. No function of the library throws, but for std::bad_alloc.
template <class Value>
using Result = std::expected<Value, Error>;

} // namespace fairlead::api
