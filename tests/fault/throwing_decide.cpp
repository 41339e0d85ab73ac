#include "policy/decide.hpp"

#include <stdexcept>

namespace fairlead::policy {

Decision decide(const JobRequest& request, const Snapshot&) {
    if (request.partition == "odd")
        throw 42; // not a std::exception
    throw std::runtime_error("thrown on purpose");
}

} // namespace fairlead::policy
