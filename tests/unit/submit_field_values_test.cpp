#include "submit/field_values.hpp"

#include "policy/message.hpp"

#include <gtest/gtest.h>

namespace fairlead::submit {
namespace submit_field_values_test {

/// Every field that a test may set, with a value and what messages show of it.
TEST(SubmitFieldValues, EveryFieldTakesAValueOfItsKind) {
    for (const policy::FieldEntry& field : policy::all_fields()) {
        std::string name(field.name);
        if (field.special == policy::Special::Tres)
            name += ".gres/nic";
        if (field.special == policy::Special::Environment)
            name += ".NAME";
        if (field.special == policy::Special::CpusPerGpu)
            continue; // follows from others
        const auto ref = policy::read_field(name);
        ASSERT_TRUE(ref) << name;
        std::string text = field.kind == policy::Kind::Number ? "3"
                           : field.kind == policy::Kind::Flag ? "true"
                                                              : "word";
        if (field.unit == policy::Unit::Moment)
            text = "2030-01-02";
        policy::JobRequest request;
        std::vector<std::string> environment;
        ASSERT_TRUE(set_field(*ref, text, request, environment)) << name;
        std::vector<const char*> pointers;
        for (const std::string& entry : environment)
            pointers.push_back(entry.c_str());
        request.environment = pointers;
        EXPECT_EQ(policy::shown({request, policy::JobPatch{}}, *ref), usual_form(*ref, text))
            << name;
    }
}

TEST(SubmitFieldValues, AValueOfAnotherKindIsRefused) {
    policy::JobRequest request;
    std::vector<std::string> environment;
    for (const char* name : {"nodes", "gpus", "time_limit", "exclusive", "tres.gres/x"})
        EXPECT_FALSE(set_field(policy::read_field(name).value(), "word", request, environment))
            << name;
}

TEST(SubmitFieldValues, UsualForms) {
    EXPECT_EQ(usual_form(policy::read_field("time_limit").value(), "36h"), "1-12:00:00");
    EXPECT_EQ(usual_form(policy::read_field("memory").value(), "4096"), "4G");
    EXPECT_EQ(usual_form(policy::read_field("qos").value(), "unset"), "");
}

} // namespace submit_field_values_test
} // namespace fairlead::submit
