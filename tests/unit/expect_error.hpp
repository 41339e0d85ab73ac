/// Assertions on the failed side of a Result.
#pragma once

#include "base/error.hpp"

#include <gtest/gtest.h>
#include <string_view>

namespace fairlead::test {

template <class T>
testing::AssertionResult fails_with(const Result<T>& result, Code code,
                                    std::string_view part = {}) {
    if (result)
        return testing::AssertionFailure() << "succeeded; expected " << id_of(code);
    const std::string shown = to_string(result.error());
    if (result.error().code != code)
        return testing::AssertionFailure() << shown << "; expected " << id_of(code);
    if (result.error().message.find(part) == std::string::npos)
        return testing::AssertionFailure() << shown << "; expected it to say '" << part << "'";
    return testing::AssertionSuccess() << shown;
}

template <class T>
testing::AssertionResult succeeds(const Result<T>& result) {
    if (result)
        return testing::AssertionSuccess();
    return testing::AssertionFailure() << to_string(result.error());
}

} // namespace fairlead::test
