/// fairlead cost deliver

#include "base/files.hpp"
#include "base/unique_fd.hpp"
#include "base/words.hpp"
#include "cli/cost.hpp"
#include "cli/cost_report_forms.hpp"
#include "cli/cost_report_ledger.hpp"
#include "cli/cost_report_words.hpp"
#include "cli/cost_source.hpp"
#include "cli/send_mail.hpp"
#include "cost/months.hpp"

#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <fmt/ranges.h>
#include <memory>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <unistd.h>

namespace fairlead::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
    std::filesystem::path ledger{}, groups{}, output_dir{}, mail{};
    std::string from{};
    std::vector<std::string> words{};
    bool dry_run = false, json = false;
};

enum class Sending { Due, Sent, Before, Failed };

std::string_view to_string(Sending sending) {
    constexpr std::string_view words[] = {"due", "sent", "sent before", "failed"};
    return words[static_cast<std::size_t>(sending)];
}

struct Viewer {
    std::string address;
    Sending sending = Sending::Due;
};

/// A report and who is to have it.
struct Delivery {
    std::string of{};   ///< "group", "university" or "site"
    std::string name{}; ///< empty for the site
    cost::Query query{};
    std::vector<Viewer> viewers{};
    cost::Report report{};
    std::string files{}; ///< their common name, without an ending
    bool written = false;
};

/// A name as a part of a file's, for each name another: "a/b" is "a%2Fb".
std::string file_part(std::string_view name) {
    std::string part;
    for (const char c : name)
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
            c == '.' || c == '_' || c == '-')
            part += c;
        else
            part += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    return part;
}

/// That of the site has the name that `fairlead cost report group` gives it.
std::string file_name(const Delivery& delivery) {
    return delivery.of == "site" ? "group" : delivery.of + "-" + file_part(delivery.name);
}

Delivery delivery(std::string of, std::string name, const cost::Query& query,
                  const std::vector<std::string>& viewers) {
    Delivery delivery{.of = std::move(of), .name = std::move(name), .query = query};
    for (const std::string& address : viewers)
        delivery.viewers.push_back({address});
    return delivery;
}

/// Of a group itself alone, of a university its groups, of the site all.
std::vector<Delivery> deliveries_of(const cost::Groups& groups, const cost::Query& month) {
    std::vector<Delivery> all;
    for (const cost::Group& group : groups.groups) {
        all.push_back(delivery("group", group.name, month, group.viewers));
        all.back().query.groups = {group.name};
    }
    for (const auto& [name, viewers] : groups.university_viewers) {
        all.push_back(delivery("university", name, month, viewers));
        all.back().query.universities = {name};
    }
    all.push_back(delivery("site", "", month, groups.site_viewers));
    return all;
}

/// The month that was named, which is over: a report is sent once.
Result<cost::Query> month_of(const Options& options) {
    for (const std::string& word : options.words)
        if (!word.starts_with("month="))
            return fail(Code::C401, "'{}': expected month=last, or such as month=2026-06",
                        printable(word));
    const auto words = read_words(
        "group", options.words.empty() ? std::vector<std::string>{"month=last"} : options.words);
    if (!words)
        return std::unexpected(words.error());
    if (words->query.to > std::chrono::system_clock::now())
        return fail(Code::C401,
                    "month={}: it is not over, and a report is sent once; expected one before",
                    cost::month_name(words->query.from));
    return words->query;
}

class Delivering {
  public:
    Delivering(const Options& options, Session& session) : options_(options), session_(session) {}

    Result<void> done() {
        auto month = month_of(options_);
        if (!month)
            return std::unexpected(month.error());
        month_ = cost::month_name(month->from);
        if (auto fine = check_mailer(options_.mail, options_.from); !fine)
            return fine;
        auto groups = groups_of(options_.groups, session_);
        const auto place = ledger_place(options_.ledger, session_);
        if (!groups || !place)
            return std::unexpected(groups ? place.error() : groups.error());
        auto ledger = sends() ? cost::Ledger::open(*place) : cost::Ledger::open_to_read(*place);
        if (!ledger)
            return std::unexpected(ledger.error());
        ledger_ = &*ledger;
        if (auto made = reports(std::move(*groups), *month); !made)
            return made;
        if (auto alone = lock(); !alone)
            return alone;
        for (Delivery& delivery : deliveries_)
            deliver(delivery);
        print();
        return {};
    }

