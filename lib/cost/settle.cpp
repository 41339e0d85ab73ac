#include "cost/settle.hpp"

#include "base/words.hpp"
#include "cost/checksum.hpp"
#include "cost/dump_runs.hpp"
#include "cost/months.hpp"
#include "cost/names.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <tuple>

namespace fairlead::cost {
namespace {

constexpr std::size_t runs_a_transaction = 10'000;

/// slurmdbd marks a default key so: "*nih".
std::string_view without_star(std::string_view wckey) {
    wckey.remove_prefix(wckey.starts_with('*') ? 1 : 0);
    return wckey;
}

std::int64_t since_1970(Time time) { return time.time_since_epoch().count(); }

Time end_of(const JobRun& run) { return run.start + run.elapsed + run.suspended; }

/// slurmdbd's number of a run, written in one way.
Result<std::string> number_of(const JobRun& run) {
    std::uint64_t number = 0;
    const auto text = run.db_index;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number == 0)
        return fail(Code::C102, "job {}: DBIndex is '{}'; expected slurmdbd's number of the run",
                    run.job, printable(text));
    return std::to_string(number);
}

Result<std::string> cluster_of(const JobRun& run, std::string_view named) {
    std::string cluster = in_small_letters(run.cluster.empty() ? named : run.cluster);
    constexpr std::size_t longest = 255;
    if (cluster.empty() || cluster.size() > longest || printable(cluster, longest) != cluster ||
        cluster.find(' ') != std::string::npos)
        return fail(Code::C102, "job {}: its cluster is '{}'; expected a name", run.job,
                    printable(cluster));
    return cluster;
}

/// What a run had of something while it ran, among its lines by their node-seconds.
Result<void> spread(std::optional<std::int64_t> whole, std::vector<Entry>& lines,
                    std::int64_t Entry::* into) {
    if (!whole || *whole == 0)
        return {};
    if (lines.size() == 1) {
        lines.front().*into = *whole;
        return {};
    }
    std::vector<Wide> weights;
    Wide all = 0;
    for (const Entry& line : lines) {
        weights.push_back(line.kind == "suspended" ? 0 : line.node_seconds);
        all += weights.back();
    }
    if (all == 0)
        return {};
    const auto parts = share_out(Money{*whole}, weights);
    if (!parts)
        return std::unexpected(parts.error());
    for (std::size_t i = 0; i < lines.size(); ++i)
        lines[i].*into = (*parts)[i].nanos;
    return {};
}

std::optional<std::int64_t> product(std::optional<std::int64_t> count, std::chrono::seconds time) {
    std::int64_t value = 0;
    if (!count || __builtin_mul_overflow(*count, time.count(), &value))
        return std::nullopt;
    return value;
}

/// The first month that is open where those up to `closed` are not; else the one it is of.
void place(Entry& entry, const std::string& closed) {
    if (entry.period > closed)
        return;
    entry.period = month_behind(closed);
    entry.day = entry.period + "-01";
}

Entry reversed(Entry entry) {
    entry.kind = "-" + entry.kind;
    entry.amount.nanos = -entry.amount.nanos; // amounts of runs are never the least int64
    entry.node_seconds = -entry.node_seconds;
    entry.cpu_seconds = -entry.cpu_seconds;
    entry.gpu_seconds = -entry.gpu_seconds;
    return entry;
}

/// Over all that decides what a run costs, and who pays.
Result<std::string> digest_of(const JobRun& run, Sha256& sha) {
    std::string text =
        fmt::format("{} {} {}", since_1970(run.start), run.elapsed.count(), run.suspended.count());
    const std::string account = in_small_letters(run.account);
    for (const std::string_view field :
         {run.job, run.nodes, run.alloc_tres, run.state, std::string_view(account), run.user,
          run.partition, run.admin_comment, run.wckey, run.qos})
        text.append(" ").append(std::to_string(field.size())).append(":").append(field);
    return sha.of(text);
}

bool newer(const Observation& a, const Observation& b) {
    const auto rank = [](const Observation& o) { return std::tie(o.seen, o.ended, o.digest); };
    return rank(a) > rank(b);
}

/// An ended run with what it costs, off the text that it was read from.
struct ReadRun {
    std::size_t line;
    Observation observation;
    Result<std::vector<Entry>> entries;
    std::string keyless; ///< the digest of the same without a workload key; empty without one
};

/// A run that was settled without a key has one that its user wrote, before Slurm enforced them.
void take_key_off(ReadRun& run) {
    run.observation.digest = run.keyless;
    if (run.entries)
        for (Entry& entry : *run.entries)
            entry.wckey.clear();
}

class Settling {
  public:
    Settling(const Taken& taken, Dump rows, std::size_t header, Pricer& pricer, Ledger& ledger,
             const std::function<void(const Error&)>& skipped)
        : taken_(taken), rows_(std::move(rows)), pricer_(pricer), ledger_(ledger),
          skipped_(skipped), line_(header) {}

