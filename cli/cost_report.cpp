/// fairlead cost report

#include "base/words.hpp"
#include "cli/cost.hpp"
#include "cli/cost_report_forms.hpp"
#include "cli/cost_report_ledger.hpp"
#include "cli/cost_report_words.hpp"
#include "cli/cost_source.hpp"
#include "cli/output.hpp"
#include "cost/ledger_sums.hpp"
#include "cost/months.hpp"
#include "cost/report_csv.hpp"
#include "cost/report_focus.hpp"
#include "cost/report_json.hpp"
#include "cost/report_text.hpp"
#include "cost/settings.hpp"

#include <algorithm>
#include <chrono>
#include <fmt/ranges.h>
#include <memory>

namespace fairlead::cli {
namespace {

using cost::ReportOf;
using cost::Time;

struct Options {
    CostSource source{};
    std::filesystem::path groups{}, html{}, output_dir{};
    std::string of{};
    std::vector<std::string> words{};
    bool no_header = false, parsable = false, csv = false, json = false, focus = false;
};

/// What the ledger says, or sacct, all of one moment.
class Making {
  public:
    Making(const Options& options, Session& session) : options_(options), session_(session) {}

    Result<void> made() {
        auto words = read_words(options_.of, options_.words);
        if (!words)
            return std::unexpected(words.error());
        words_ = std::move(*words);
        auto groups = groups_of(options_.groups, session_);
        if (!groups)
            return std::unexpected(groups.error());
        auto columns = cost::columns_of(words_.query.of, words_.format);
        if (!columns)
            return std::unexpected(columns.error());
        columns_ = std::move(*columns);
        if (auto done = find_period(words_, *groups); !done)
            return done;
        return options_.source.from_ledger() ? of_ledger(std::move(*groups))
                                             : of_dump(std::move(*groups));
    }

  private:
    Result<void> of_dump(cost::Groups groups) {
        words_.query.as_of =
            std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        const cost::GroupsOverTime over_time(std::move(groups));
        return report(over_time, std::nullopt, std::nullopt,
                      [&](const cost::Interval& needed, const cost::TakeCharge& take) {
                          return read_runs(needed, take);
                      });
    }

    /// Summed as the ledger does it, so that both divide the same among grants.
    Result<void> read_runs(const cost::Interval& needed, const cost::TakeCharge& take) {
        const bool all_users = !words_.query.of_all(); // who names a group wants all of it
        cost::DaySums sums;
        Result<void> summed;
        const auto done = read_dump(
            options_.source, needed, all_users,
            [&](const cost::Entry& entry) {
                if (each_run())
                    cost::charges_of(entry, take);
                else if (summed)
                    summed = sums.add(entry);
            },
            session_);
        if (!done || !summed)
            return done ? summed : done;
        for (const auto& [key, sum] : sums.all())
            take({.sum = sum});
        return {};
    }

    bool each_run() const { return options_.focus || words_.query.of == ReportOf::Job; }

    Result<void> of_ledger(cost::Groups groups) {
        const auto place = ledger_place(options_.source.ledger, session_);
        if (!place)
            return std::unexpected(place.error());
        auto ledger = cost::Ledger::open_to_read(*place);
        if (!ledger)
            return std::unexpected(ledger.error());
        return ledger->reading([&] { return read_ledger(*ledger, std::move(groups)); });
    }

    Result<void> read_ledger(cost::Ledger& ledger, cost::Groups groups) {
        const auto state = state_of(ledger, std::move(groups), words_.query);
        if (!state)
            return std::unexpected(state.error());
        unpriced_ = state->unpriced;
        return report(state->groups, state->head, state->closed_through,
                      [&](const cost::Interval& needed, const cost::TakeCharge& take) {
                          return read_days(ledger, needed, take);
                      });
    }

    /// Where runs are told apart, each entry.
    Result<void> read_days(cost::Ledger& ledger, const cost::Interval& needed,
                           const cost::TakeCharge& take) const {
        if (!each_run())
            return read_sums(ledger, needed, take);
        return ledger.entries(
            cost::day_name(needed.from), cost::day_name(needed.to),
            [&](std::int64_t, const cost::Entry& entry) { cost::charges_of(entry, take); });
    }

    using Read = std::function<Result<void>(const cost::Interval&, const cost::TakeCharge&)>;

    Result<void> report(const cost::GroupsOverTime& groups, std::optional<cost::Verified> head,
                        std::optional<std::string> closed_through, const Read& read) {
        const std::string last = cost::day_name(words_.query.to - std::chrono::seconds(1));
        if (auto done = check_names(words_.query, groups.on(last)); !done)
            return done;
        if (options_.focus)
            return print_focus(groups, closed_through, read);
        cost::Reporter reporter(words_.query, groups);
        Result<void> taken;
        const auto done = read(reporter.needed(), [&](const cost::Charge& charge) {
            if (taken)
                taken = reporter.take(charge);
        });
        if (!done || !taken)
            return done ? taken : done;
        if (head)
            take_committed(reporter, words_.query, session_);
        cost::Report report = std::move(reporter).report();
        if (!head)
            report.explained.clear(); // a dump knows nothing of bills
        report.ledger = std::move(head);
        report.closed_through = std::move(closed_through);
        report.unpriced = unpriced_;
        return write(report);
    }

