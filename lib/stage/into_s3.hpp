/// A copy of a user's file into S3: in one piece, or as a multipart upload that a later run goes on
/// with.
#pragma once

#include "stage/copying.hpp"

namespace fairlead::stage {

class IntoS3 final : public Copying {
  public:
    static Staged<std::unique_ptr<Copying>> begin(const Item& item, Lane& lane, const Run& run);

    Staged<void> part(Lane& lane, std::uint64_t number) override;
    Staged<void> finish(Lane& lane) override;
    void give_up(Lane& lane, bool keep) override;

  private:
    IntoS3(Item item, Run run);

    Staged<void> open_source(Lane& lane);
    Staged<void> open_upload(Lane& lane);
    Staged<void> check_source(Lane& lane);
    Staged<void> send(Lane& lane, std::uint64_t number);
    Staged<void> send_missing(Lane& lane);
    aws::S3Result<std::string> try_complete(Lane& lane);
    Staged<std::string> complete(Lane& lane);
    Staged<std::string> confirmed(Lane& lane, const std::string& etag);
    bool whole() const { return parts() == 1; }
    aws::S3Place target() const { return {item_.destination.bucket, item_.destination.path}; }

    FileHandle source_ = 0;
    std::string name_; ///< "s3://BUCKET/KEY"
    std::string upload_{};
    std::vector<std::string> etags_; ///< of each part
    std::map<std::uint64_t, KeptPart> kept_{};
};

} // namespace fairlead::stage
