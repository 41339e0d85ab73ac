/// The lanes at work: each takes the next part of what is begun, else begins the next file.
#pragma once

#include "stage/copying.hpp"

#include <condition_variable>
#include <functional>

namespace fairlead::stage {

class Crew {
  public:
    /// `left` is the time until the deadline; `stopped` is called at the first fault, so that what
    /// waits ends.
    Crew(PlanReader& plan, const Run& run, std::function<std::chrono::milliseconds()> left,
         std::function<void()> stopped)
        : plan_(plan), run_(run), left_(std::move(left)), on_fault_(std::move(stopped)) {}

    /// Copies all that is planned, one thread a lane. The first fault ends it.
    Staged<void> work(std::vector<Lane>& lanes);

  private:
    struct Active;
    struct Task;

    void lane_works(Lane& lane);
    std::optional<Task> next();
    void begin(Lane& lane, const Task& task);
    void do_part(Lane& lane, const Task& task);
    void end(Lane& lane, const std::shared_ptr<Active>& active);
    void begin_again(Lane& lane, const Item& item, int tries);
    void give_up(Lane& lane);
    void fail(const Fault& fault);
    void leave();

    PlanReader& plan_;
    Run run_;
    std::function<std::chrono::milliseconds()> left_;
    std::function<void()> on_fault_;

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::shared_ptr<Active>> active_; ///< begun, with parts that nobody has
    std::vector<std::pair<Item, int>> again_;     ///< to begin anew, and how often that was
    int busy_ = 0;                                ///< lanes that may add to the two above
    std::optional<Fault> fault_;
};

} // namespace fairlead::stage