  private:
    bool sends() const { return !options_.mail.empty() && !options_.dry_run; }

    /// All reports of one moment, by one look at the ledger.
    Result<void> reports(cost::Groups groups, cost::Query query) {
        const auto columns = cost::columns_of(query.of, "");
        if (!columns)
            return std::unexpected(columns.error());
        columns_ = *columns;
        return ledger_->reading([&]() -> Result<void> {
            const auto state = state_of(*ledger_, std::move(groups), query);
            if (!state)
                return std::unexpected(state.error());
            deliveries_ = deliveries_of(state->groups.now(), query);
            return gather(*state);
        });
    }

    Result<void> gather(const LedgerState& state) {
        std::vector<cost::Reporter> reporters;
        for (const Delivery& delivery : deliveries_)
            reporters.emplace_back(delivery.query, state.groups);
        Result<void> taken;
        const auto read =
            read_sums(*ledger_, reporters.back().needed(), [&](const cost::Charge& charge) {
                for (cost::Reporter& reporter : reporters)
                    if (taken)
                        taken = reporter.take(charge);
            });
        if (!read || !taken)
            return read ? taken : read;
        for (std::size_t i = 0; i < reporters.size(); ++i) {
            take_committed(reporters[i], deliveries_[i].query, session_);
            cost::Report& report = deliveries_[i].report;
            report = std::move(reporters[i]).report();
            report.ledger = state.head;
            report.closed_through = state.closed_through;
            report.unpriced = state.unpriced;
        }
        return {};
    }

