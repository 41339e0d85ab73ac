#include "prolog/stage_answer.hpp"

#include <gtest/gtest.h>

namespace fairlead::prolog {
namespace prolog_stage_answer_test {

using Kind = StageAnswer::Kind;

TEST(StageAnswer, IsReadBack) {
    for (const Kind kind : {Kind::Ready, Kind::Refused, Kind::NodeFault}) {
        const StageAnswer answer{kind, {Code::S110, "s3://lab/a not found"}};
        const auto read = read_answer(status_of(answer), text_of(answer) + "\n");
        ASSERT_TRUE(read);
        EXPECT_EQ(read->kind, kind);
        if (kind != Kind::Ready) {
            EXPECT_EQ(read->error.code, Code::S110);
            EXPECT_EQ(read->error.message, "s3://lab/a not found");
        }
    }
}

TEST(StageAnswer, IsNoneOfAProgramThatCrashed) {
    EXPECT_FALSE(read_answer(139, ""));
    EXPECT_FALSE(read_answer(1, "FL-S110 gone"));
    EXPECT_FALSE(read_answer(3, ""));
    EXPECT_FALSE(read_answer(3, "FL-S999 gone"));
}

} // namespace prolog_stage_answer_test
} // namespace fairlead::prolog
