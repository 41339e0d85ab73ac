#include "stage/copying.hpp"
#include "stage/link.hpp"
#include "stage/linked.hpp"

namespace fairlead::stage {
namespace {

using End = LinkedFile::End;

constexpr int most_asked = 3, most_silent = 3;

class Restoring final : public Linked {
  public:
    using Linked::Linked;

  protected:
    Staged<void> turn(Lane& lane, Files files) override;

    /// A request that hangs (seen on FSx: aws-parallelcluster issue 6799) keeps nobody from
    /// reading.
    Staged<void> stalled(Files files) override {
        for (LinkedFile& file : files)
            file.end = End::Read;
        return {};
    }

  private:
    static Staged<void> look(Lane& lane, Files files);
    Staged<void> judge(LinkedFile& file, const Told<HsmState>& told);
    static std::vector<LinkedFile*> wanted_of(Files files);
    Staged<void> ask(Lfs lfs, std::span<LinkedFile*> wanted);
};

/// What the file system knows of each, once.
Staged<void> Restoring::look(Lane& lane, Files files) {
    for (LinkedFile& file : files) {
        if (file.looked)
            continue;
        const auto there = lane.hand.look(file_of(file.item));
        if (!there)
            return std::unexpected(there.error());
        file.looked = true;
        file.other_size = static_cast<std::uint64_t>(there->size) != file.item.size;
        if (there->kind != FileState::Kind::File)
            file.end = End::Copy;
    }
    return {};
}

Staged<void> Restoring::judge(LinkedFile& file, const Told<HsmState>& told) {
    const auto state = told.by_path.find(file_of(file.item));
    if (state == told.by_path.end()) {
        if (++file.silent >= most_silent)
            file.end = file.other_size ? End::Copy : End::Read;
        return {};
    }
    const HsmState& hsm = state->second;
    if (hsm.dirty)
        return data_fault(Code::S125, "{} was changed and is not exported yet; {} is older",
                          to_string(file.item.destination), to_string(object_of(file.item)));
    if (hsm.lost && hsm.released)
        return data_fault(Code::S125, "{}: Lustre has lost its data (hsm_state: lost_from_hsm)",
                          to_string(file.item.destination));
    if (!hsm.exists || !hsm.archived || file.other_size)
        file.end = End::Copy;
    else if (!hsm.released)
        done(file);
    else
        file.wanted = file.asked == 0;
    return {};
}

std::vector<LinkedFile*> Restoring::wanted_of(Files files) {
    std::vector<LinkedFile*> wanted;
    for (LinkedFile& file : files) {
        if (file.end != End::Open || !file.wanted)
            continue;
        if (++file.asked > most_asked)
            file.end = End::Read;
        else
            wanted.push_back(&file);
    }
    return wanted;
}

/// Lustre refuses all for one of them, so that each is asked for alone then. Where lfs does not
/// even answer, all are read.
Staged<void> Restoring::ask(Lfs lfs, std::span<LinkedFile*> wanted) {
    const auto paths = paths_of(wanted);
    const auto all = lfs.restore(paths);
    if (!all)
        return std::unexpected(all.error());
    if (all->taken) {
        went_on();
        return {};
    }
    for (std::size_t i = 0; i < paths.size(); ++i) {
        const auto alone = all->answered ? lfs.restore(std::span(paths).subspan(i, 1)) : all;
        if (!alone)
            return std::unexpected(alone.error());
        if (!alone->taken)
            wanted[i]->end = End::Read;
    }
    return {};
}

Staged<void> Restoring::turn(Lane& lane, Files files) {
    if (auto looked = look(lane, files); !looked)
        return looked;
    std::vector<LinkedFile*> open;
    for (LinkedFile& file : files)
        if (file.end == End::Open)
            open.push_back(&file);
    if (open.empty())
        return {};
    const auto told = lfs(lane).states(paths_of(open));
    if (!told)
        return std::unexpected(told.error());
    std::vector<LinkedFile*> waiting;
    for (LinkedFile* file : open) {
        if (auto judged = judge(*file, *told); !judged)
            return judged;
        if (file->end == End::Open && file->asked > 0)
            waiting.push_back(file);
    }
    if (auto followed = follow(lane, waiting); !followed)
        return followed;
    auto wanted = wanted_of(files);
    return wanted.empty() ? Staged<void>{} : ask(lfs(lane), wanted);
}

} // namespace

std::unique_ptr<Linked> restoring(const config::Staging& site, std::vector<Lane>& lanes,
                                  Report& report, Linked::Clock clock) {
    return std::make_unique<Restoring>(site, lanes, report, std::move(clock));
}

} // namespace fairlead::stage
