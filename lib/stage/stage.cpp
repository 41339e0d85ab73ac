#include "stage/stage.hpp"

#include "aws/credentials.hpp"
#include "base/files.hpp"
#include "stage/blame.hpp"
#include "stage/crew.hpp"
#include "stage/linked.hpp"
#include "stage/patience.hpp"
#include "stage/staged.hpp"
#include "stage/work_folder.hpp"

#include <algorithm>
#include <condition_variable>
#include <random>
#include <unistd.h>

namespace fairlead::stage {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t usual_part = 8 * 1024 * 1024;
constexpr std::uint64_t most_parts = 10'000; // of an object of S3

/// Between two tries a lane waits here, until its time or the first fault.
class Waiting {
  public:
    void wait(milliseconds pause) {
        std::unique_lock lock(mutex_);
        ended_.wait_for(lock, pause, [this] { return over_; });
    }
    void end() {
        {
            const std::lock_guard lock(mutex_);
            over_ = true;
        }
        ended_.notify_all();
    }

  private:
    std::mutex mutex_;
    std::condition_variable ended_;
    bool over_ = false;
};

double random_share() {
    thread_local std::mt19937_64 generator{std::random_device{}()};
    return std::uniform_real_distribution<>{}(generator);
}

bool has_s3(const JobFile& request) {
    return std::ranges::any_of(request.transfers, [](const Copy& copy) {
        return copy.source.starts_with("s3://") || copy.destination.starts_with("s3://");
    });
}

Staged<std::string> region_of(const JobFile& request, const config::Config& config,
                              milliseconds deadline) {
    if (!request.region.empty())
        return request.region;
    if (!request.s3_endpoint.empty() || !has_s3(request))
        return "us-east-1";
    auto region = aws::region_of(config, deadline);
    if (!region)
        return service_fault(Code::S120, "{}", region.error().message);
    return *region;
}

/// Of the buckets that lie elsewhere.
std::map<std::string, std::string, std::less<>> regions_of(const JobFile& request) {
    std::map<std::string, std::string, std::less<>> regions;
    for (const Copy& copy : request.transfers)
        for (const std::string& path : {copy.source, copy.destination})
            if (const auto place = parse_place(path); place && place->s3 && !copy.region.empty())
                regions[place->bucket] = copy.region;
    return regions;
}

/// One answer that stands still must not take all the time there is.
std::chrono::seconds stall_of(std::int64_t deadline) {
    return std::chrono::seconds(std::clamp<std::int64_t>(deadline / 10, 2, 20));
}

class Staging {
  public:
    Staging(const JobFile& request, std::filesystem::path folder, const config::Config& config,
            Journal& journal, Report& report)
        : request_(request), folder_(std::move(folder)), config_(config), journal_(journal),
          report_(report) {}

    Staged<void> run(const std::string& program);

  private:
    Staged<void> copy_all(Hand& hand);
    aws::S3Options options(const std::string& region);
    aws::Surroundings surroundings();
    Staged<std::uint64_t> plan(Lane& lane);
    std::vector<Lane> lanes(Hand& hand, std::vector<aws::S3>& connections, std::uint64_t part_size);
    Staged<void> use_links(std::vector<Lane> lanes);
    Staged<void> copy(std::vector<Lane> lanes, std::uint64_t part_size);
    Staged<void> finish(HandLane& lane);
    Fault judged(const Fault& fault, std::vector<std::string> paths, MountId mount) const;
    milliseconds left() { return patience_.left(); }