    /// What waits for standard input waits before it locks the ledger.
    Result<Settled> all() {
        while (taken_.dump) {
            auto runs = read_some();
            if (!runs)
                return std::unexpected(runs.error());
            if (auto done = ledger_.transaction([&] { return settle_all(*runs); }); !done)
                return std::unexpected(done.error());
        }
        if (auto done = ledger_.transaction([this] { return raise_watermarks(); }); !done)
            return std::unexpected(done.error());
        return settled_;
    }

  private:
    void skip(std::size_t line, const Error& error) {
        ++settled_.skipped;
        skipped_({error.code,
                  fmt::format("{}:{}: {}", printable(taken_.name, 4096), line, error.message)});
    }

    Result<std::vector<ReadRun>> read_some() {
        std::vector<ReadRun> runs;
        std::string line;
        while (runs.size() < runs_a_transaction && std::getline(taken_.dump, line)) {
            ++line_;
            auto run = read_line(line);
            if (!run && run.error().code == Code::C302)
                return std::unexpected(run.error());
            if (!run) {
                left_out_ = true;
                skip(line_, run.error());
            } else if (*run) {
                runs.push_back(std::move(**run));
            }
        }
        return runs;
    }

    /// Nothing for a line that is no ended run.
    Result<std::optional<ReadRun>> read_line(std::string_view line) {
        const auto run = rows_.read(line);
        if (!run)
            return std::unexpected(run.error());
        if (!*run)
            return std::nullopt;
        if (!(*run)->ended) {
            ++settled_.running;
            return std::nullopt;
        }
        auto observation = observe(**run);
        if (!observation)
            return std::unexpected(observation.error());
        auto entries = entries_of(**run, observation->cluster, observation->run, pricer_);
        auto keyless = without_key(**run);
        if (!keyless)
            return std::unexpected(keyless.error());
        return ReadRun{line_, std::move(*observation), std::move(entries), std::move(*keyless)};
    }

    Result<std::string> without_key(JobRun run) {
        if (run.wckey.empty())
            return std::string();
        run.wckey = {};
        return digest_of(run, sha_);
    }

    Result<Observation> observe(const JobRun& run) {
        constexpr std::chrono::minutes clocks_differ(5);
        auto cluster = cluster_of(run, taken_.cluster);
        if (!cluster)
            return std::unexpected(cluster.error());
        auto number = number_of(run);
        if (!number)
            return std::unexpected(number.error());
        if (end_of(run) > taken_.seen + clocks_differ)
            return fail(Code::C102,
                        "job {}: it ends at {}, but the dump was taken at {}; are its times of the "
                        "zone that --tz names?",
                        run.job, show_time(end_of(run)), show_time(taken_.seen));
        auto digest = digest_of(run, sha_);
        if (!digest)
            return std::unexpected(digest.error());
        return Observation{.cluster = std::move(*cluster),
                           .run = std::move(*number),
                           .job = std::string(run.job),
                           .started = since_1970(run.start),
                           .seen = since_1970(taken_.seen),
                           .ended = since_1970(end_of(run)),
                           .digest = std::move(*digest)};
    }

    /// Only the ledger's own errors are ones of the whole.
    Result<void> settle_all(std::vector<ReadRun>& runs) {
        auto closed = ledger_.closed_through();
        if (!closed)
            return std::unexpected(closed.error());
        closed_ = closed->value_or("");
        for (ReadRun& run : runs)
            if (auto done = settle_run(run); !done)
                return done;
        return {};
    }

