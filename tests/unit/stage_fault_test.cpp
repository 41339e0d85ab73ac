#include "stage/fault.hpp"

#include <cerrno>
#include <gtest/gtest.h>

namespace fairlead::stage {
namespace stage_fault_test {

struct Expected {
    int error;
    Outcome outcome;
    Code code;
};

TEST(StageFault, OfAFileSystemHasItsOwner) {
    for (const auto& [error, outcome, code] : {
             Expected{EIO, Outcome::NodeFault, Code::S121},
             {ESTALE, Outcome::NodeFault, Code::S121},
             {ENOTCONN, Outcome::NodeFault, Code::S121},
             {ESHUTDOWN, Outcome::NodeFault, Code::S121},
             {ENOSPC, Outcome::DataFault, Code::S113},
             {EDQUOT, Outcome::DataFault, Code::S113},
             {ENOENT, Outcome::DataFault, Code::S110},
             {EACCES, Outcome::DataFault, Code::S111},
             {EPERM, Outcome::DataFault, Code::S111},
             {EROFS, Outcome::DataFault, Code::S111},
             {ELOOP, Outcome::DataFault, Code::S118},
             {EXDEV, Outcome::DataFault, Code::S118},
             {ENOTDIR, Outcome::DataFault, Code::S118},
             {ENXIO, Outcome::DataFault, Code::S118},
             {EISDIR, Outcome::DataFault, Code::S118},
             {ENOTSUP, Outcome::DataFault, Code::S118},
             {ENAMETOOLONG, Outcome::DataFault, Code::S117},
             {ENODATA, Outcome::DataFault, Code::S114},
             {EMFILE, Outcome::ServiceFault, Code::S112},
         }) {
        const Fault fault = fault_of(error, "/fsx/x");
        EXPECT_EQ(fault.outcome, outcome) << error;
        EXPECT_EQ(fault.error.code, code) << error;
        EXPECT_TRUE(fault.error.message.starts_with("/fsx/x: ")) << fault.error.message;
    }
}

/// An outage of a service, or of what gives credentials, drains no node.
TEST(StageFault, OfS3IsNeverTheNodes) {
    using Kind = aws::S3Failure::Kind;
    for (const Kind kind : {Kind::NotFound, Kind::Denied, Kind::Changed, Kind::Archived,
                            Kind::Corrupt, Kind::OtherRegion, Kind::NoUpload, Kind::NoPart,
                            Kind::NoAnswer, Kind::NoCredentials, Kind::Refused})
        EXPECT_NE(fault_of(aws::S3Failure{kind, "x"}).outcome, Outcome::NodeFault);
    EXPECT_EQ(fault_of(aws::S3Failure{Kind::NoAnswer, "x"}).outcome, Outcome::ServiceFault);
    EXPECT_EQ(fault_of(aws::S3Failure{Kind::NoCredentials, "x"}).error.code, Code::S120);
    EXPECT_EQ(fault_of(aws::S3Failure{Kind::NotFound, "gone"}).error.message, "gone");
    EXPECT_EQ(fault_of(aws::S3Failure{Kind::NotFound, "x"}).error.code, Code::S110);
    EXPECT_EQ(fault_of(aws::S3Failure{Kind::Archived, "x"}).error.code, Code::S116);
}

} // namespace stage_fault_test
} // namespace fairlead::stage
