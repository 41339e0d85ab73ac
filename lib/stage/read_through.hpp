/// A released file of a linked folder, read to its end so that Lustre brings it. Nothing is
/// written.
#pragma once

#include "stage/copying.hpp"

namespace fairlead::stage {

class ReadThrough final : public Copying {
  public:
    static Staged<std::unique_ptr<Copying>> begin(const Item& item, Lane& lane, const Run& run);

    Staged<void> part(Lane& lane, std::uint64_t number) override;
    Staged<void> finish(Lane& lane) override;
    void give_up(Lane& lane, bool keep) override;

  private:
    ReadThrough(Item item, Run run) : Copying(std::move(item), run) {}
    const std::string& path() const { return item_.destination.path; }

    FileHandle file_ = 0;
    FileState state_{};
    aws::ObjectFacts facts_{};
};

} // namespace fairlead::stage