    Result<void> settle_run(ReadRun& run) {
        const Observation& now = run.observation;
        const auto known = ledger_.observed(now.cluster, now.run);
        if (!known)
            return std::unexpected(known.error());
        if (*known && ((*known)->job != now.job || (*known)->started != now.started)) {
            contradicts(run, **known);
            return {};
        }
        if (*known && (*known)->digest == run.keyless)
            take_key_off(run);
        const bool again = *known && (*known)->digest == now.digest;
        if (*known && !again && newer(**known, now)) {
            ++settled_.older;
            return {};
        }
        if (again && (*known)->priced && !taken_.reprice) {
            ++settled_.same;
            return {};
        }
        Observation newest = now;
        if (again)
            newest.seen = std::max(newest.seen, (*known)->seen);
        newest.priced = run.entries || (again && (*known)->priced);
        if (*known != newest)
            if (auto done = ledger_.observe(newest); !done)
                return done;
        auto& latest = ends_.try_emplace(now.cluster, now.ended).first->second;
        latest = std::max(latest, now.ended);
        return enter_run(run);
    }

    void contradicts(const ReadRun& run, const Observation& known) {
        left_out_ = true;
        skip(run.line,
             {Code::C304, fmt::format("job {}: run {} of {} is one of job {} from {} in "
                                      "the ledger, but from {} here",
                                      run.observation.job, known.run, known.cluster, known.job,
                                      shown(known.started), shown(run.observation.started))});
    }

    static std::string shown(std::int64_t time) {
        return show_time(Time(std::chrono::seconds(time)));
    }

    Result<void> enter_run(const ReadRun& run) {
        if (!run.entries) {
            skip(run.line, run.entries.error());
            return {};
        }
        const auto known = ledger_.latest(run.observation.cluster, run.observation.run);
        if (!known)
            return std::unexpected(known.error());
        if (same_entries(*known, *run.entries, closed_)) {
            ++settled_.same;
            return {};
        }
        ++(known->empty() ? settled_.fresh : settled_.corrected);
        return enter(ledger_, *known, *run.entries, closed_);
    }

    /// Not past a run that was left out and is not in the ledger as waiting: it must come again.
    Result<void> raise_watermarks() {
        if (left_out_)
            return {};
        if (taken_.until && !taken_.cluster.empty())
            ends_.try_emplace(in_small_letters(taken_.cluster), 0);
        for (const auto& [cluster, end] : ends_) {
            const auto reaches = follows(cluster);
            if (!reaches)
                return std::unexpected(reaches.error());
            if (!*reaches)
                continue;
            const std::int64_t until = taken_.until ? since_1970(*taken_.until) : end;
            if (auto done = ledger_.raise_watermark(cluster, until); !done)
                return done;
        }
        return {};
    }

    /// Whether nothing lies between what is settled of a cluster and what the dump has.
    Result<bool> follows(const std::string& cluster) {
        if (!taken_.from)
            return true;
        const auto mark = ledger_.asked_until(cluster);
        if (!mark)
            return std::unexpected(mark.error());
        return *mark && **mark >= since_1970(*taken_.from);
    }

    const Taken& taken_;
    Dump rows_;
    Pricer& pricer_;
    Ledger& ledger_;
    const std::function<void(const Error&)>& skipped_;
    Sha256 sha_{};
    std::size_t line_; ///< the last that was read
    bool left_out_ = false;
    std::string closed_{}; ///< the last closed month
    Settled settled_{};
    std::map<std::string, std::int64_t> ends_{}; ///< of the latest run of each cluster
};

/// What is read by a guess is never charged.
Result<void> check_columns(const Dump& rows, const Taken& taken) {
    const std::string command = sacct_columns(taken.wckeys);
    for (const std::string_view column : {"DBIndex", "End", "State"})
        if (!rows.names(in_small_letters(column)))
            return fail(Code::C107, "the first line names no column {}; use sacct --format={}",
                        column, command);
    if (taken.cluster.empty() && !rows.names("cluster"))
        return fail(Code::C107,
                    "the first line names no column Cluster; add it to sacct's --format or name "
                    "the cluster with --cluster");
    if (const std::string free = rows.written_by_users(taken.wckeys); !free.empty())
        return fail(Code::C107,
                    "users can write to {}, and so make lines of their own; use sacct --format={}",
                    free, command);
    return {};
}

} // namespace

