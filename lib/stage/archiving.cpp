#include "stage/copying.hpp"
#include "stage/link.hpp"
#include "stage/linked.hpp"

namespace fairlead::stage {
namespace {

using End = LinkedFile::End;

constexpr int most_asked = 3, most_silent = 3;
constexpr int most_looks = 5; // at what a task has exported

class Archiving final : public Linked {
  public:
    using Linked::Linked;

  protected:
    Staged<void> turn(Lane& lane, Files files) override;

    Staged<void> stalled(Files files) override {
        return service_fault(Code::S112,
                             "{} and {} more: not archived, and nothing went on for {} s",
                             to_string(files.front().item.source), files.size() - 1, site_.stall);
    }

  private:
    static Staged<void> check(Lane& lane, const Item& item);
    Staged<void> judge(Lane& lane, LinkedFile& file, const Told<HsmState>& told);
    Staged<void> ask(Lfs lfs, std::span<LinkedFile*> wanted);
    Staged<void> archive(Lfs& lfs, const std::string& mount, std::span<const std::string> fids);
};

/// Archived and clean is what Lustre says; this is what S3 has.
Staged<void> Archiving::check(Lane& lane, const Item& item) {
    const auto facts = lane.s3.head({item.destination.bucket, item.destination.path});
    if (!facts && facts.error().kind != aws::S3Failure::Kind::NotFound)
        return std::unexpected(fault_of(facts.error()));
    if (!facts)
        return data_fault(Code::S125, "{} is archived, but {} is not there", to_string(item.source),
                          to_string(item.destination));
    if (facts->size == item.size)
        return {};
    const auto there = lane.hand.look(item.source.path);
    if (!there)
        return std::unexpected(there.error());
    if (version_of(*there) != item.version)
        return data_fault(Code::S114, "{} was written while it was archived",
                          to_string(item.source));
    return data_fault(Code::S125, "{} is archived with {} bytes, but {} has {}",
                      to_string(item.source), item.size, to_string(item.destination), facts->size);
}

Staged<void> Archiving::judge(Lane& lane, LinkedFile& file, const Told<HsmState>& told) {
    const auto state = told.by_path.find(file_of(file.item));
    if (state == told.by_path.end()) {
        if (++file.silent < most_silent)
            return {};
        return service_fault(Code::S124, "{}: lfs hsm_state says nothing of it: {}",
                             to_string(file.item.source), told.complaint);
    }
    const HsmState& hsm = state->second;
    if (hsm.lost)
        return data_fault(Code::S125, "{}: Lustre has lost its copy in S3 (lost_from_hsm)",
                          to_string(file.item.source));
    const bool clean = hsm.exists && hsm.archived && !hsm.dirty;
    const bool by_task = file.link->exports == config::LinkExport::Task;
    if (!clean && by_task && ++file.looks > most_looks)
        return service_fault(Code::S112, "{}: FSx was asked for it, but it is not archived",
                             to_string(file.item.source));
    if (!clean) {
        file.wanted = file.asked == 0;
        return {};
    }
    if (auto checked = check(lane, file.item); !checked)
        return checked;
    done(file);
    return {};
}

/// Each mount by itself. Lustre refuses all for one of them, so that each is asked for alone then.
Staged<void> Archiving::ask(Lfs lfs, std::span<LinkedFile*> wanted) {
    const auto told = lfs.fids(paths_of(wanted));
    if (!told)
        return std::unexpected(told.error());
    std::map<std::string, std::vector<std::string>> by_mount;
    for (LinkedFile* file : wanted) {
        const std::string& path = file_of(file->item);
        const auto fid = told->by_path.find(path);
        if (++file->asked > most_asked)
            return service_fault(Code::S112, "{}: asked for {} times, Lustre does not archive it",
                                 to_string(file->item.source), most_asked);
        if (fid != told->by_path.end())
            by_mount[file->link->mount].push_back(fid->second);
        else if (file->asked == most_asked)
            return service_fault(Code::S124, "{}: lfs path2fid: {}", to_string(file->item.source),
                                 told->complaint);
    }
    for (const auto& [mount, fids] : by_mount)
        if (auto asked = archive(lfs, mount, fids); !asked)
            return asked;
    return {};
}

/// Lustre refuses all for one of them, so that each is asked for alone then.
Staged<void> Archiving::archive(Lfs& lfs, const std::string& mount,
                                std::span<const std::string> fids) {
    const auto all = lfs.archive(mount, fids);
    for (std::size_t i = 0; !all.taken && i < fids.size(); ++i) {
        const auto alone = all.answered ? lfs.archive(mount, fids.subspan(i, 1)) : all;
        if (!alone.taken)
            return service_fault(Code::S112, "lfs hsm_archive in {}: {}", mount, alone.complaint);
    }
    went_on();
    return {};
}

Staged<void> Archiving::turn(Lane& lane, Files files) {
    std::vector<LinkedFile*> open, waiting, wanted;
    for (LinkedFile& file : files)
        open.push_back(&file);
    const auto told = lfs(lane).states(paths_of(open));
    if (!told)
        return std::unexpected(told.error());
    for (LinkedFile* file : open) {
        if (auto judged = judge(lane, *file, *told); !judged)
            return judged;
        if (file->end == End::Open && file->asked > 0)
            waiting.push_back(file);
    }
    if (auto followed = follow(lane, waiting); !followed)
        return followed;
    for (LinkedFile* file : open)
        if (file->end == End::Open && file->wanted &&
            file->link->exports == config::LinkExport::Archive)
            wanted.push_back(file);
    return wanted.empty() ? Staged<void>{} : ask(lfs(lane), wanted);
}

} // namespace

std::unique_ptr<Linked> archiving(const config::Staging& site, std::vector<Lane>& lanes,
                                  Report& report, Linked::Clock clock) {
    return std::make_unique<Archiving>(site, lanes, report, std::move(clock));
}

} // namespace fairlead::stage
