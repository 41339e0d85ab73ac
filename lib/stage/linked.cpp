#include "stage/linked.hpp"

#include "stage/copying.hpp"
#include "stage/link.hpp"

#include <algorithm>
#include <mutex>
#include <thread>

namespace fairlead::stage {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using End = LinkedFile::End;

constexpr std::size_t window = 4096;       // files that wait at once
constexpr std::size_t most_in_batch = 64;  // paths of one lfs, each up to 4 KiB
constexpr milliseconds least_pause = 50ms; // doubled while nothing goes on
constexpr milliseconds most_pause = 5000ms;
constexpr milliseconds least_wait = 5000ms, most_wait = 30000ms; // for lfs

} // namespace

std::vector<std::string> paths_of(std::span<LinkedFile*> files) {
    std::vector<std::string> paths;
    for (const LinkedFile* file : files)
        paths.push_back(file_of(file->item));
    return paths;
}

Lfs Linked::lfs(Lane& lane) const {
    report_.went_on(); // what it is waited for has a limit of its own
    return {site_.lfs,
            std::clamp(milliseconds(std::chrono::seconds(site_.stall)), least_wait, most_wait),
            lane.hand};
}

Staged<void> Linked::follow(Lane& lane, std::span<LinkedFile*> waiting) {
    if (waiting.empty())
        return {};
    const auto told = lfs(lane).actions(paths_of(waiting));
    if (!told)
        return std::unexpected(told.error());
    for (LinkedFile* file : waiting) {
        const auto action = told->by_path.find(file_of(file->item));
        if (action == told->by_path.end())
            continue; // the watchdog sees it
        file->wanted = !action->second.busy;
        if (action->second.moved > file->moved)
            moved_ = true;
        file->moved = action->second.moved;
    }
    return {};
}

void Linked::done(LinkedFile& file) {
    file.end = End::Done;
    const Item& item = file.item;
    const auto name = [](const Place& place) {
        return place.s3 ? fmt::format("s3://{}/{}", place.bucket, place.path) : place.path;
    };
    report_.moved(static_cast<std::int64_t>(item.size));
    report_.add({.path = name(item.destination),
                 .source = name(item.source),
                 .size = static_cast<std::int64_t>(item.size),
                 .verified = Verified::Hsm});
}

void Linked::refill(PlanReader& plan, PlanWriter& rest) {
    while (files_.size() < window) {
        auto item = plan.next();
        if (!item)
            return;
        if (const config::Link* link = link_of(site_.links, *item))
            files_.push_back({.item = std::move(*item), .link = link});
        else
            rest.add(*item);
    }
}

/// Each lane takes the next batch.
Staged<void> Linked::look_at_all() {
    std::atomic<std::size_t> next = 0;
    std::mutex mutex;
    std::optional<Fault> fault;
    const auto fail = [&](Fault found) {
        const std::lock_guard lock(mutex);
        if (!fault)
            fault = std::move(found);
        next = files_.size();
    };
    const auto look = [&](Lane& lane) {
        for (std::size_t at = 0; (at = next.fetch_add(most_in_batch)) < files_.size();)
            try {
                const Files batch = Files(files_).subspan(at);
                const auto done = turn(lane, batch.first(std::min(batch.size(), most_in_batch)));
                if (!done)
                    fail(done.error());
            } catch (const std::exception& error) {
                fail({Outcome::ServiceFault, Error{Code::S119, error.what()}});
            }
    };
    {
        const std::size_t batches = (files_.size() + most_in_batch - 1) / most_in_batch;
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < std::min(batches, lanes_.size()); ++i)
            threads.emplace_back(look, std::ref(lanes_[i]));
    }
    if (fault)
        return std::unexpected(*fault);
    return {};
}

/// Takes out what has ended; whether anything did.
bool Linked::settle(PlanWriter& rest) {
    for (LinkedFile& file : files_) {
        file.item.in_place = file.end == End::Read;
        if (file.end == End::Copy || file.end == End::Read)
            rest.add(file.item);
    }
    return std::erase_if(files_, [](const LinkedFile& file) { return file.end != End::Open; }) > 0;
}

Staged<void> Linked::work(const std::filesystem::path& folder) {
    PlanReader plan{folder};
    PlanWriter rest{folder, rest_of_plan};
    auto last = std::chrono::steady_clock::now();
    milliseconds pause = least_pause;
    for (refill(plan, rest); !files_.empty(); refill(plan, rest)) {
        if (clock_.left() <= 0ms)
            return service_fault(Code::S119, "the time is up");
        if (auto looked = look_at_all(); !looked)
            return looked;
        const bool ended = settle(rest);
        const auto now = std::chrono::steady_clock::now();
        if (ended || moved_.exchange(false)) {
            last = now;
            pause = least_pause;
        } else if (now - last > std::chrono::seconds(site_.stall)) {
            if (auto given_up = stalled(files_); !given_up)
                return given_up;
            settle(rest);
        }
        if (!ended)
            clock_.pause(std::min(pause, clock_.left()));
        pause = std::min(pause * 2, most_pause);
    }
    return journaled(rest.finish());
}

} // namespace fairlead::stage