Entry entry_for(const JobRun& run, std::string_view cluster, std::string_view number,
                const MonthCost& month) {
    const std::string account = printable(in_small_letters(run.account), 255);
    return Entry{
        .cluster = std::string(cluster),
        .run = std::string(number),
        .kind = run.state.starts_with("NODE_FAIL") ? "node_fail" : "run",
        .period = month_name(month.month),
        .day = day_name(std::min(end_of(run), month_after(month.month) - std::chrono::seconds(1))),
        .debit = "account:" + (account.empty() ? "(none)" : account),
        .credit = "instances",
        .currency = month.cost.currency,
        .amount = month.cost.running,
        .job = std::string(run.job),
        .user = printable(run.user, 255),
        .partition = printable(run.partition, 255),
        .state = printable(run.state.substr(0, run.state.find(' '))),
        .instance_type = month.cost.instance_type,
        .purchase = month.cost.purchase,
        .region = printable(month.cost.region, 255),
        .wckey = printable(without_star(run.wckey), 255),
        .qos = printable(run.qos, 255),
        .node_seconds = month.running_node_seconds};
}

bool same_entries(std::vector<Entry> known, const std::vector<Entry>& now,
                  const std::string& closed) {
    for (std::size_t i = 0; i < known.size() && i < now.size(); ++i) {
        known[i].revision = now[i].revision;
        known[i].line = now[i].line;
        if (known[i].region.empty()) // from before there was one
            known[i].region = now[i].region;
        if (now[i].period <= closed && known[i].period > now[i].period) {
            known[i].period = now[i].period;
            known[i].day = now[i].day;
        }
    }
    return known == now;
}

Result<void> enter(Ledger& ledger, const std::vector<Entry>& known, const std::vector<Entry>& now,
                   const std::string& closed) {
    const std::int64_t revision = known.empty() ? 1 : known.front().revision + 1;
    std::vector<Entry> lines;
    std::ranges::transform(known, std::back_inserter(lines), reversed);
    std::ranges::copy(now, std::back_inserter(lines));
    std::int64_t number = 0;
    for (Entry& line : lines) {
        line.revision = revision;
        line.line = number++;
        place(line, closed);
        if (auto done = ledger.append(line); !done)
            return done;
    }
    return {};
}

Result<std::vector<Entry>> entries_of(const JobRun& run, std::string_view cluster,
                                      std::string_view number, Pricer& pricer) {
    const auto months = pricer.price_by_month(run);
    if (!months)
        return std::unexpected(months.error());
    std::vector<Entry> entries;
    for (const MonthCost& month : *months) {
        Entry entry = entry_for(run, cluster, number, month);
        entries.push_back(entry);
        if (month.suspended_node_seconds == 0)
            continue;
        entry.kind = "suspended";
        entry.amount = month.cost.suspended;
        entry.node_seconds = month.suspended_node_seconds;
        entries.push_back(std::move(entry));
    }
    const auto tres = read_tres(run.alloc_tres);
    const auto cpus = tres ? product(tres->cpus, run.elapsed) : std::nullopt;
    const auto gpus = tres ? product(tres->gpus, run.elapsed) : std::nullopt;
    for (const auto& [whole, into] :
         {std::pair(cpus, &Entry::cpu_seconds), std::pair(gpus, &Entry::gpu_seconds)})
        if (auto done = spread(whole, entries, into); !done)
            return std::unexpected(done.error());
    return entries;
}

Result<Settled> settle(const Taken& taken, const Zone& zone, Pricer& pricer, Ledger& ledger,
                       const std::function<void(const Error&)>& skipped) {
    auto header = read_header(taken.dump, taken.name, zone);
    if (!header)
        return std::unexpected(header.error());
    if (auto fine = check_columns(header->first, taken); !fine)
        return fail(fine.error().code, "{}:{}: {}", printable(taken.name, 4096), header->second,
                    fine.error().message);
    Settling settling(taken, std::move(header->first), header->second, pricer, ledger, skipped);
    return settling.all();
}

} // namespace fairlead::cost
