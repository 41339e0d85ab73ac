#include "stage/into_file.hpp"

#include "stage/crc64.hpp"
#include "stage/etag.hpp"
#include "stage/striping.hpp"

#include <algorithm>

namespace fairlead::stage {
namespace {

std::unexpected<Fault> changed(const Item& item) {
    return data_fault(Code::S114, "{} was written while it was read", to_string(item.source));
}

std::unexpected<Fault> differs(const Item& item, std::string_view sum) {
    return data_fault(Code::S115, "{}: what arrived has another {} than the object",
                      to_string(item.source), sum);
}

} // namespace

Staged<std::unique_ptr<Copying>> IntoFile::begin(const Item& item, Lane& lane, const Run& run) {
    std::unique_ptr<IntoFile> copying{new IntoFile(item, run)};
    auto opened = copying->open_source(lane);
    if (opened)
        opened = copying->open_target(lane);
    if (!opened) {
        copying->give_up(lane, true);
        return std::unexpected(opened.error());
    }
    return copying;
}

/// A small object is read whole, and the answer says what HEAD would.
Staged<void> IntoFile::open_source(Lane& lane) {
    if (!item_.source.s3) {
        const auto opened = lane.hand.open_source(item_.source.path);
        if (!opened)
            return std::unexpected(opened.error());
        source_ = opened->handle;
        if (version_of(opened->state) != item_.version)
            return changed(item_);
        return {};
    }
    facts_ = {.size = item_.size, .etag = item_.version};
    if (whole())
        return {};
    auto facts = lane.s3.head({item_.source.bucket, item_.source.path});
    if (!facts)
        return std::unexpected(fault_of(facts.error()));
    if (facts->size != item_.size || facts->etag != item_.version)
        return changed(item_);
    facts_ = std::move(*facts);
    return {};
}

Staged<void> IntoFile::open_target(Lane& lane) {
    auto begun = run_.journal.begun(path());
    const bool same = begun && begun->source == item_.version &&
                      begun->part_size == run_.part_size && !begun->temporary.empty();
    reused_ = begun && !begun->temporary.empty();
    if (!same)
        return create_target(lane, reused_ ? begun->temporary : new_temporary_name());
    const auto opened = lane.hand.open_temporary(path(), begun->temporary);
    if (!opened)
        return std::unexpected(opened.error());
    if (!*opened)
        return create_target(lane, new_temporary_name());
    target_ = (*opened)->handle;
    kept_ = std::move(begun);
    return {};
}

/// The journal knows the name before the file is there, so that none is forgotten.
Staged<void> IntoFile::create_target(Lane& lane, std::string temporary) {
    constexpr int tries = 3;
    for (int i = 0; i < tries; ++i) {
        if (auto noted = journaled(run_.journal.begin(
                path(),
                {.source = item_.version, .temporary = temporary, .part_size = run_.part_size}));
            !noted)
            return noted;
        if (auto striped = stripe(item_, temporary, lane.hand, run_.site); !striped)
            return striped;
        const auto opened = lane.hand.open_temporary(path(), temporary);
        if (!opened)
            return std::unexpected(opened.error());
        if (*opened) {
            target_ = (*opened)->handle;
            if ((*opened)->state.size == 0)
                return {};
            return lane.hand.truncate(target_, path(), 0);
        }
        temporary = new_temporary_name();
    }
    return data_fault(Code::S118, "{}: something else has the name of each temporary file",
                      to_string(item_.destination));
}

/// Whether an earlier run has copied this part and it is still there: what is in the journal need
/// not have been on disk when a node lost its power.
Staged<bool> IntoFile::is_kept(Lane& lane, std::uint64_t number) {
    const auto found =
        kept_ ? kept_->parts.find(number) : std::map<std::uint64_t, KeptPart>::iterator{};
    if (!kept_ || found == kept_->parts.end())
        return false;
    const auto sum = lane.hand.sum(target_, path(), begin_of(number), size_of(number));
    if (!sum)
        return std::unexpected(sum.error());
    crcs_[number] = *sum;
    return *sum == found->second.crc;
}

/// Reads a part from S3 and writes it; its checksum.
Staged<std::uint64_t> IntoFile::fetch(Lane& lane, std::uint64_t number) {
    const std::uint64_t begin = begin_of(number), size = size_of(number);
    if (size == 0)
        return crc64({});
    const auto range = whole() ? std::nullopt : std::optional(aws::ByteRange{begin, size});
    auto facts = lane.s3.get({item_.source.bucket, item_.source.path}, item_.version, range,
                             lane.hand.buffer().first(size));
    if (!facts)
        return std::unexpected(fault_of(facts.error()));
    if (whole())
        facts_ = std::move(*facts);
    return lane.hand.write(target_, path(), begin, size);
}

/// From file to file; where its size is all that is checked, within the kernel.
Staged<std::uint64_t> IntoFile::copy_range(Lane& lane, std::uint64_t number) {
    const std::uint64_t begin = begin_of(number), size = size_of(number);
    if (size == 0)
        return crc64({});
    if (item_.check == Check::Size) {
        auto copied = lane.hand.copy(source_, item_.source.path, target_, path(), begin, size);
        if (!copied)
            return std::unexpected(copied.error());
        return 0;
    }
    return lane.hand.copy_and_sum(source_, item_.source.path, target_, path(), begin, size);
}

Staged<void> IntoFile::part(Lane& lane, std::uint64_t number) {
    const auto kept = is_kept(lane, number);
    if (!kept)
        return std::unexpected(kept.error());
    const auto size = static_cast<std::int64_t>(size_of(number));
    if (!*kept) {
        const auto crc = item_.source.s3 ? fetch(lane, number) : copy_range(lane, number);
        if (!crc)
            return std::unexpected(crc.error());
        crcs_[number] = *crc;
        if (!whole())
            if (auto noted = journaled(run_.journal.part(path(), number, {.crc = *crc})); !noted)
                return noted;
    }
    run_.report.moved(size);
    return {};
}

/// The size of the parts that an object was uploaded in, of which its ETag is made; 0 where they
/// were of several sizes, or nobody says.
Staged<std::uint64_t> IntoFile::uploaded_part(Lane& lane, std::uint64_t parts) {
    if (parts < 2)
        return parts == 0 ? 0 : item_.size;
    const auto size = lane.s3.first_part_size({item_.source.bucket, item_.source.path});
    if (!size)
        return std::unexpected(fault_of(size.error()));
    const bool regular = *size > 0 && (item_.size + *size - 1) / *size == parts;
    return regular ? *size : 0;
}

/// Sums the file as S3 has summed the object.
Staged<Verified> IntoFile::verify_etag(Lane& lane) {
    const std::uint64_t parts = facts_.plain_etag ? parts_in(facts_.etag) : 0;
    const auto part = uploaded_part(lane, parts);
    if (!part)
        return std::unexpected(part.error());
    if (*part == 0)
        return Verified::Size;
    std::vector<HandLane::Md5> md5s;
    for (std::uint64_t begin = 0; begin < item_.size; begin += *part) {
        const auto md5 =
            lane.hand.digest(target_, path(), begin, std::min(*part, item_.size - begin));
        if (!md5)
            return std::unexpected(md5.error());
        md5s.push_back(*md5);
        run_.report.went_on();
    }
    if (etag_of(md5s, is_multipart(facts_.etag)) != unquoted(facts_.etag))
        return differs(item_, "MD5");
    return Verified::Md5;
}

Staged<Verified> IntoFile::verify(Lane& lane) {
    if (item_.check == Check::Size || item_.size == 0)
        return Verified::Size;
    if (!item_.source.s3)
        return Verified::Crc64;
    if (facts_.crc64nvme.empty())
        return verify_etag(lane);
    if (crc64_base64(whole_crc()) != facts_.crc64nvme)
        return differs(item_, "CRC-64");
    return Verified::Crc64;
}

Staged<void> IntoFile::check_source(Lane& lane) {
    if (item_.source.s3)
        return {}; // each GET asked for just this ETag
    const auto state = lane.hand.state(source_, item_.source.path);
    if (!state)
        return std::unexpected(state.error());
    if (version_of(*state) != item_.version)
        return changed(item_);
    return {};
}

Staged<void> IntoFile::finish(Lane& lane) {
    if (auto same = check_source(lane); !same)
        return same;
    const auto verified = verify(lane);
    if (!verified)
        return std::unexpected(verified.error());
    if (reused_) // it may be longer
        if (auto cut = lane.hand.truncate(target_, path(), item_.size); !cut)
            return cut;
    run_.report.went_on(); // what is still in memory takes its time
    const auto state = lane.hand.commit(target_, path(), item_.mode);
    if (!state)
        return std::unexpected(state.error());
    target_ = 0;
    give_up(lane, true); // closes the source
    const bool has_crc = item_.source.s3 || item_.check == Check::Checksum;
    return ended(path(), item_.version, version_of(*state), *verified, has_crc);
}

void IntoFile::give_up(Lane& lane, bool keep) {
    if (source_ != 0)
        (void)lane.hand.close(source_);
    if (target_ != 0 && keep)
        (void)lane.hand.close(target_);
    // Where it cannot be removed the journal has its name.
    if (target_ != 0 && !keep && lane.hand.discard(target_, path()))
        (void)run_.journal.forget(path());
    source_ = target_ = 0;
}

} // namespace fairlead::stage
