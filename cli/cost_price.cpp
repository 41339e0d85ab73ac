/// fairlead cost price

#include "cli/cost.hpp"

#include "base/words.hpp"
#include "cli/cost_source.hpp"
#include "cost/csv.hpp"
#include "cost/pricing.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

namespace fairlead::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
    std::filesystem::path book, dump, nodes;
    std::string zone = "local";
    bool csv = false;
    bool json = false;
};

/// Shows what was priced, one run after another.
class Output {
  public:
    Output() = default;
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;
    virtual ~Output() = default;
    virtual void begin() {}
    virtual void run(const cost::JobRun& run, const std::vector<cost::Cost>& costs) = 0;
    virtual void end(std::size_t skipped) = 0;
};

class Csv : public Output {
    void begin() override {
        fmt::print("JobID,Nodes,Seconds,InstanceType,Purchase,Share,Cost,Currency,SuspendedSeconds,"
                   "SuspendedCost,Start,State,Cluster,Account,User,Partition\n");
    }
    void run(const cost::JobRun& run, const std::vector<cost::Cost>& costs) override {
        for (const cost::Cost& cost : costs)
            row(run, cost);
    }
    static void row(const cost::JobRun& run, const cost::Cost& cost) {
        using cost::csv_cell;
        fmt::print("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", csv_cell(run.job),
                   cost.nodes, run.elapsed.count(), csv_cell(cost.instance_type),
                   csv_cell(cost.purchase), cost::show_share(cost.share),
                   cost::show_nanos(cost.running), cost.currency, run.suspended.count(),
                   cost::show_nanos(cost.suspended), cost::show_time(run.start),
                   csv_cell(run.state), csv_cell(run.cluster), csv_cell(run.account),
                   csv_cell(run.user), csv_cell(run.partition));
    }
    void end(std::size_t) override {}
};

Json to_json(const cost::JobRun& run, const cost::Cost& cost) {
    return {{"job", run.job},
            {"nodes", cost.nodes},
            {"seconds", run.elapsed.count()},
            {"instance_type", cost.instance_type},
            {"purchase", cost.purchase},
            {"share", cost::show_share(cost.share)},
            {"cost", cost::show_nanos(cost.running)},
            {"currency", cost.currency},
            {"suspended_seconds", run.suspended.count()},
            {"suspended_cost", cost::show_nanos(cost.suspended)},
            {"start", cost::show_time(run.start)},
            {"state", run.state},
            {"cluster", run.cluster},
            {"account", run.account},
            {"user", run.user},
            {"partition", run.partition}};
}

/// One line a run, so that the document of a long dump is never held as a whole.
class JsonRuns : public Output {
    void begin() override { fmt::print("{{\"schema\": \"fairlead.cost-price/1\", \"runs\": ["); }
    void run(const cost::JobRun& run, const std::vector<cost::Cost>& costs) override {
        for (const cost::Cost& cost : costs) {
            fmt::print("{}\n  {}", separator_,
                       to_json(run, cost).dump(-1, ' ', false, Json::error_handler_t::replace));
            separator_ = ",";
        }
    }
    void end(std::size_t skipped) override { fmt::print("\n], \"skipped\": {}}}\n", skipped); }

    std::string_view separator_{};
};

/// The sum of each account, and of all, for each currency.
class Totals : public Output {
    struct Sum {
        std::size_t runs = 0;
        cost::Wide nanos = 0;
    };
    void run(const cost::JobRun& run, const std::vector<cost::Cost>& costs) override {
        std::set<std::string_view> counted; // currencies
        for (const cost::Cost& cost : costs) {
            Sum& sum = sums_[cost.currency][std::string(run.account)];
            sum.runs += counted.insert(cost.currency).second ? 1 : 0;
            sum.nanos += cost::Wide{cost.running.nanos} + cost.suspended.nanos;
        }
    }
    void end(std::size_t skipped) override {
        for (const auto& [currency, accounts] : sums_)
            print(currency, accounts);
        if (skipped > 0)
            fmt::print("{} lines of the dump are not in these sums\n", skipped);
    }
    static void print(const std::string& currency, const std::map<std::string, Sum>& accounts) {
        std::vector<cost::Wide> amounts;
        Sum all;
        for (const auto& [account, sum] : accounts) {
            amounts.push_back(sum.nanos);
            all.runs += sum.runs;
        }
        const auto cents = cost::in_cents(amounts);
        fmt::print("{:<24} {:>10} {:>16}\n", "Account", "Runs", "Cost " + currency);
        cost::Wide total = 0;
        auto cent = cents.begin();
        for (const auto& [account, sum] : accounts) {
            fmt::print("{:<24} {:>10} {:>16}\n",
                       account.empty() ? "(not named)" : printable(account), sum.runs,
                       cost::show_cents(*cent));
            total += *cent++;
        }
        fmt::print("{:<24} {:>10} {:>16}\n", "all", all.runs, cost::show_cents(total));
    }

