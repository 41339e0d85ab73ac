#include "stage/read_through.hpp"

#include "stage/crc64.hpp"

namespace fairlead::stage {
namespace {

/// A file that cannot be restored fails to be read as a broken disk does, and no node is at fault.
Fault of_service(Fault fault) {
    if (fault.outcome == Outcome::NodeFault)
        return {Outcome::ServiceFault,
                Error{Code::S112, fault.error.message + ": Lustre does not bring it from S3"}};
    return fault;
}

} // namespace

Staged<std::unique_ptr<Copying>> ReadThrough::begin(const Item& item, Lane& lane, const Run& run) {
    std::unique_ptr<ReadThrough> reading{new ReadThrough(item, run)};
    auto facts = lane.s3.head({item.source.bucket, item.source.path});
    if (!facts)
        return std::unexpected(fault_of(facts.error()));
    const auto opened = lane.hand.open_source(item.destination.path);
    if (!opened)
        return std::unexpected(opened.error());
    reading->file_ = opened->handle;
    reading->state_ = opened->state;
    if (facts->etag == item.version && facts->size == item.size &&
        static_cast<std::uint64_t>(opened->state.size) == item.size) {
        reading->facts_ = std::move(*facts);
        return reading;
    }
    reading->give_up(lane, true);
    return data_fault(Code::S114, "{} and {} are not the same any more", to_string(item.source),
                      to_string(item.destination));
}

Staged<void> ReadThrough::part(Lane& lane, std::uint64_t number) {
    const auto sum = lane.hand.sum(file_, path(), begin_of(number), size_of(number));
    if (!sum)
        return std::unexpected(of_service(sum.error()));
    crcs_[number] = *sum;
    run_.report.moved(static_cast<std::int64_t>(size_of(number)));
    return {};
}

Staged<void> ReadThrough::finish(Lane& lane) {
    const auto now = lane.hand.state(file_, path());
    if (!now)
        return std::unexpected(now.error());
    if (version_of(*now) != version_of(state_))
        return data_fault(Code::S114, "{} was written while it was read",
                          to_string(item_.destination));
    const bool has_sum = !facts_.crc64nvme.empty();
    if (has_sum && crc64_base64(whole_crc()) != facts_.crc64nvme)
        return data_fault(Code::S115, "{}: its CRC-64 is another than that of {}",
                          to_string(item_.destination), to_string(item_.source));
    give_up(lane, true);
    return ended(path(), item_.version, version_of(*now),
                 has_sum ? Verified::Crc64 : Verified::Size, true);
}

void ReadThrough::give_up(Lane& lane, bool) {
    if (file_ != 0)
        (void)lane.hand.close(file_);
    file_ = 0;
}

} // namespace fairlead::stage
