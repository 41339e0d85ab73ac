#include "doctor/finding.hpp"

#include <algorithm>

namespace fairlead::doctor {

std::string_view to_string(Health health) {
    switch (health) {
    case Health::Good:
        return "ok";
    case Health::Unknown:
        return "unknown";
    case Health::Advice:
        return "advice";
    case Health::Problem:
        break;
    }
    return "PROBLEM";
}

Finding good(std::string_view area, std::string what) {
    return {.area = std::string(area), .health = Health::Good, .what = std::move(what)};
}

Finding from_error(std::string_view area, Health health, const Error& error, std::string fix) {
    return {.area = std::string(area),
            .health = health,
            .what = error.message,
            .fix = fix.empty() ? std::string(entry_of(error.code).action) : std::move(fix),
            .code = error.code};
}

bool has_problem(const Findings& findings) {
    return std::ranges::any_of(
        findings, [](const Finding& finding) { return finding.health == Health::Problem; });
}

} // namespace fairlead::doctor
