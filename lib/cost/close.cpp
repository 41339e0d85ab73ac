#include "cost/close.hpp"

#include "base/words.hpp"
#include "cost/months.hpp"
#include "cost/names.hpp"

#include <algorithm>

namespace fairlead::cost {
namespace {

constexpr std::size_t longest_text = 1000;

/// A text that people typed: there, and fit for one line.
Result<void> check_text(std::string_view what, std::string_view text) {
    if (trimmed(text).empty())
        return fail(Code::C306, "there is no {}; name it with --{}", what, what);
    if (text.size() > longest_text || without_controls(text) != text)
        return fail(Code::C306, "the {} is longer than {} bytes or has a control character in it",
                    what, longest_text);
    return {};
}

Result<void> check_open(Ledger& ledger, const std::string& month, Time end) {
    const auto closed = ledger.closed_through();
    if (!closed)
        return std::unexpected(closed.error());
    if (*closed && month <= **closed)
        return fail(Code::C305, "{} is closed, as all up to {}", month, **closed);
    const std::int64_t ends = end.time_since_epoch().count();
    const auto waiting = ledger.waiting(0, ends);
    if (!waiting)
        return std::unexpected(waiting.error());
    if (*waiting > 0)
        return fail(Code::C305,
                    "{} cannot be closed yet: {} runs that ended before {} have no price; add it "
                    "to the price book and settle again",
                    month, *waiting, show_time(end));
    const auto unmarked = ledger.unmarked_cluster();
    if (!unmarked)
        return std::unexpected(unmarked.error());
    if (!unmarked->empty())
        return fail(
            Code::C305,
            "{} cannot be closed yet: lines of {} were left out, so that nobody knows up to "
            "when it is settled; settle again what is complete",
            month, printable(*unmarked));
    const auto settled = ledger.settled_until();
    if (!settled)
        return std::unexpected(settled.error());
    if (*settled && **settled < ends)
        return fail(Code::C305,
                    "{} cannot be closed yet: runs are settled up to {} only; run `fairlead "
                    "accountant --once`, or settle a dump of all that ended before {} with --until "
                    "{}",
                    month, show_time(Time(std::chrono::seconds(**settled))), day_name(end),
                    day_name(end));
    return {};
}

bool known(const Groups& groups, std::string_view kind, std::string_view name) {
    if (kind == "grant")
        return groups.grants.contains(name);
    if (kind == "account")
        return groups.of_account(name) != nullptr && in_small_letters(name) == name;
    if (kind == "university")
        return groups.universities.contains(name);
    return kind == "group" &&
           std::ranges::find(groups.groups, name, &Group::name) != groups.groups.end();
}

} // namespace

Result<Closing> close_month(Ledger& ledger, const std::string& month, Time now,
                            const std::string& author, const std::string& groups) {
    const auto start = read_month(month);
    if (!start)
        return fail(Code::X301, "'{}' is no month; expected such as 2026-06", printable(month));
    if (auto fine = check_text("author", author); !fine)
        return std::unexpected(fine.error());
    const Time end = month_after(*start);
    if (end > now)
        return fail(Code::C305, "{} cannot be closed before it is over, on {}", month,
                    day_name(end));
    Closing closing{.month = month, .day = day_name(now), .author = author, .groups = groups};
    const auto done = ledger.transaction([&]() -> Result<void> {
        if (auto open = check_open(ledger, month, end); !open)
            return open;
        return ledger.close(closing);
    });
    if (!done)
        return std::unexpected(done.error());
    const auto closings = ledger.closings();
    return closings ? Result<Closing>(closings->back()) : std::unexpected(closings.error());
}

Result<void> check_payer(const Groups& groups, std::string_view payer) {
    const std::size_t colon = std::min(payer.find(':'), payer.size());
    const std::string_view name = payer.substr(std::min(colon + 1, payer.size()));
    if (known(groups, payer.substr(0, colon), name))
        return {};
    return fail(Code::C306,
                "'{}' is not known; expected grant:, account:, group: or university: and a name "
                "of groups.yaml",
                printable(payer));
}

Result<Entry> adjust(Ledger& ledger, const Groups& groups, const Move& move) {
    for (const std::string& payer : {move.from, move.to})
        if (auto fine = check_payer(groups, payer); !fine)
            return std::unexpected(fine.error());
    if (move.from == move.to)
        return fail(Code::C306, "from and to are both {}", move.from);
    if (move.amount.nanos <= 0)
        return fail(Code::C306, "the amount is {}; expected more than 0: exchange --from and --to",
                    show_nanos(move.amount));
    if (auto fine = check_text("reason", move.reason); !fine)
        return std::unexpected(fine.error());
    if (auto fine = check_text("author", move.author); !fine)
        return std::unexpected(fine.error());
    Entry entry{.kind = "adjustment",
                .period = month_name(move.day),
                .day = day_name(move.day),
                .debit = move.to,
                .credit = move.from,
                .currency = move.currency,
                .amount = move.amount,
                .author = move.author,
                .note = move.reason};
    const auto done = ledger.transaction([&]() -> Result<void> {
        const auto head = ledger.head();
        if (!head)
            return std::unexpected(head.error());
        entry.run = fmt::format("adjustment {}", head->entries + 1);
        return ledger.append(entry);
    });
    return done ? Result<Entry>(entry) : std::unexpected(done.error());
}

} // namespace fairlead::cost