    const JobFile& request_;
    std::filesystem::path folder_;
    const config::Config& config_;
    Journal& journal_;
    Report& report_;
    // Twice, because what Lustre does not do may end as late as once, and then is read.
    Patience patience_{std::chrono::seconds(request_.deadline),
                       2 * std::chrono::seconds(config_.staging.stall),
                       [this] { return report_.signs(); }};
    Waiting waiting_;
    std::optional<aws::S3Account> account_;
};

aws::Surroundings Staging::surroundings() {
    return {.now = std::chrono::system_clock::now,
            .uptime = std::chrono::steady_clock::now,
            .sleep = [this](milliseconds pause) { waiting_.wait(pause); },
            .random = random_share};
}

aws::S3Options Staging::options(const std::string& region) {
    return {.region = region,
            .endpoint = request_.s3_endpoint,
            .regions = regions_of(request_),
            .kms_key = request_.kms_key,
            .deadline = std::chrono::seconds(request_.deadline),
            .left = [this] { return left(); },
            .stall = stall_of(request_.deadline)};
}

/// The size of a part: S3 takes 10,000 of an object.
Staged<std::uint64_t> Staging::plan(Lane& lane) {
    PlanWriter plan{folder_};
    for (const Copy& transfer : request_.transfers)
        if (auto planned = plan_copy(transfer, lane, plan, report_); !planned)
            return std::unexpected(planned.error());
    if (auto written = journaled(plan.finish()); !written)
        return std::unexpected(written.error());
    if (request_.phase == Phase::In)
        return usual_part;
    constexpr std::uint64_t step = 1024 * 1024;
    const std::uint64_t needed = (plan.largest() / most_parts / step + 1) * step;
    return std::clamp(needed, usual_part, pool_size);
}

/// The pool is shared out to as many lanes as parts fit into it.
std::vector<Lane> Staging::lanes(Hand& hand, std::vector<aws::S3>& connections,
                                 std::uint64_t part_size) {
    std::vector<Lane> lanes;
    const std::size_t count = std::min<std::size_t>(hand.lanes().size(), pool_size / part_size);
    for (std::size_t i = 0; i < count; ++i) {
        hand.lanes()[i].set_buffer(hand.pool(), i * part_size, part_size);
        lanes.push_back({hand.lanes()[i], connections[i]});
    }
    return lanes;
}

/// What Lustre itself moves, before the rest is copied.
Staged<void> Staging::use_links(std::vector<Lane> lanes) {
    const auto engine = request_.phase == Phase::In ? restoring : archiving;
    return engine(config_.staging, lanes, report_,
                  {.left = [this] { return left(); },
                   .pause =
                       [this](milliseconds pause) {
                           waiting_.wait(pause);
                           report_.went_on(); // Lustre is watched there
                       }})
        ->work(folder_);
}

Staged<void> Staging::copy(std::vector<Lane> lanes, std::uint64_t part_size) {
    PlanReader plan{folder_, config_.staging.links.empty() ? whole_plan : rest_of_plan};
    Crew crew{plan, Run{journal_, report_, part_size, config_.staging}, [this] { return left(); },
              [this] {
                  account_->stop();
                  waiting_.end();
              }};
    return crew.work(lanes);
}

Staged<void> Staging::finish(HandLane& lane) {
    if (auto synced = lane.sync_folders(); !synced)
        return synced;
    if (auto synced = journaled(journal_.sync()); !synced)
        return synced;
    return journaled(report_.finish());
}

/// A path that is not known may be any of the request.
Fault Staging::judged(const Fault& fault, std::vector<std::string> paths, MountId mount) const {
    if (fault.outcome != Outcome::NodeFault)
        return fault;
    if (std::erase(paths, std::string{}) > 0)
        for (const Copy& copy : request_.transfers)
            for (const std::string& path : {copy.source, copy.destination})
                if (path.starts_with('/'))
                    paths.push_back(path);
    const auto mounts = read_file("/proc/self/mountinfo");
    return blamed(fault, config_.staging, mounts.value_or(""), paths, mount);
}

Staged<void> Staging::run(const std::string& program) {
    auto hand = Hand::start(
        program, {request_.uid, request_.gid, request_.groups}, request_.streams,
        [this] { return left(); },
        [this](const Fault& fault, std::vector<std::string> paths, MountId mount) {
            return judged(fault, std::move(paths), mount);
        });
    if (!hand)
        return std::unexpected(hand.error());
    HandLane& first = hand->lanes().front();
    first.set_buffer(hand->pool(), 0, usual_part);
    if (const auto tree =
            request_.staged ? still_there(folder_, first, journal_, report_) : std::nullopt) {
        report_.stand(*tree);
        return {};
    }
    return copy_all(*hand);
}

Staged<void> Staging::copy_all(Hand& hand) {
    const auto region = region_of(request_, config_, left());
    if (!region)
        return std::unexpected(region.error());
    account_.emplace(options(*region),
                     aws::default_credentials(EnvView{environ}, aws::imds_of(config_)),
                     surroundings());
    std::vector<aws::S3> connections;
    for (int i = 0; i < request_.streams; ++i)
        connections.emplace_back(*account_);
    HandLane& first = hand.lanes().front();
    Lane lane{first, connections.front()};
    const auto part_size = plan(lane);
    if (!part_size)
        return std::unexpected(part_size.error());
    if (!config_.staging.links.empty())
        if (auto linked = use_links(lanes(hand, connections, usual_part)); !linked)
            return linked;
    if (auto copied = copy(lanes(hand, connections, *part_size), *part_size); !copied)
        return copied;
    return finish(first);
}

StageResult result_of(const Staged<void>& done, const Report& report) {
    StageResult result{
        .files = report.files(), .bytes = report.bytes(), .skipped = report.skipped()};
    if (done)
        return result;
    result.outcome = done.error().outcome;
    result.code = id_of(done.error().error.code);
    result.message = done.error().error.message;
    return result;
}

} // namespace

Result<StageResult> stage(const JobFile& request, const std::filesystem::path& folder,
                          const config::Config& config, const std::string& program) {
    constexpr auto patience = std::chrono::seconds(10); // of one that lost its claim
    auto journal = Journal::open(folder / "journal",
                                 fmt::format("{}/{}", request.cluster, request.job), patience);
    if (!journal)
        return std::unexpected(journal.error());
    auto report = Report::open(folder, request);
    if (!report)
        return std::unexpected(report.error());
    (*report)->start();
    const auto done = Staging{request, folder, config, *journal, **report}.run(program);
    (*report)->stop();
    const StageResult result = result_of(done, **report);
    if (auto written = replace_file(folder, result_file, encode(result), true); !written)
        return std::unexpected(written.error());
    return result;
}

} // namespace fairlead::stage
