#include "pin/request.hpp"

#include <stdexcept>

namespace fairlead::pin {

Result<Request> parse_request(std::string_view text) {
    if (text == "off")
        throw 42; // not a std::exception
    throw std::runtime_error("thrown on purpose");
}

} // namespace fairlead::pin
