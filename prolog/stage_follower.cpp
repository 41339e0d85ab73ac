#include "prolog/stage_follower.hpp"

#include "base/deadline.hpp"
#include "stage/standing.hpp"

#include <algorithm>
#include <random>
#include <thread>

namespace fairlead::prolog {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// Prologs of a job start within milliseconds of each other (seen on 24.11), so that without chance
/// they would all look at once.
class Pauses {
  public:
    explicit Pauses(const Patience& patience)
        : longest_(patience.longest), next_(patience.shortest) {}

    void sleep() {
        constexpr double least = 0.5, most = 1.0;
        const double share = std::uniform_real_distribution(least, most)(chance_);
        std::this_thread::sleep_for(next_ * share);
        next_ = std::min(longest_, next_ * 3 / 2);
    }

  private:
    milliseconds longest_, next_;
    std::minstd_rand chance_{std::random_device{}()};
};

/// How long nothing has changed. Only changes count, because clocks differ.
class Silence {
  public:
    /// Whether the writer of the file has been silent for too long.
    bool too_long(std::time_t beat, const Patience& patience) {
        if (beat != last_) {
            last_ = beat;
            since_ = Clock::now();
        }
        return Clock::now() - since_ > (last_ == 0 ? patience.first_word : patience.silence);
    }

  private:
    std::time_t last_ = 0;
    Clock::time_point since_ = Clock::now();
};

/// The code of a sentence that another node has written.
Error error_in(const std::string& message) {
    const auto answer = read_answer(status_of({StageAnswer::Kind::Refused}), message);
    return answer ? answer->error : Error{Code::S130, message};
}

std::optional<StageAnswer> answer_in(const Result<stage::Standing>& standing) {
    using Kind = StageAnswer::Kind;
    if (!standing) {
        if (standing.error().code == Code::X101)
            return std::nullopt;
        return StageAnswer{Kind::Refused, standing.error()};
    }
    if (standing->stand == stage::Stand::Staging)
        return std::nullopt;
    if (standing->stand == stage::Stand::Ready)
        return StageAnswer{Kind::Ready};
    return StageAnswer{Kind::Refused, error_in(standing->message)};
}

} // namespace

StageAnswer await_leader(const std::filesystem::path& state_dir, const stage::JobRun& run,
                         std::chrono::seconds deadline, const Patience& patience) {
    const Deadline end{deadline};
    Pauses pauses{patience};
    Silence silence;
    for (;;) {
        if (auto answer = answer_in(stage::read_standing(state_dir, run)))
            return std::move(*answer);
        if (end.left() == milliseconds(0) ||
            silence.too_long(stage::last_beat(state_dir, run), patience))
            return {StageAnswer::Kind::Refused,
                    {Code::S119, "the job's first node does not say that its data is complete"}};
        pauses.sleep();
    }
}

} // namespace fairlead::prolog
