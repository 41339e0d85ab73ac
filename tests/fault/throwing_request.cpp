#include "pin/request.hpp"

#include <cerrno>
#include <stdexcept>

namespace fairlead::pin {

Result<Request> parse_request(std::string_view text) {
    if (text == "verbose" && std::string_view(::program_invocation_short_name) != "slurmstepd")
        return Request{}; // good on the user's side, so that the node gets to see it
    if (text == "off")
        throw 42; // not a std::exception
    throw std::runtime_error("thrown on purpose");
}

} // namespace fairlead::pin