    /// With the prices that were named, or those of the section `cost`, where there are any.
    Result<cost::FocusLines> focus_lines() const {
        const auto settings = cost::load_settings(session_.config_path);
        const bool site = settings && *settings;
        std::filesystem::path book = options_.source.book;
        std::error_code ignored;
        if (book.empty() && site && std::filesystem::exists((*settings)->prices, ignored))
            book = (*settings)->prices;
        const std::string account = site ? (*settings)->billing_account : "";
        if (book.empty())
            return cost::FocusLines(account, std::nullopt);
        auto prices = cost::PriceBook::load(book);
        if (!prices)
            return std::unexpected(prices.error());
        return cost::FocusLines(account, std::move(*prices));
    }

    Result<void> print_focus(const cost::GroupsOverTime& groups,
                             const std::optional<std::string>& closed_through, const Read& read) {
        cost::Attribution attribution(groups);
        const std::string from = cost::day_name(words_.query.from);
        const std::string to = cost::day_name(words_.query.to);
        const cost::Reporter filter(words_.query, groups);
        auto lines = focus_lines();
        if (!lines)
            return std::unexpected(lines.error());
        fmt::print("{}", cost::focus_header());
        Result<void> taken;
        const auto done =
            read({words_.query.from, words_.query.to}, [&](const cost::Charge& charge) {
                const std::string& day = charge.sum.day;
                if (!taken || day < from || day >= to || charge.sum.kind == "close")
                    return;
                const bool closed = closed_through && day.substr(0, 7) <= *closed_through;
                taken = attribution.parts(charge, [&](const cost::Attributed& part) {
                    if (filter.wanted(part))
                        fmt::print("{}", lines->line(part, closed));
                });
            });
        return done ? taken : done;
    }

    Result<void> write(const cost::Report& report) {
        constexpr mode_t readable = 0644;
        if (!options_.html.empty())
            if (auto done = write_output(options_.html, cost_page(report, columns_), readable);
                !done)
                return done;
        if (!options_.output_dir.empty())
            return write_forms(options_.output_dir, to_string(report.query.of),
                               forms_of(report, columns_));
        if (options_.html.empty() || options_.json || options_.csv)
            fmt::print("{}", printed(report));
        return {};
    }

    std::string printed(const cost::Report& report) const {
        if (options_.json)
            return cost::json_of(report);
        const auto places = options_.csv ? cost::Places::Nanos : cost::Places::Cents;
        const cost::Table table = cost::table_of(report, columns_, places);
        if (options_.csv)
            return cost::csv_of(table, !options_.no_header);
        return cost::text_of(report, table,
                             {.header = !options_.no_header, .parsable = options_.parsable});
    }

    const Options& options_;
    Session& session_;
    Words words_{};
    std::vector<cost::TableColumn> columns_{};
    std::int64_t unpriced_ = 0;
};

void run(const Options& options, Session& session) {
    if (auto done = Making(options, session).made(); !done)
        session.report(done.error());
}

} // namespace

void add_cost_report(CLI::App& cost, Session& session) {
    auto options = std::make_shared<Options>();
    CLI::App* command = cost.add_subcommand("report", "what groups, users or grants cost");
    command->add_option("KIND", options->of, "group, user, account, grant, university or job")
        ->required();
    command->add_option("WORDS", options->words,
                        "KEY=VALUE; keys are start end month year groups accounts users grants "
                        "universities format");
    add_source(*command, options->source);
    command->add_option("--groups", options->groups,
                        "file of groups (default: groups.yaml beside the configuration)");
    command->add_flag("-n,--noheader", options->no_header, "rows alone");
    CLI::Option* parsable =
        command->add_flag("-P,--parsable", options->parsable, "cells apart by '|', no totals");
    CLI::Option* csv = command->add_flag("--csv", options->csv, "exact amounts as CSV, no totals");
    CLI::Option* json = command->add_flag("--json", options->json, "all of it as JSON");
    CLI::Option* focus =
        command->add_flag("--focus", options->focus, "each charge in the columns of FOCUS 1.2");
    command->add_option("--html", options->html, "write a page with charts to this file");
    command->add_option("--output-dir", options->output_dir,
                        "write text, CSV, JSON and HTML files into this folder");
    csv->excludes(json)->excludes(focus)->excludes(parsable);
    json->excludes(focus)->excludes(parsable);
    focus->excludes(parsable);
    command->footer(fmt::format("Days are of UTC, and `end` is the first one that is left out; "
                                "default is this month up to now.\nColumns for format=: {}",
                                fmt::join(cost::column_names(), ",")));
    command->callback([options, &session] { run(*options, session); });
}

} // namespace fairlead::cli
