/// Lustre's command `lfs`: what it is asked, and what it says. Its words and bits are those of
/// lustre/utils/lfs.c and lustre_user.h; a line each on standard output, and a complaint on
/// standard error for what it cannot say.
#pragma once

#include "stage/hand.hpp"

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace fairlead::stage {

/// What hsm_state says.
struct HsmState {
    bool exists = false;   ///< it was archived, if another version
    bool dirty = false;    ///< it changed since
    bool released = false; ///< its data is in the archive alone
    bool archived = false;
    bool lost = false; ///< the archive does not have it any more

    bool operator==(const HsmState&) const = default;
};

/// What hsm_action says.
struct HsmAction {
    bool busy = false;       ///< a request waits or runs; not NOOP
    std::uint64_t moved = 0; ///< bytes, of one that runs

    bool operator==(const HsmAction&) const = default;
};

/// The answer to a question about several paths.
template <class T>
struct Told {
    std::map<std::string, T, std::less<>> by_path{};
    std::string complaint{}; ///< the first line that says something else; empty where none does
};

/// Of the paths that were asked for; none of them has a control character. Where a line could be of
/// two of them, because a name looks like output, it is of the longer one.
Told<HsmState> read_states(std::string_view output, std::span<const std::string> paths);
Told<HsmAction> read_actions(std::string_view output, std::span<const std::string> paths);
/// "[0x200000401:0x1:0x0]" each; of a single path lfs leaves its name out.
Told<std::string> read_fids(std::string_view output, std::span<const std::string> paths);

/// What came of a request.
struct Asked {
    bool taken = false;
    bool answered = true; ///< lfs ran, and ended by itself
    std::string complaint{};
};

/// It runs with the rights of the user, by way of the hand. Everybody may ask for a state and for a
/// restore (mdt_coordinator.c: cdt_other_request_mask).
class Lfs {
  public:
    Lfs(std::string program, std::chrono::milliseconds wait, HandLane& hand)
        : program_(std::move(program)), wait_(wait), hand_(hand) {}

    Staged<Told<HsmState>> states(std::span<const std::string> paths);
    Staged<Told<HsmAction>> actions(std::span<const std::string> paths);
    Staged<Told<std::string>> fids(std::span<const std::string> paths);
    /// A request for all of them, or for none.
    Staged<Asked> restore(std::span<const std::string> paths);
    /// The same, by root: Lustre lets nobody else archive. Ids in place of paths, so that what the
    /// user could read is what is archived, whatever a path has become since.
    Asked archive(const std::string& mount, std::span<const std::string> fids);

  private:
    Staged<ChildResult> run(const char* verb, std::span<const std::string> paths);

    std::string program_;
    std::chrono::milliseconds wait_;
    HandLane& hand_;
};

} // namespace fairlead::stage
