/// One file on its way: parts that any lane may copy, in any order, and an end.
#pragma once

#include "config/staging.hpp"
#include "stage/journal.hpp"
#include "stage/plan.hpp"
#include "stage/report.hpp"

#include <memory>
#include <vector>

namespace fairlead::stage {

/// What all copies of a run share.
struct Run {
    Journal& journal;
    Report& report;
    std::uint64_t part_size;
    const config::Staging& site;
};

class Copying {
  public:
    virtual ~Copying() = default;

    /// A file of no bytes has one part.
    std::uint64_t parts() const {
        return item_.size <= run_.part_size ? 1 : (item_.size - 1) / run_.part_size + 1;
    }
    /// Copies a part. Safe for threads, each part once.
    virtual Staged<void> part(Lane& lane, std::uint64_t number) = 0;
    /// Checks the whole and puts it in place, after the last part. S114 and S115 where the source
    /// changed or the copy is not what the source is: then it may be begun anew.
    virtual Staged<void> finish(Lane& lane) = 0;
    /// Ends what will not be finished. With `keep` another run may go on with it.
    virtual void give_up(Lane& lane, bool keep) = 0;

    const Item& item() const { return item_; }

  protected:
    Copying(Item item, Run run) : item_(std::move(item)), run_(run), crcs_(parts()) {}

    std::uint64_t begin_of(std::uint64_t number) const { return number * run_.part_size; }
    std::uint64_t size_of(std::uint64_t number) const {
        return std::min(run_.part_size, item_.size - begin_of(number));
    }
    std::uint64_t whole_crc() const;

    /// Tells journal and manifest.
    Staged<void> ended(const std::string& name, const std::string& source,
                       const std::string& destination, Verified verified, bool has_crc);

    Item item_;
    Run run_;
    std::vector<std::uint64_t> crcs_; ///< of each part; one thread writes one of them
};

/// Begins to copy what is planned, or goes on where an earlier run ended.
Staged<std::unique_ptr<Copying>> begin_copying(const Item& item, Lane& lane, const Run& run);

/// Whether an earlier run has copied it, and source and destination are since as they were; then it
/// is in the manifest.
Staged<bool> is_copied(const Item& item, Lane& lane, const Run& run);

/// The same file as it is now, to be begun anew.
Staged<Item> planned_again(const Item& item, Lane& lane);

/// A journal that cannot be written stops everything, and is nobody's data.
Staged<void> journaled(const Result<void>& written);

} // namespace fairlead::stage
