#include "stage/into_s3.hpp"

#include "stage/crc64.hpp"
#include "stage/etag.hpp"

namespace fairlead::stage {
namespace {

constexpr std::uint64_t most_parts = 10'000; // S3's limit

std::unexpected<Fault> changed(const Item& item) {
    return data_fault(Code::S114, "{} was written while it was read", to_string(item.source));
}

/// What S3 says of an upload that has ended is that the copy has to be begun anew.
std::unexpected<Fault> refused(const aws::S3Failure& failure, const Item& item) {
    if (failure.kind == aws::S3Failure::Kind::NoUpload)
        return data_fault(Code::S114, "{}: its multipart upload was ended by another",
                          to_string(item.destination));
    return std::unexpected(fault_of(failure));
}

} // namespace

IntoS3::IntoS3(Item item, Run run)
    : Copying(std::move(item), run),
      name_(fmt::format("s3://{}/{}", item_.destination.bucket, item_.destination.path)),
      etags_(parts()) {}

Staged<std::unique_ptr<Copying>> IntoS3::begin(const Item& item, Lane& lane, const Run& run) {
    std::unique_ptr<IntoS3> copying{new IntoS3(item, run)};
    if (copying->parts() > most_parts)
        return data_fault(Code::S102, "{} has {} bytes, which is too large", to_string(item.source),
                          item.size);
    auto opened = copying->open_source(lane);
    if (opened)
        opened = copying->open_upload(lane);
    if (!opened) {
        copying->give_up(lane, true);
        return std::unexpected(opened.error());
    }
    return copying;
}

Staged<void> IntoS3::open_source(Lane& lane) {
    const auto opened = lane.hand.open_source(item_.source.path);
    if (!opened)
        return std::unexpected(opened.error());
    source_ = opened->handle;
    if (version_of(opened->state) != item_.version)
        return changed(item_);
    return {};
}

Staged<void> IntoS3::open_upload(Lane& lane) {
    const auto begun = run_.journal.begun(name_);
    const bool same = begun && begun->source == item_.version && begun->part_size == run_.part_size;
    if (begun && !begun->upload.empty() && (!same || whole()))
        (void)lane.s3.abort_upload(target(), begun->upload); // S3's lifecycle rules end it too
    if (whole())
        return {};
    if (same && !begun->upload.empty()) {
        upload_ = begun->upload;
        kept_ = begun->parts;
        return {};
    }
    auto upload = lane.s3.begin_upload(target());
    if (!upload)
        return std::unexpected(fault_of(upload.error()));
    upload_ = std::move(*upload);
    return journaled(run_.journal.begin(
        name_, {.source = item_.version, .upload = upload_, .part_size = run_.part_size}));
}

Staged<void> IntoS3::send(Lane& lane, std::uint64_t number) {
    const std::uint64_t size = size_of(number);
    const auto crc = lane.hand.read(source_, item_.source.path, begin_of(number), size);
    if (!crc)
        return std::unexpected(crc.error());
    const std::string_view body(lane.hand.buffer().data(), size);
    const auto etag = whole() ? lane.s3.put(target(), body, crc64_base64(*crc))
                              : lane.s3.put_part(target(), upload_, static_cast<int>(number) + 1,
                                                 body, crc64_base64(*crc));
    if (!etag)
        return refused(etag.error(), item_);
    crcs_[number] = *crc;
    etags_[number] = *etag;
    if (whole())
        return {};
    return journaled(run_.journal.part(name_, number, {.crc = *crc, .etag = *etag}));
}

Staged<void> IntoS3::part(Lane& lane, std::uint64_t number) {
    if (const auto kept = kept_.find(number); kept != kept_.end()) {
        crcs_[number] = kept->second.crc;
        etags_[number] = kept->second.etag;
    } else if (auto sent = send(lane, number); !sent) {
        return sent;
    }
    run_.report.moved(static_cast<std::int64_t>(size_of(number)));
    return {};
}

Staged<void> IntoS3::check_source(Lane& lane) {
    const auto state = lane.hand.state(source_, item_.source.path);
    if (!state)
        return std::unexpected(state.error());
    if (version_of(*state) != item_.version)
        return changed(item_);
    return {};
}

aws::S3Result<std::string> IntoS3::try_complete(Lane& lane) {
    std::vector<aws::UploadedPart> parts;
    for (std::uint64_t number = 0; number < etags_.size(); ++number)
        parts.push_back(
            {static_cast<int>(number) + 1, etags_[number], crc64_base64(crcs_[number])});
    return lane.s3.complete_upload(target(), upload_, parts, crc64_base64(whole_crc()));
}

/// Sends what S3 has taken and does not have: radosgw 18.2.7 with dbstore forgets a part when two
/// come at once (seen: 1 of 25).
Staged<void> IntoS3::send_missing(Lane& lane) {
    const auto there = lane.s3.parts_of(target(), upload_);
    if (!there)
        return refused(there.error(), item_);
    for (std::uint64_t number = 0; number < etags_.size(); ++number) {
        const auto found = there->find(static_cast<int>(number) + 1);
        if (found != there->end() && unquoted(found->second) == unquoted(etags_[number]))
            continue;
        if (auto sent = send(lane, number); !sent)
            return sent;
    }
    return {};
}

/// The ETag of the object.
Staged<std::string> IntoS3::complete(Lane& lane) {
    if (whole())
        return etags_.front();
    auto etag = try_complete(lane);
    if (!etag && etag.error().kind == aws::S3Failure::Kind::NoPart) {
        if (auto sent = send_missing(lane); !sent)
            return std::unexpected(sent.error());
        etag = try_complete(lane);
    }
    if (!etag)
        return refused(etag.error(), item_);
    upload_.clear();
    return *etag;
}

/// The object's ETag, after a look at it; what was sent in one piece the answer has confirmed.
Staged<std::string> IntoS3::confirmed(Lane& lane, const std::string& etag) {
    if (whole())
        return etag;
    const auto facts = lane.s3.head(target());
    if (!facts)
        return std::unexpected(fault_of(facts.error()));
    const bool sums = facts->crc64nvme.empty() || facts->crc64nvme == crc64_base64(whole_crc());
    if (facts->size != item_.size || unquoted(facts->etag) != unquoted(etag) || !sums)
        return data_fault(Code::S115, "{} is not what was sent", to_string(item_.destination));
    return facts->etag;
}

Staged<void> IntoS3::finish(Lane& lane) {
    if (auto same = check_source(lane); !same)
        return same;
    const auto etag = complete(lane);
    if (!etag)
        return std::unexpected(etag.error());
    const auto confirmed_etag = confirmed(lane, *etag);
    if (!confirmed_etag)
        return std::unexpected(confirmed_etag.error());
    give_up(lane, true); // closes the source
    // S3 checked the SHA-256 of all that it received.
    return ended(name_, item_.version, *confirmed_etag, Verified::Sha256, true);
}

void IntoS3::give_up(Lane& lane, bool keep) {
    if (source_ != 0)
        (void)lane.hand.close(source_);
    source_ = 0;
    if (!keep && !upload_.empty() && lane.s3.abort_upload(target(), upload_))
        (void)run_.journal.forget(name_);
    upload_.clear();
}

} // namespace fairlead::stage
