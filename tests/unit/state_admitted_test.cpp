#include "state/admitted.hpp"

#include "expect_error.hpp"

#include <gtest/gtest.h>

namespace fairlead::state {
namespace {

using config::EfaNeed;
using test::fails_with;
using test::succeeds;

TEST(Admitted, IsCompactJson) {
    EXPECT_EQ(encode({EfaNeed::Required, true}),
              R"({"schema":"fairlead.admitted/1","efa":"required","asked":true})");
    EXPECT_EQ(encode({EfaNeed::Off, false}),
              R"({"schema":"fairlead.admitted/1","efa":"off","asked":false})");
}

TEST(Admitted, ReadsBackWhatWasWritten) {
    for (const EfaNeed efa : {EfaNeed::Off, EfaNeed::Preferred, EfaNeed::Required})
        for (const bool asked : {false, true}) {
            const auto read = decode_admitted(encode({efa, asked}));
            ASSERT_TRUE(succeeds(read));
            EXPECT_EQ(read->efa, efa);
            EXPECT_EQ(read->asked, asked);
        }
}

TEST(Admitted, OfTheNextReleaseIsReadWithItsNewFields) {
    const auto read = decode_admitted(
        R"({"schema":"fairlead.admitted/2","efa":"required","asked":true,"group":"x","hold":[1]})");
    ASSERT_TRUE(succeeds(read));
    EXPECT_EQ(read->efa, EfaNeed::Required);
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

} // namespace
} // namespace fairlead::state
