#include "stage/crew.hpp"

#include <algorithm>
#include <thread>

namespace fairlead::stage {
namespace {

constexpr int most_tries = 3; // of a file whose source changes while it is read

/// Whether a new beginning may end better.
bool may_begin_again(const Fault& fault) {
    return fault.error.code == Code::S114 || fault.error.code == Code::S115;
}

/// Whether another run may go on with what is begun: not of a request that has to be changed. A
/// file system that fails comes back, whosever it is.
bool may_go_on(const Fault& fault) {
    return fault.outcome != Outcome::DataFault || fault.error.code == Code::S126;
}

} // namespace

struct Crew::Active {
    std::unique_ptr<Copying> copying;
    int tries;
    std::uint64_t next = 0;      ///< part that nobody has
    std::uint64_t in_flight = 0; ///< parts that lanes have
    std::optional<Fault> fault{};

    bool has_parts() const { return !fault && next < copying->parts(); }
};

/// A part of what is begun, or a file to begin.
struct Crew::Task {
    std::shared_ptr<Active> active{};
    std::uint64_t part = 0;
    Item item{};
    int tries = 0;
};

void Crew::fail(const Fault& fault) {
    {
        const std::lock_guard lock(mutex_);
        if (!fault_)
            fault_ = fault;
    }
    on_fault_();
    changed_.notify_all();
}

/// Nothing when all is done or something failed. What it gives makes the caller one of the busy.
std::optional<Crew::Task> Crew::next() {
    std::unique_lock lock(mutex_);
    for (;; changed_.wait(lock)) {
        if (fault_)
            return std::nullopt;
        std::erase_if(active_, [](const auto& active) { return !active->has_parts(); });
        if (!active_.empty()) {
            ++busy_;
            ++active_.front()->in_flight;
            return Task{.active = active_.front(), .part = active_.front()->next++};
        }
        if (!again_.empty()) {
            ++busy_;
            auto [item, tries] = std::move(again_.back());
            again_.pop_back();
            return Task{.item = std::move(item), .tries = tries};
        }
        if (auto item = plan_.next()) {
            ++busy_;
            return Task{.item = std::move(*item)};
        }
        if (busy_ == 0)
            return std::nullopt;
    }
}

void Crew::leave() {
    const std::lock_guard lock(mutex_);
    --busy_;
    changed_.notify_all();
}

/// Only this thread has what is not in active_, so a file of one part is done at once.
void Crew::begin(Lane& lane, const Task& task) {
    if (task.item.folder) {
        if (auto made = lane.hand.make_folder(task.item.destination.path); !made)
            fail(made.error());
        run_.report.went_on();
        return;
    }
    const auto copied = is_copied(task.item, lane, run_);
    if (!copied)
        return fail(copied.error());
    if (*copied)
        return;
    auto copying = begin_copying(task.item, lane, run_);
    if (!copying && may_begin_again(copying.error()) && task.tries + 1 < most_tries)
        return begin_again(lane, task.item, task.tries + 1);
    if (!copying)
        return fail(copying.error());
    auto active = std::make_shared<Active>(
        Active{.copying = std::move(*copying), .tries = task.tries + 1, .next = 1, .in_flight = 1});
    if (active->copying->parts() > 1) {
        const std::lock_guard lock(mutex_);
        active_.push_back(active);
        changed_.notify_all();
    }
    do_part(lane, {.active = active, .part = 0});
}

void Crew::do_part(Lane& lane, const Task& task) {
    const std::shared_ptr<Active>& active = task.active;
    const auto done = active->copying->part(lane, task.part);
    bool last = false;
    {
        const std::lock_guard lock(mutex_);
        if (!done && !active->fault)
            active->fault = done.error();
        --active->in_flight;
        last = active->in_flight == 0 && !active->has_parts();
    }
    if (!done && !may_begin_again(done.error()))
        fail(done.error());
    if (last)
        end(lane, active);
}

/// After the last part that was begun.
void Crew::end(Lane& lane, const std::shared_ptr<Active>& active) {
    if (!active->fault) {
        auto finished = active->copying->finish(lane);
        if (finished)
            return;
        active->fault = finished.error();
    }
    const Fault& fault = *active->fault;
    if (may_begin_again(fault) && active->tries < most_tries) {
        active->copying->give_up(lane, false);
        return begin_again(lane, active->copying->item(), active->tries);
    }
    active->copying->give_up(lane, may_go_on(fault));
    fail(fault);
}

void Crew::begin_again(Lane& lane, const Item& item, int tries) {
    const auto now = planned_again(item, lane);
    if (!now)
        return fail(now.error());
    const std::lock_guard lock(mutex_);
    again_.emplace_back(*now, tries);
    changed_.notify_all();
}

/// What is begun and will not be finished.
void Crew::give_up(Lane& lane) {
    for (const auto& active : active_)
        if (active->has_parts())
            active->copying->give_up(lane, may_go_on(*fault_));
}

void Crew::lane_works(Lane& lane) {
    while (const auto task = next()) {
        if (left_().count() <= 0)
            fail({Outcome::ServiceFault, Error{Code::S119, "the time is up"}});
        else if (task->active)
            do_part(lane, *task);
        else
            begin(lane, *task);
        leave();
    }
}

Staged<void> Crew::work(std::vector<Lane>& lanes) {
    const auto work_guarded = [this](Lane& lane) {
        try {
            lane_works(lane);
        } catch (const std::exception& fault) {
            fail({Outcome::ServiceFault, Error{Code::S119, fault.what()}});
            leave();
        }
    };
    {
        std::vector<std::jthread> threads;
        for (Lane& lane : lanes)
            threads.emplace_back(work_guarded, std::ref(lane));
    }
    if (!fault_)
        return {};
    give_up(lanes.front());
    return std::unexpected(*fault_);
}

} // namespace fairlead::stage
