/// A copy into a file of the user's: of an object, by ranges of it, or of another file.
#pragma once

#include "stage/copying.hpp"

namespace fairlead::stage {

class IntoFile final : public Copying {
  public:
    static Staged<std::unique_ptr<Copying>> begin(const Item& item, Lane& lane, const Run& run);

    Staged<void> part(Lane& lane, std::uint64_t number) override;
    Staged<void> finish(Lane& lane) override;
    void give_up(Lane& lane, bool keep) override;

  private:
    IntoFile(Item item, Run run) : Copying(std::move(item), run) {}

    Staged<void> open_source(Lane& lane);
    Staged<void> open_target(Lane& lane);
    Staged<void> create_target(Lane& lane, std::string temporary);
    Staged<bool> is_kept(Lane& lane, std::uint64_t number);
    Staged<std::uint64_t> fetch(Lane& lane, std::uint64_t number);
    Staged<std::uint64_t> copy_range(Lane& lane, std::uint64_t number);
    Staged<Verified> verify(Lane& lane);
    Staged<Verified> verify_etag(Lane& lane);
    Staged<std::uint64_t> uploaded_part(Lane& lane, std::uint64_t parts);
    Staged<void> check_source(Lane& lane);
    bool whole() const { return parts() == 1; }
    const std::string& path() const { return item_.destination.path; }

    FileHandle source_ = 0; ///< where it is a file
    FileHandle target_ = 0;
    aws::ObjectFacts facts_{};    ///< where it is an object
    std::optional<Begun> kept_{}; ///< of an earlier run, of the same version
    bool reused_ = false; ///< the temporary file may be an earlier run's, which may still write
};

} // namespace fairlead::stage
