#include "stage/copying.hpp"

#include "stage/crc64.hpp"
#include "stage/into_file.hpp"
#include "stage/into_s3.hpp"
#include "stage/read_through.hpp"

namespace fairlead::stage {
namespace {

std::string name_of(const Place& place) {
    return place.s3 ? fmt::format("s3://{}/{}", place.bucket, place.path) : place.path;
}

} // namespace

Staged<void> journaled(const Result<void>& written) {
    if (!written)
        return service_fault(written.error());
    return {};
}

std::uint64_t Copying::whole_crc() const {
    std::uint64_t crc = 0;
    for (std::uint64_t number = 0; number < crcs_.size(); ++number)
        crc = joined_crc64(crc, crcs_[number], size_of(number));
    return crc;
}

Staged<void> Copying::ended(const std::string& name, const std::string& source,
                            const std::string& destination, Verified verified, bool has_crc) {
    const Ended end{source, destination, has_crc ? std::optional(whole_crc()) : std::nullopt,
                    verified};
    if (auto noted = journaled(run_.journal.end(name, end)); !noted)
        return noted;
    run_.report.add({.path = name,
                     .source = name_of(item_.source),
                     .size = static_cast<std::int64_t>(item_.size),
                     .crc = end.crc,
                     .verified = verified});
    return {};
}

Staged<std::unique_ptr<Copying>> begin_copying(const Item& item, Lane& lane, const Run& run) {
    if (item.in_place)
        return ReadThrough::begin(item, lane, run);
    return item.destination.s3 ? IntoS3::begin(item, lane, run) : IntoFile::begin(item, lane, run);
}

namespace {

/// What the destination is now; empty where it is not there.
Staged<std::string> destination_version(const Item& item, Lane& lane) {
    if (!item.destination.s3) {
        const auto state = lane.hand.look(item.destination.path);
        if (!state)
            return std::unexpected(state.error());
        return state->kind == FileState::Kind::File ? version_of(*state) : std::string();
    }
    const auto facts = lane.s3.head({item.destination.bucket, item.destination.path});
    if (!facts && facts.error().kind != aws::S3Failure::Kind::NotFound)
        return std::unexpected(fault_of(facts.error()));
    return facts ? facts->etag : std::string();
}

} // namespace

Staged<Item> planned_again(const Item& item, Lane& lane) {
    Item now = item;
    if (item.source.s3) {
        const auto facts = lane.s3.head({item.source.bucket, item.source.path});
        if (!facts)
            return std::unexpected(fault_of(facts.error()));
        now.size = facts->size;
        now.version = facts->etag;
        return now;
    }
    const auto state = lane.hand.look(item.source.path);
    if (!state)
        return std::unexpected(state.error());
    now.size = static_cast<std::uint64_t>(state->size);
    now.version = version_of(*state);
    return now;
}

Staged<bool> is_copied(const Item& item, Lane& lane, const Run& run) {
    const std::string name = name_of(item.destination);
    if (!run.journal.has_ended(name))
        return false;
    const auto there = destination_version(item, lane);
    if (!there)
        return std::unexpected(there.error());
    const auto ended = run.journal.ended(name, item.version, *there);
    if (!ended)
        return false;
    run.report.moved(static_cast<std::int64_t>(item.size));
    run.report.add({.path = name,
                    .source = name_of(item.source),
                    .size = static_cast<std::int64_t>(item.size),
                    .crc = ended->crc,
                    .verified = ended->verified});
    return true;
}

} // namespace fairlead::stage
