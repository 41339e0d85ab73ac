#include "cost/ledger_sums.hpp"

#include "cost/ledger_database.hpp"

namespace fairlead::cost {
namespace {

std::string_view plain_kind(std::string_view kind) {
    kind.remove_prefix(kind.starts_with('-') ? 1 : 0);
    return kind;
}

bool pays(std::string_view name) { return name.find(':') != std::string_view::npos; }

bool fits(std::int64_t& sum, std::int64_t part, bool owes) {
    return owes ? !__builtin_add_overflow(sum, part, &sum)
                : !__builtin_sub_overflow(sum, part, &sum);
}

} // namespace

std::string key_of(const DaySum& sum) {
    std::string key;
    for (const std::string_view field : std::initializer_list<std::string_view>{
             sum.day, sum.payer, sum.user, sum.kind, sum.cluster, sum.partition, sum.wckey,
             sum.instance_type, sum.purchase, sum.currency})
        key.append(field).push_back('\0');
    return key;
}

std::unordered_map<std::string, DaySum> DaySums::taken() {
    auto all = std::move(sums_);
    sums_.clear();
    return all;
}

/// 1 at the first entry of a run, -1 at the first that takes it back.
std::int64_t DaySums::counts(const Entry& entry) {
    const std::string_view kind = plain_kind(entry.kind);
    const bool back = entry.kind.starts_with('-');
    const bool first = back != back_ || entry.revision != revision_ || entry.run != run_ ||
                       entry.cluster != cluster_;
    if (!first)
        return 0;
    back_ = back;
    revision_ = entry.revision;
    run_ = entry.run;
    cluster_ = entry.cluster;
    if (kind != "run" && kind != "suspended" && kind != "node_fail")
        return 0;
    return back ? -1 : 1;
}

Result<void> DaySums::add(const Entry& entry) {
    const std::int64_t runs = counts(entry);
    if (pays(entry.debit))
        if (auto done = add_to(entry.debit, entry, true, runs); !done)
            return done;
    return pays(entry.credit) ? add_to(entry.credit, entry, false, runs) : Result<void>{};
}

/// The sum that an entry belongs to, without the text of a new one where it is known.
DaySum& DaySums::sum_of(const std::string& payer, const Entry& entry) {
    const std::string_view kind = plain_kind(entry.kind);
    key_.clear();
    for (const std::string_view field : std::initializer_list<std::string_view>{
             entry.day, payer, entry.user, kind, entry.cluster, entry.partition, entry.wckey,
             entry.instance_type, entry.purchase, entry.currency})
        key_.append(field).push_back('\0');
    const auto known = sums_.find(key_);
    if (known != sums_.end())
        return known->second;
    return sums_
        .emplace(key_, DaySum{.day = entry.day,
                              .cluster = entry.cluster,
                              .kind = std::string(kind),
                              .payer = payer,
                              .user = entry.user,
                              .partition = entry.partition,
                              .wckey = entry.wckey,
                              .instance_type = entry.instance_type,
                              .purchase = entry.purchase,
                              .currency = entry.currency})
        .first->second;
}

Result<void> DaySums::add_to(const std::string& payer, const Entry& entry, bool owes,
                             std::int64_t runs) {
    DaySum& known = sum_of(payer, entry);
    if (!fits(known.runs, runs, owes) || !fits(known.node_seconds, entry.node_seconds, owes) ||
        !fits(known.cpu_seconds, entry.cpu_seconds, owes) ||
        !fits(known.gpu_seconds, entry.gpu_seconds, owes) ||
        !fits(known.amount.nanos, entry.amount.nanos, owes))
        return fail(Code::C105, "what {} owes on {} does not fit", payer, entry.day);
    return {};
}

Result<void> LedgerDatabase::write_sums() {
    DaySum known;
    const auto add = [](std::int64_t& into, std::int64_t part) {
        return !__builtin_add_overflow(into, part, &into);
    };
    for (const auto& [key, added_sum] : pending.taken()) {
        known = added_sum;
        sum.from_sum(added_sum);
        look_sum.execute();
        while (look_sum.fetch()) { // to its end: a statement that is not holds a lock
            sum.to_sum();
            const DaySum& before = sum.sum;
            if (!add(known.runs, before.runs) || !add(known.node_seconds, before.node_seconds) ||
                !add(known.cpu_seconds, before.cpu_seconds) ||
                !add(known.gpu_seconds, before.gpu_seconds) ||
                !add(known.amount.nanos, before.amount.nanos))
                return fail(Code::C105, "what {} owes on {} does not fit", known.payer, known.day);
        }
        sum.from_sum(known);
        put_sum.execute(true);
    }
    return {};
}

} // namespace fairlead::cost
