/// How a fault of our own is told: one line in slurmctld's log.
#pragma once

namespace fairlead::jobsubmit {

void report_fault(const char* where, const char* what) noexcept;

} // namespace fairlead::jobsubmit
