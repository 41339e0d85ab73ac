/// The wall between C++ and the C callers that load us: no exception passes it.
#pragma once

#include <exception>
#include <utility>

namespace fairlead {

using FaultReport = void (*)(const char* where, const char* what) noexcept;

/// Runs `f`; when it throws, reports `where` and the exception's text and returns `on_fault`.
template <class T, class F>
T guarded(const char* where, T on_fault, FaultReport report, F&& f) noexcept {
    try {
        return std::forward<F>(f)();
    } catch (const std::exception& fault) {
        report(where, fault.what());
    } catch (...) {
        report(where, "not a std::exception");
    }
    return on_fault;
}

} // namespace fairlead