    /// Two that send at once would each send all.
    Result<void> lock() {
        constexpr mode_t open_folder = 0755;
        if (options_.dry_run)
            return {};
        if (auto made = make_folders(options_.output_dir, open_folder); !made)
            return made;
        lock_ = UniqueFd{::open(options_.output_dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
        if (lock_ && ::flock(lock_.get(), LOCK_EX | LOCK_NB) == 0)
            return {};
        if (lock_ && errno == EWOULDBLOCK)
            return fail(Code::C404, "another delivers into {}; let it end first",
                        options_.output_dir.native());
        return fail(Code::C404, "cannot lock {}: {}", options_.output_dir.native(),
                    std::strerror(errno));
    }

    /// What goes wrong with one report, or with one viewer, is told, and the others get theirs.
    void deliver(Delivery& delivery) {
        const ReportForms forms = forms_of(delivery.report, columns_);
        delivery.files = forms_name(file_name(delivery), forms);
        const auto written = options_.dry_run
                                 ? Result<void>{}
                                 : write_forms(options_.output_dir, file_name(delivery), forms);
        if (!written)
            session_.report(written.error());
        delivery.written = written && !options_.dry_run;
        for (Viewer& viewer : delivery.viewers)
            viewer.sending = written ? told(delivery, viewer.address, forms) : Sending::Failed;
    }

    Sending told(const Delivery& delivery, const std::string& viewer, const ReportForms& forms) {
        const auto sending = tell(delivery, viewer, forms);
        if (!sending)
            session_.report(sending.error());
        return sending.value_or(Sending::Failed);
    }

    /// Sent first and noted then: a crash between the two sends it twice rather than never.
    Result<Sending> tell(const Delivery& delivery, const std::string& viewer,
                         const ReportForms& forms) {
        const std::string report = fmt::format("{} {} {}", delivery.of, month_, delivery.name);
        const auto before = ledger_->delivered(report, viewer);
        if (!before)
            return std::unexpected(before.error());
        if (*before)
            return Sending::Before;
        if (!sends())
            return Sending::Due;
        if (auto sent = send(delivery, viewer, forms); !sent)
            return std::unexpected(sent.error());
        const auto noted = ledger_->note_delivery(report, viewer);
        return noted ? Result<Sending>(Sending::Sent) : std::unexpected(noted.error());
    }

    std::string subject_of(const Delivery& delivery) const {
        return fmt::format("Cost of {} in {}, {}",
                           delivery.of == "site" ? "all groups" : delivery.name, month_,
                           delivery.report.closed() ? "closed" : "provisional");
    }

    Result<void> send(const Delivery& delivery, const std::string& viewer,
                      const ReportForms& forms) const {
        const std::string& name = delivery.files;
        return send_mail(options_.mail, {.from = options_.from,
                                         .to = viewer,
                                         .subject = subject_of(delivery),
                                         .body = forms.text,
                                         .attachments = {{name + ".html", "text/html", forms.html},
                                                         {name + ".csv", "text/csv", forms.csv}}});
    }

    std::size_t count(Sending sending) const {
        std::size_t number = 0;
        for (const Delivery& delivery : deliveries_)
            for (const Viewer& viewer : delivery.viewers)
                number += viewer.sending == sending ? 1 : 0;
        return number;
    }

    std::size_t written() const {
        std::size_t number = 0;
        for (const Delivery& delivery : deliveries_)
            number += delivery.written ? 1 : 0;
        return number;
    }

    void print() const {
        if (options_.json)
            return print_json();
        for (const Delivery& delivery : deliveries_) {
            std::vector<std::string> viewers;
            for (const Viewer& viewer : delivery.viewers)
                viewers.push_back(fmt::format("{} {}", viewer.address, to_string(viewer.sending)));
            fmt::print("{}: {}\n", delivery.files,
                       viewers.empty() ? "no viewers"
                                       : fmt::format("{}", fmt::join(viewers, ", ")));
        }
        fmt::print("{} of {} reports of {} written; {} sent, {} sent before, {} due, {} failed\n",
                   written(), deliveries_.size(), month_, count(Sending::Sent),
                   count(Sending::Before), count(Sending::Due), count(Sending::Failed));
    }

    void print_json() const {
        Json reports = Json::array();
        for (const Delivery& delivery : deliveries_) {
            Json viewers = Json::array();
            for (const Viewer& viewer : delivery.viewers)
                viewers.push_back(
                    {{"address", viewer.address}, {"state", to_string(viewer.sending)}});
            reports.push_back({{"of", delivery.of},
                               {"name", delivery.name},
                               {"files", delivery.files},
                               {"written", delivery.written},
                               {"viewers", viewers}});
        }
        const Json json{{"schema", "fairlead.cost-deliver/1"},
                        {"month", month_},
                        {"folder", options_.output_dir.native()},
                        {"reports", reports}};
        fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
    }

    const Options& options_;
    Session& session_;
    std::string month_{};
    cost::Ledger* ledger_ = nullptr;
    std::vector<cost::TableColumn> columns_{};
    std::vector<Delivery> deliveries_{};
    UniqueFd lock_{};
};

void run(const Options& options, Session& session) {
    if (auto done = Delivering(options, session).done(); !done)
        session.report(done.error());
}

} // namespace

void add_cost_deliver(CLI::App& cost, Session& session) {
    auto options = std::make_shared<Options>();
    CLI::App* command = cost.add_subcommand(
        "deliver",
        "write each group's, university's and the site's report, and mail it to viewers");
    command->add_option("WORDS", options->words, "month=last (default), or such as month=2026-06");
    command
        ->add_option("--output-dir", options->output_dir,
                     "write text, CSV, JSON and HTML files into this folder")
        ->required();
    command->add_option("--mail", options->mail,
                        "send each viewer of groups.yaml theirs, once, by this program, called "
                        "as sendmail is: PROGRAM -t -i");
    command->add_option("--from", options->from, "the address that sends (default: the program's)");
    command->add_option("--ledger", options->ledger,
                        "the ledger: a file, or mysql://db=NAME ... (default: cost.ledger, or "
                        "ledger.db in state_dir)");
    command->add_option("--groups", options->groups,
                        "file of groups (default: groups.yaml beside the configuration)");
    command->add_flag("--dry-run", options->dry_run, "write and send nothing, say who is to be");
    command->add_flag("--json", options->json, "what was done as JSON");
    command->callback([options, &session] { run(*options, session); });
}

} // namespace fairlead::cli
