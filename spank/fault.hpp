/// How a fault of our own is told: one line in the log of whoever loaded us.
#pragma once

#include "base/guarded.hpp"

namespace fairlead::spank {

void report_fault(const char* where, const char* what) noexcept;

} // namespace fairlead::spank
