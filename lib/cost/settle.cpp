#include "cost/settle.hpp"

#include "base/words.hpp"

#include <algorithm>
#include <map>

namespace fairlead::cost {
namespace {

constexpr std::size_t runs_a_transaction = 10'000;

std::string month_name(Time month) { return show_time(month).substr(0, 7); }

std::string number_of(const JobRun& run) {
    if (!run.db_index.empty() && run.db_index != "0")
        return std::string(run.db_index);
    return fmt::format("{}@{}", run.job, run.start.time_since_epoch().count());
}

Entry entry_for(const JobRun& run, std::string_view cluster, const MonthCost& month) {
    const std::string account = printable(run.account, 255);
    return Entry{.cluster = std::string(cluster),
                 .run = number_of(run),
                 .kind = run.state.starts_with("NODE_FAIL") ? "node_fail" : "run",
                 .period = month_name(month.month),
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
                 .node_seconds = run.elapsed.count() * static_cast<std::int64_t>(month.cost.nodes)};
}

/// The same but for the places in the ledger.
bool same(std::vector<Entry> known, const std::vector<Entry>& now) {
    for (std::size_t i = 0; i < known.size() && i < now.size(); ++i) {
        known[i].revision = now[i].revision;
        known[i].line = now[i].line;
    }
    return known == now;
}

Entry reversed(Entry entry) {
    entry.kind = "-" + entry.kind;
    entry.amount.nanos = -entry.amount.nanos; // amounts of runs are never the least int64
    entry.node_seconds = -entry.node_seconds;
    return entry;
}

/// First what takes the old back, then the new.
Result<void> enter(Ledger& ledger, const std::vector<Entry>& known, std::vector<Entry> now) {
    const std::int64_t revision = known.empty() ? 1 : known.front().revision + 1;
    std::vector<Entry> lines;
    std::ranges::transform(known, std::back_inserter(lines), reversed);
    std::ranges::move(now, std::back_inserter(lines));
    std::int64_t number = 0;
    for (Entry& line : lines) {
        line.revision = revision;
        line.line = number++;
        if (auto done = ledger.append(line); !done)
            return done;
    }
    return {};
}

/// The lines of a dump with their numbers.
struct Source {
    std::istream& dump;
    std::string_view name;
    std::size_t number = 1;
};

class Settling {
  public:
    Settling(Source source, Dump rows, std::string_view cluster, Pricer& pricer, Ledger& ledger,
             const std::function<void(const Error&)>& skipped)
        : source_(source), rows_(std::move(rows)), cluster_(cluster), pricer_(pricer),
          ledger_(ledger), skipped_(skipped) {}

    Result<Settled> all() {
        while (source_.dump)
            if (auto done = ledger_.transaction([this] { return some(); }); !done)
                return std::unexpected(done.error());
        return settled_;
    }

  private:
    Result<void> some() {
        std::string line;
        for (std::size_t runs = 0; runs < runs_a_transaction && std::getline(source_.dump, line);
             ++runs) {
            ++source_.number;
            if (auto done = settle_line(line); !done)
                return done;
        }
        for (const auto& [cluster, end] : ends_)
            if (auto done = ledger_.raise_watermark(cluster, end); !done)
                return done;
        ends_.clear();
        return {};
    }

    void skip(const Error& error) {
        ++settled_.skipped;
        skipped_({error.code, fmt::format("{}:{}: {}", printable(source_.name, 4096),
                                          source_.number, error.message)});
    }

    /// Only the ledger's own errors are ones of the whole.
    Result<void> settle_line(std::string_view line) {
        const auto run = rows_.read(line);
        if (!run) {
            skip(run.error());
            return {};
        }
        if (!*run)
            return {};
        if (!(*run)->ended) {
            ++settled_.running;
            return {};
        }
        const std::string cluster =
            (*run)->cluster.empty() ? cluster_ : printable((*run)->cluster, 255);
        auto entries = entries_of(**run, cluster, pricer_);
        if (!entries) {
            skip(entries.error());
            return {};
        }
        return settle_run(**run, cluster, std::move(*entries));
    }

    Result<void> settle_run(const JobRun& run, const std::string& cluster,
                            std::vector<Entry> entries) {
        const auto known = ledger_.latest(cluster, entries.front().run);
        if (!known)
            return std::unexpected(known.error());
        const auto end = (run.start + run.elapsed + run.suspended).time_since_epoch().count();
        auto& latest = ends_.try_emplace(cluster, end).first->second;
        latest = std::max<std::int64_t>(latest, end);
        if (same(*known, entries)) {
            ++settled_.same;
            return {};
        }
        ++(known->empty() ? settled_.fresh : settled_.corrected);
        return enter(ledger_, *known, std::move(entries));
    }

    Source source_;
    Dump rows_;
    std::string cluster_;
    Pricer& pricer_;
    Ledger& ledger_;
    const std::function<void(const Error&)>& skipped_;
    Settled settled_{};
    std::map<std::string, std::int64_t> ends_{}; ///< of each cluster in this transaction
};

} // namespace

Result<std::vector<Entry>> entries_of(const JobRun& run, std::string_view cluster, Pricer& pricer) {
    const auto months = pricer.price_by_month(run);
    if (!months)
        return std::unexpected(months.error());
    std::vector<Entry> entries;
    for (const MonthCost& month : *months) {
        Entry entry = entry_for(run, cluster, month);
        const bool first = entries.empty() || entries.back().instance_type != entry.instance_type ||
                           entries.back().purchase != entry.purchase ||
                           entries.back().currency != entry.currency;
        if (!first)
            entry.node_seconds = 0; // counted once, with the run's first month
        entries.push_back(entry);
        if (month.cost.suspended.nanos == 0)
            continue;
        entry.kind = "suspended";
        entry.amount = month.cost.suspended;
        entry.node_seconds = 0;
        entries.push_back(std::move(entry));
    }
    return entries;
}

Result<Settled> settle(std::istream& dump, std::string_view name, std::string_view cluster,
                       const Zone& zone, Pricer& pricer, Ledger& ledger,
                       const std::function<void(const Error&)>& skipped) {
    std::string header;
    std::getline(dump, header);
    auto rows = Dump::with_header(header, zone);
    if (!rows)
        return fail(rows.error().code, "{}:1: {}", printable(name, 4096), rows.error().message);
    Settling settling({dump, name}, std::move(*rows), cluster, pricer, ledger, skipped);
    return settling.all();
}

} // namespace fairlead::cost
