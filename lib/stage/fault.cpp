#include "stage/fault.hpp"

#include <cerrno>
#include <cstring>

namespace fairlead::stage {
namespace {

struct Meaning {
    Outcome outcome;
    Code code;
};

/// What is wrong with the node comes from its devices and mounts; all else is the request's.
Meaning meaning_of(int error) {
    switch (error) {
    case EIO:
    case ENOTCONN:
    case ESTALE:
    case ENODEV:
    case EREMOTEIO:
    case ESHUTDOWN:
    case EUCLEAN:
        return {Outcome::NodeFault, Code::S121};
    case ENOMEM:
    case EMFILE:
    case ENFILE:
    case ETIMEDOUT:
    case EAGAIN:
        return {Outcome::ServiceFault, Code::S112};
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return {Outcome::DataFault, Code::S113};
    case ENOENT:
        return {Outcome::DataFault, Code::S110};
    case ENODATA: // a file ended before its end
        return {Outcome::DataFault, Code::S114};
    case ENAMETOOLONG:
    case EINVAL:
    case EILSEQ:
        return {Outcome::DataFault, Code::S117};
    case ELOOP:
    case EXDEV:
    case ENOTDIR:
    case EISDIR:
    case ENOTSUP:
    case ENXIO: // a socket that a user put where a file was
        return {Outcome::DataFault, Code::S118};
    default:
        return {Outcome::DataFault, Code::S111};
    }
}

Meaning meaning_of(aws::S3Failure::Kind kind) {
    using Kind = aws::S3Failure::Kind;
    switch (kind) {
    case Kind::NotFound:
        return {Outcome::DataFault, Code::S110};
    case Kind::Changed:
        return {Outcome::DataFault, Code::S114};
    case Kind::Archived:
        return {Outcome::DataFault, Code::S116};
    case Kind::Corrupt:
        return {Outcome::DataFault, Code::S115};
    case Kind::OtherRegion:
        return {Outcome::DataFault, Code::S103};
    case Kind::NoAnswer:
    case Kind::NoUpload:
    case Kind::NoPart:
        return {Outcome::ServiceFault, Code::S112};
    case Kind::NoCredentials: // of the whole cluster, as often as not: it drains no node
        return {Outcome::ServiceFault, Code::S120};
    case Kind::Denied:
    case Kind::Refused:
        break;
    }
    return {Outcome::DataFault, Code::S111};
}

/// What errno says is not always what was found.
std::string reason_of(int error) {
    switch (error) {
    case ELOOP:
    case EXDEV:
        return "a symbolic link is on the way to it, or it is one";
    case ENODATA:
        return "it became shorter while it was read";
    case ENOTSUP:
        return "it is neither a file nor a folder";
    default:
        return std::strerror(error); // NOLINT(concurrency-mt-unsafe): glibc's is for known numbers
    }
}

} // namespace

Fault fault_of(int error, std::string_view what) {
    const auto [outcome, code] = meaning_of(error);
    return {outcome, Error{code, fmt::format("{}: {}", what, reason_of(error))}};
}

Fault fault_of(const aws::S3Failure& failure) {
    const auto [outcome, code] = meaning_of(failure.kind);
    return {outcome, Error{code, failure.message}};
}

std::unexpected<Fault> data_fault(const Error& error) {
    return std::unexpected(Fault{Outcome::DataFault, error});
}

std::unexpected<Fault> service_fault(const Error& error) {
    return std::unexpected(Fault{Outcome::ServiceFault, error});
}

} // namespace fairlead::stage
