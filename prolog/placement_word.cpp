#include "prolog/placement_word.hpp"

#include "base/child.hpp"
#include "base/deadline.hpp"
#include "base/files.hpp"
#include "base/log.hpp"
#include "config/paths.hpp"
#include "prolog/timing.hpp"
#include "state/paths.hpp"

#include <random>
#include <thread>

namespace fairlead::prolog {
namespace {

using std::chrono::milliseconds;

/// Some chance in each, so that a thousand nodes do not look at once.
class Pauses {
  public:
    explicit Pauses(const WordPatience& patience)
        : longest_(patience.longest), next_(patience.shortest) {}

    void sleep(milliseconds most) {
        constexpr double least = 0.5, whole = 1.0;
        const double share = std::uniform_real_distribution(least, whole)(chance_);
        std::this_thread::sleep_for(std::min<std::chrono::duration<double>>(next_ * share, most));
        next_ = std::min(longest_, next_ * 3 / 2);
    }

  private:
    milliseconds longest_, next_;
    std::minstd_rand chance_{std::random_device{}()};
};

} // namespace

Hearing hear_word(const std::filesystem::path& state_dir, const state::JobStart& start, bool first,
                  milliseconds time, const WordPatience& patience) {
    using Kind = Hearing::Kind;
    const Deadline end{time}, leads{first ? milliseconds(0) : patience.first_word};
    Pauses pauses{patience};
    for (;;) {
        auto word = state::read_placement_word(state_dir, start);
        if (word && word->said)
            return {Kind::Said, std::move(word->refusal)};
        const bool nobody = !word && word.error().code == Code::X101;
        if (nobody && leads.left() == milliseconds(0)) {
            const auto taken = state::take_question(state_dir, start);
            // Without the file nobody hears of it, and the first node needs to know all the same.
            if (taken ? *taken : first)
                return {Kind::Ours};
            if (!taken)
                return {Kind::Silence};
        }
        if (end.left() == milliseconds(0))
            return {Kind::Silence};
        pauses.sleep(end.left());
    }
}

void forget_word(JobId job) {
    const auto file = state::job_folder(config::run_dir, job) / state::asked_name;
    const auto word = read_file(file);
    if (!word)
        return;
    const auto removed = run_forked(Code::X201, "removing the word on the job's placement",
                                    storage_time, [&] { return remove_file(*word); });
    if (!removed)
        log::error(removed.error());
}

} // namespace fairlead::prolog
