/// Why something was not copied, and whose fault that is.
#pragma once

#include "aws/s3.hpp"
#include "stage/job_file.hpp"

namespace fairlead::stage {

struct Fault {
    Outcome outcome;
    Error error;
};

template <class T>
using Staged = std::expected<T, Fault>;

/// Of a file system, by its errno; `what` names the path.
Fault fault_of(int error, std::string_view what);

/// Of S3.
Fault fault_of(const aws::S3Failure& failure);

std::unexpected<Fault> data_fault(const Error& error);
std::unexpected<Fault> service_fault(const Error& error);

template <class... Args>
std::unexpected<Fault> data_fault(Code code, fmt::format_string<Args...> format, Args&&... args) {
    return data_fault(Error{code, fmt::format(format, std::forward<Args>(args)...)});
}
template <class... Args>
std::unexpected<Fault> service_fault(Code code, fmt::format_string<Args...> format,
                                     Args&&... args) {
    return service_fault(Error{code, fmt::format(format, std::forward<Args>(args)...)});
}

} // namespace fairlead::stage
