/// What the settings of staging lack, where the site stages. Functions of values.
#pragma once

#include "doctor/finding.hpp"
#include "doctor/needs.hpp"

namespace fairlead::doctor {

/// A `stall` that is too short, and no file system that is named as the site's.
Findings staging_findings(const config::Staging& staging, const Needs& needs);

} // namespace fairlead::doctor
