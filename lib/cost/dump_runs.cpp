#include "cost/dump_runs.hpp"

#include "base/words.hpp"

#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace fairlead::cost {
namespace {

struct Line {
    std::size_t number;
    std::string text;
};

/// The line that counts of those about one run.
struct Best {
    std::size_t line;
    bool ended;
    Time end;
};

std::string key_of(const JobRun& run) {
    const bool numbered = !run.db_index.empty() && run.db_index != "0";
    return numbered ? fmt::format("{} {}", run.cluster, run.db_index)
                    : fmt::format("{} {} {} {}", run.cluster, run.job,
                                  run.start.time_since_epoch().count(), run.restarts);
}

/// What is no run is left out already.
class Reading {
  public:
    Reading(Dump rows, std::size_t header, std::string_view name, const TakeRuns& into)
        : rows_(std::move(rows)), number_(header), name_(name), into_(into) {}

    void read(std::istream& dump) {
        std::string text;
        while (std::getline(dump, text)) {
            ++number_;
            const auto run = rows_.read(text);
            if (run && !*run)
                continue;
            if (run)
                note(**run);
            lines_.push_back({number_, std::move(text)});
        }
    }

    void take_all() {
        for (const Line& line : lines_)
            take(line);
    }

  private:
    void note(const JobRun& run) {
        const Best now{number_, run.ended, run.start + run.elapsed + run.suspended};
        Best& best = best_.try_emplace(key_of(run), now).first->second;
        if (std::tie(now.ended, now.end) > std::tie(best.ended, best.end))
            best = now;
    }

    void tell(const std::function<void(const Error&)>& whom, const Line& line,
              const Error& error) const {
        whom({error.code,
              fmt::format("{}:{}: {}", printable(name_, 4096), line.number, error.message)});
    }

    void take(const Line& line) {
        const auto run = rows_.read(line.text);
        const auto once = run ? counts(line, **run) : Result<void>{};
        if (!once)
            return tell(into_.repeated ? into_.repeated : into_.skipped, line, once.error());
        const auto done = run ? into_.take(**run) : std::unexpected(run.error());
        if (!done)
            tell(into_.skipped, line, done.error());
    }

    Result<void> counts(const Line& line, const JobRun& run) const {
        const std::size_t best = best_.at(key_of(run)).line;
        if (best < line.number)
            return fail(Code::C102, "job {}: this run was counted already", run.job);
        if (best > line.number)
            return fail(Code::C102, "job {}: line {} has a later end of this run, and counts",
                        run.job, best);
        return {};
    }

    Dump rows_;
    std::size_t number_;
    std::string_view name_;
    const TakeRuns& into_;
    std::vector<Line> lines_{};
    std::unordered_map<std::string, Best> best_{};
};

} // namespace

Result<std::pair<Dump, std::size_t>> read_header(std::istream& dump, std::string_view name,
                                                 const Zone& zone) {
    std::string line;
    std::size_t number = 0;
    while (std::getline(dump, line)) {
        ++number;
        if (!trimmed(line).empty())
            break;
    }
    auto rows = Dump::with_header(line, zone);
    if (!rows)
        return fail(rows.error().code, "{}:{}: {}", printable(name, 4096),
                    std::max<std::size_t>(number, 1), rows.error().message);
    return std::pair(std::move(*rows), number);
}

Result<void> each_run(std::istream& dump, std::string_view name, const Zone& zone,
                      const TakeRuns& into) {
    auto header = read_header(dump, name, zone);
    if (!header)
        return std::unexpected(header.error());
    into.understood();
    Reading reading(std::move(header->first), header->second, name, into);
    reading.read(dump);
    reading.take_all();
    return {};
}

} // namespace fairlead::cost
