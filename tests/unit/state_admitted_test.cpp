#include "state/admitted.hpp"

#include "expect_error.hpp"

#include <gtest/gtest.h>

namespace fairlead::state {
namespace state_admitted_test {

using config::EfaNeed;
using test::fails_with;
using test::succeeds;

TEST(Admitted, IsCompactJson) {
    EXPECT_EQ(encode({{.efa = EfaNeed::Required}, true}),
              R"({"schema":"fairlead.admitted/1","efa":"required","asked":true})");
    EXPECT_EQ(encode({{.efa = EfaNeed::Off}, false}),
              R"({"schema":"fairlead.admitted/1","efa":"off","asked":false})");
}

TEST(Admitted, ReadsBackWhatWasWritten) {
    for (const EfaNeed efa : {EfaNeed::Off, EfaNeed::Preferred, EfaNeed::Required})
        for (const bool asked : {false, true}) {
            const auto read = decode_admitted(encode({{.efa = efa}, asked}));
            ASSERT_TRUE(succeeds(read));
            EXPECT_EQ(read->fabric.efa, efa);
            EXPECT_EQ(read->asked, asked);
        }
}

TEST(Admitted, CarriesWhereTheNodesMustLie) {
    const Admitted whole{.fabric = {.efa = EfaNeed::Required,
                                    .efa_interfaces = 2,
                                    .placement = config::Placement::CapacityBlock,
                                    .group = "a \"group\"",
                                    .max_layer = 3,
                                    .same_az = true},
                         .asked = false};
    EXPECT_EQ(encode(whole),
              R"({"schema":"fairlead.admitted/1","efa":"required","asked":false,)"
              R"("efa_interfaces":2,"placement":"capacity-block","group":"a \"group\"",)"
              R"("max_layer":3,"same_az":true})");
    const auto read = decode_admitted(encode(whole));
    ASSERT_TRUE(succeeds(read));
    EXPECT_EQ(read->fabric, whole.fabric);
}

TEST(Admitted, WithAFabricThatCannotBeIsRefused) {
    for (const std::string field :
         {R"("max_layer":4)", R"("max_layer":-1)", R"("max_layer":"1")", R"("efa_interfaces":65)",
          R"("placement":"near")", R"("placement":1)", R"("group":[])", R"("same_az":"yes")"})
        EXPECT_TRUE(fails_with(
            decode_admitted(R"({"schema":"fairlead.admitted/1","efa":"off","asked":false,)" +
                            field + "}"),
            Code::X203))
            << field;
}

TEST(Admitted, OfTheNextReleaseIsReadWithItsNewFields) {
    const auto read = decode_admitted(
        R"({"schema":"fairlead.admitted/2","efa":"required","asked":true,"wish":"x","hold":[1]})");
    ASSERT_TRUE(succeeds(read));
    EXPECT_EQ(read->fabric.efa, EfaNeed::Required);
}

TEST(Admitted, OfAReleaseFurtherAwayIsRefused) {
    EXPECT_TRUE(fails_with(
        decode_admitted(R"({"schema":"fairlead.admitted/3","efa":"required","asked":true})"),
        Code::X202, "the admitted record has schema 'fairlead.admitted/3'"));
}

TEST(Admitted, WithAWordOrTypeItDoesNotKnowIsRefused) {
    for (const std::string fields :
         {R"("efa":"yes","asked":true)", R"("efa":"required")", R"("efa":"required","asked":1)",
          R"("efa":"required","asked":"true")", R"("efa":true,"asked":true)", R"("asked":true)",
          R"("efa":"required","asked":null)"})
        EXPECT_TRUE(fails_with(
            decode_admitted(R"({"schema":"fairlead.admitted/1",)" + fields + "}"), Code::X203))
            << fields;
}

TEST(Admitted, RubbishIsRefused) {
    for (const std::string_view text : {"", "x", "{}", "[]", "(null)", "{\"schema\":"})
        EXPECT_TRUE(fails_with(decode_admitted(text), Code::X203)) << text;
}

} // namespace state_admitted_test
} // namespace fairlead::state
