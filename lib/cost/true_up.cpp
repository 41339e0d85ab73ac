// What a bill says otherwise than the ledger, entered: true_up.

#include "base/words.hpp"
#include "cost/months.hpp"
#include "cost/reconcile.hpp"
#include "cost/settle.hpp"

#include <array>

namespace fairlead::cost {
namespace {

/// Instance type, purchase option and currency.
using Of = std::array<std::string, 3>;

/// What instances of a kind were billed beyond what the ledger has.
struct Difference {
    std::size_t instances = 0;
    Wide nanos = 0;
};

std::map<Of, Difference> differences(const Reconciliation& reconciliation) {
    std::map<Of, Difference> all;
    for (const ReconciledInstance& instance : reconciliation.instances) {
        if (!instance.entered_at_all || instance.residual() == 0)
            continue;
        Difference& one = all[{instance.instance_type, instance.purchase, instance.currency}];
        ++one.instances;
        one.nanos += instance.residual();
    }
    return all;
}

/// What each paid for instances of a kind in the month.
Result<std::map<Of, std::map<std::string, Wide>>> paid_in(Ledger& ledger, Time month) {
    std::map<Of, std::map<std::string, Wide>> paid;
    const auto done = ledger.sums(
        month_name(month) + "-01", day_name(month_after(month)), [&](const DaySum& sum) {
            if (!sum.instance_type.empty() && sum.kind != "adjustment")
                paid[{sum.instance_type, sum.purchase, sum.currency}][sum.payer] +=
                    sum.amount.nanos;
        });
    return done ? Result<std::map<Of, std::map<std::string, Wide>>>(std::move(paid))
                : std::unexpected(done.error());
}

/// Divided by who paid, or to the pool where nobody did.
Result<void> add_entries(const Of& of, const Difference& difference,
                         const std::map<std::string, Wide>& paid, const Entry& like,
                         std::vector<Entry>& into) {
    std::vector<std::string> payers;
    std::vector<Wide> weights;
    for (const auto& [payer, amount] : paid)
        if (amount > 0) {
            payers.push_back(payer);
            weights.push_back(amount);
        }
    if (payers.empty()) {
        payers = {"pool:idle"};
        weights = {1};
    }
    const bool less = difference.nanos < 0;
    const auto whole = to_money(less ? -difference.nanos : difference.nanos);
    if (!whole)
        return std::unexpected(whole.error());
    const auto parts = share_out(*whole, weights);
    if (!parts)
        return std::unexpected(parts.error());
    for (std::size_t i = 0; i < payers.size(); ++i) {
        if ((*parts)[i].nanos == 0)
            continue;
        Entry entry = like;
        entry.debit = payers[i];
        entry.amount.nanos = less ? -(*parts)[i].nanos : (*parts)[i].nanos;
        entry.instance_type = of[0];
        entry.purchase = of[1];
        entry.currency = of[2];
        entry.note += fmt::format("{} instances of {}, {}", difference.instances, of[0], of[1]);
        into.push_back(std::move(entry));
    }
    return {};
}

/// Replaces what a run of entries was; says how many were added.
Result<std::size_t> replace(Ledger& ledger, const std::string& run, const std::vector<Entry>& now) {
    const auto known = ledger.latest("", run);
    const auto closed = ledger.closed_through();
    if (!known || !closed)
        return std::unexpected(known ? closed.error() : known.error());
    if (same_entries(*known, now, closed->value_or("")))
        return 0;
    if (auto done = enter(ledger, *known, now, closed->value_or("")); !done)
        return std::unexpected(done.error());
    return known->size() + now.size();
}

Entry like_of(std::string_view what, Time month, const std::string& author) {
    const std::string name = month_name(month);
    return {.run = fmt::format("{} {}", what, name),
            .period = name,
            .day = day_name(month_after(month) - std::chrono::seconds(1)),
            .credit = "bill",
            .author = printable(author, 255)};
}

} // namespace

Result<std::size_t> enter_unexplained(Ledger& ledger, const Reconciliation& reconciliation,
                                      Time month, const std::string& author) {
    Entry entry = like_of("unexplained", month, author);
    entry.kind = "unexplained";
    entry.debit = "pool:unexplained";
    entry.note = fmt::format("billed in {} and not in the ledger", month_name(month));
    std::vector<Entry> now;
    for (const auto& [currency, nanos] : reconciliation.residual()) {
        const auto amount = to_money(nanos);
        if (!amount)
            return std::unexpected(amount.error());
        entry.currency = currency;
        entry.amount = *amount; // nothing too: it says that the month was reconciled
        now.push_back(entry);
    }
    std::size_t added = 0;
    const auto done = ledger.transaction([&]() -> Result<void> {
        const auto replaced = replace(ledger, entry.run, now);
        added = replaced.value_or(0);
        return replaced ? Result<void>{} : std::unexpected(replaced.error());
    });
    return done ? Result<std::size_t>(added) : std::unexpected(done.error());
}

Result<std::size_t> true_up(Ledger& ledger, const Reconciliation& reconciliation, Time month,
                            const std::string& author) {
    Entry like = like_of("true-up", month, author);
    like.kind = "adjustment";
    like.note = fmt::format("true-up to the bill of {}: ", month_name(month));
    std::size_t added = 0;
    const auto done = ledger.transaction([&]() -> Result<void> {
        const auto paid = paid_in(ledger, month);
        if (!paid)
            return std::unexpected(paid.error());
        std::vector<Entry> now;
        for (const auto& [of, difference] : differences(reconciliation)) {
            const auto payers = paid->find(of);
            const auto entered = add_entries(
                of, difference,
                payers == paid->end() ? std::map<std::string, Wide>{} : payers->second, like, now);
            if (!entered)
                return entered;
        }
        const auto replaced = replace(ledger, like.run, now);
        added = replaced.value_or(0);
        return replaced ? Result<void>{} : std::unexpected(replaced.error());
    });
    return done ? Result<std::size_t>(added) : std::unexpected(done.error());
}

} // namespace fairlead::cost
