/// Staging where a folder is linked to S3: Lustre moves the data, and is asked to, many files at
/// once, and watched. Engine `hsm`.
#pragma once

#include "config/staging.hpp"
#include "stage/lfs.hpp"
#include "stage/plan.hpp"

#include <atomic>
#include <functional>
#include <span>

namespace fairlead::stage {

/// A file on its way.
struct LinkedFile {
    enum class End {
        Open,
        Done,
        Copy, ///< it is not what S3 has: copied as any other
        Read, ///< Lustre brings what is read
    };

    Item item;
    const config::Link* link;
    End end = End::Open;
    bool looked = false, other_size = false;
    bool wanted = false;     ///< to be asked for now
    int asked = 0;           ///< times that Lustre was asked to move it
    int silent = 0;          ///< times that lfs said nothing of it
    int looks = 0;           ///< at what somebody else was to archive
    std::uint64_t moved = 0; ///< bytes, of the request that runs
};

class Linked {
  public:
    struct Clock {
        std::function<std::chrono::milliseconds()> left;      ///< until the deadline
        std::function<void(std::chrono::milliseconds)> pause; ///< ends early when all is over
    };

    Linked(const config::Staging& site, std::vector<Lane>& lanes, Report& report, Clock clock)
        : site_(site), lanes_(lanes), report_(report), clock_(std::move(clock)) {}
    virtual ~Linked() = default;
    Linked(const Linked&) = delete;
    Linked& operator=(const Linked&) = delete;

    /// Of the whole plan in a work folder, all that is linked; the rest is written as its rest.
    Staged<void> work(const std::filesystem::path& folder);

  protected:
    using Files = std::span<LinkedFile>;

    /// One look at some files, and what it leads to. For several threads, each with its own files.
    virtual Staged<void> turn(Lane& lane, Files files) = 0;
    /// None of these went on for as long as the site allows.
    virtual Staged<void> stalled(Files files) = 0;

    Lfs lfs(Lane& lane) const;
    /// What the requests for files that do not get on have come to; wanted is what Lustre has none
    /// of.
    Staged<void> follow(Lane& lane, std::span<LinkedFile*> waiting);
    void done(LinkedFile& file);
    /// Something did, for the watchdog.
    void went_on() { moved_ = true; }

    const config::Staging& site_;

  private:
    void refill(PlanReader& plan, PlanWriter& rest);
    Staged<void> look_at_all();
    bool settle(PlanWriter& rest);

    std::vector<Lane>& lanes_;
    Report& report_;
    Clock clock_;
    std::vector<LinkedFile> files_; ///< a window of the plan
    std::atomic<bool> moved_ = false;
};

std::vector<std::string> paths_of(std::span<LinkedFile*> files);

/// S3 to the file system: released files are restored. FL-S125 where a file was changed and not
/// exported, or Lustre has lost it. What is not there, or as another version, is copied; what is
/// not restored is read, which makes Lustre bring it.
std::unique_ptr<Linked> restoring(const config::Staging& site, std::vector<Lane>& lanes,
                                  Report& report, Linked::Clock clock);

/// The file system to S3: done is what is archived, not dirty, and in S3 with its size. FL-S112
/// where that does not come, FL-S124 without lfs, FL-S125.
std::unique_ptr<Linked> archiving(const config::Staging& site, std::vector<Lane>& lanes,
                                  Report& report, Linked::Clock clock);

} // namespace fairlead::stage