    std::map<std::string, std::map<std::string, Sum>> sums_{};
};

std::unique_ptr<Output> output_of(const Options& options) {
    if (options.csv)
        return std::make_unique<Csv>();
    if (options.json)
        return std::make_unique<JsonRuns>();
    return std::make_unique<Totals>();
}

/// Lines that were left out, by the reason.
class LeftOut {
  public:
    explicit LeftOut(const std::filesystem::path& dump) : name_(printable(dump.native(), 4096)) {}

    void add(const Error& error) {
        ++all_;
        Lines& lines = by_code_[error.code];
        if (++lines.count <= named)
            lines.first += (lines.count > 1 ? ", " : "") + line_of(error.message);
    }

    std::size_t count() const { return all_; }

    /// "5 lines of dump.txt are left out: row of a dump skipped (FL-C102): 3, lines 9, 11, 12; ..."
    std::string shown() const {
        std::string text =
            fmt::format("{} {} of {} left out:", all_, all_ == 1 ? "line" : "lines", name_);
        std::string_view separator = " ";
        for (const auto& [code, lines] : by_code_) {
            text +=
                fmt::format("{}{} {} ({}) at {} {}{}", separator, lines.count, entry_of(code).title,
                            id_of(code), lines.count == 1 ? "line" : "lines", lines.first,
                            lines.count > named ? ", ..." : "");
            separator = "; ";
        }
        return text;
    }

  private:
    static constexpr std::size_t named = 5;
    struct Lines {
        std::size_t count = 0;
        std::string first{};
    };

    /// The 9 of "dump.txt:9: what is wrong".
    std::string line_of(std::string_view message) const {
        message.remove_prefix(std::min(name_.size() + 1, message.size()));
        return std::string(message.substr(0, message.find(':')));
    }

    std::string name_;
    std::size_t all_ = 0;
    std::map<Code, Lines> by_code_{};
};

/// Dirty lines are no failure, unless there was nothing else.
void close(const LeftOut& left_out, std::size_t runs, Session& session) {
    if (left_out.count() == 0)
        return;
    std::fprintf(stderr, "fairlead: %s\n", left_out.shown().c_str());
    if (runs == 0)
        session.status = problem;
}

Result<void> price(std::istream& dump, const Options& options, Session& session) {
    auto pricer = pricer_of(options.book, options.nodes);
    if (!pricer)
        return std::unexpected(pricer.error());
    const auto zone = cost::Zone::find(options.zone);
    if (!zone)
        return std::unexpected(zone.error());
    const auto output = output_of(options);
    std::size_t runs = 0;
    LeftOut left_out(options.dump);
    const cost::PricedDump take{
        .priced =
            [&](const cost::JobRun& run, const std::vector<cost::Cost>& costs) {
                ++runs;
                output->run(run, costs);
            },
        .skipped =
            [&](const Error& error) {
                left_out.add(error);
                Session::tell(error);
            },
        .understood = [&] { output->begin(); }};
    if (auto done = cost::price_dump(dump, options.dump.native(), *zone, *pricer, take); !done)
        return done;
    output->end(left_out.count());
    close(left_out, runs, session);
    return {};
}

void price_file(const Options& options, Session& session) {
    const bool standard_input = options.dump == "-";
    std::ifstream file;
    if (!standard_input)
        file.open(options.dump);
    if (!standard_input && !file)
        return session.report({Code::X101, options.dump.native() + " cannot be opened"});
    if (auto done = price(standard_input ? std::cin : file, options, session); !done)
        session.report(done.error());
}

} // namespace

void add_cost_price(CLI::App& cost, Session& session) {
    auto options = std::make_shared<Options>();
    CLI::App* command = cost.add_subcommand(
        "price", "what the runs in sacct's output cost by a price book, without a ledger");
    command->add_option("--book", options->book, "prices, CSV or YAML")->required();
    command->add_option("--sacct", options->dump, "what `sacct -P` printed; - for standard input")
        ->required();
    command->add_option("--nodes", options->nodes, "which instances the nodes are, CSV");
    command
        ->add_option("--tz", options->zone,
                     "zone of the dump's times: UTC, local or a name such as Europe/Berlin")
        ->capture_default_str();
    CLI::Option* csv = command->add_flag("--csv", options->csv, "one line a run, as CSV");
    add_format(*command, options->json);
    csv->excludes(command->get_option("--format"));
    command->callback([options, &session] { price_file(*options, session); });
}

} // namespace fairlead::cli
