#include "prolog/job_owner.hpp"

#include "expect_error.hpp"

namespace fairlead::prolog {
namespace prolog_job_owner_test {

TEST(JobOwner, IsNeverRoot) { EXPECT_TRUE(test::fails_with(job_owner(0), Code::S111, "root")); }

TEST(JobOwner, IsAUserOfTheNode) {
    constexpr std::uint32_t nobody = 65534, stranger = 4123456789;
    const auto owner = job_owner(nobody);
    ASSERT_TRUE(test::succeeds(owner));
    EXPECT_EQ(owner->name, "nobody");
    EXPECT_FALSE(owner->groups.empty());
    EXPECT_EQ(owner->groups.size(), owner->group_names.size());
    EXPECT_TRUE(test::fails_with(job_owner(stranger), Code::S111, "4123456789"));
}

} // namespace prolog_job_owner_test
} // namespace fairlead::prolog
