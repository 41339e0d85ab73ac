/// The rows of the ledger's tables as SOCI exchanges them.
#pragma once

#include "cost/ledger.hpp"

#include <soci/soci.h>

namespace fairlead::cost {

// What use() and into() return lives no longer than the expression: it refers to its default name.
inline constexpr auto use_field = [](auto& statement, auto& field) {
    statement.exchange(soci::use(field));
};
inline constexpr auto into_field = [](auto& statement, auto& field) {
    statement.exchange(soci::into(field));
};

inline constexpr const char* entry_columns =
    "cluster, run, kind, period, day, debit, credit, currency, nanos, job, user, part, state, "
    "instance_type, purchase, wckey, qos, author, note, node_seconds, cpu_seconds, gpu_seconds, "
    "revision, line, region, checksum";
inline constexpr const char* entry_places =
    ":cluster, :run, :kind, :period, :day, :debit, :credit, :currency, :nanos, :job, :user, :part, "
    ":state, :instance_type, :purchase, :wckey, :qos, :author, :note, :node_seconds, :cpu_seconds, "
    ":gpu_seconds, :revision, :line, :region, :checksum";

/// An entry as its row, bound once to prepared statements.
struct EntryRow {
    Entry entry{};
    long long id = 0, nanos = 0, node_seconds = 0, cpu_seconds = 0, gpu_seconds = 0, revision = 0,
              line = 0;
    std::string checksum{};

    void to_entry() {
        entry.amount.nanos = nanos;
        entry.node_seconds = node_seconds;
        entry.cpu_seconds = cpu_seconds;
        entry.gpu_seconds = gpu_seconds;
        entry.revision = revision;
        entry.line = line;
    }
    void from_entry(const Entry& from) {
        entry = from;
        nanos = from.amount.nanos;
        node_seconds = from.node_seconds;
        cpu_seconds = from.cpu_seconds;
        gpu_seconds = from.gpu_seconds;
        revision = from.revision;
        line = from.line;
    }
};

template <class Statement, class Bind>
void bind_fields(Statement& statement, EntryRow& row, Bind bind) {
    Entry& entry = row.entry;
    for (std::string* field : {&entry.cluster, &entry.run, &entry.kind, &entry.period, &entry.day,
                               &entry.debit, &entry.credit, &entry.currency})
        bind(statement, *field);
    bind(statement, row.nanos);
    for (std::string* field :
         {&entry.job, &entry.user, &entry.partition, &entry.state, &entry.instance_type,
          &entry.purchase, &entry.wckey, &entry.qos, &entry.author, &entry.note})
        bind(statement, *field);
    for (long long* number :
         {&row.node_seconds, &row.cpu_seconds, &row.gpu_seconds, &row.revision, &row.line})
        bind(statement, *number);
    bind(statement, entry.region);
    bind(statement, row.checksum);
}

inline constexpr const char* observation_columns =
    "cluster, run, job, started, seen, ended, digest, priced";
inline constexpr const char* observation_places =
    ":cluster, :run, :job, :started, :seen, :ended, :digest, :priced";

/// An observation as its row.
struct ObservationRow {
    std::string cluster{}, run{}, job{}, digest{};
    long long started = 0, seen = 0, ended = 0;
    int priced = 0;

    Observation observation() const {
        return {cluster, run, job, started, seen, ended, digest, priced != 0};
    }
    void take(const Observation& from) {
        *this = {from.cluster, from.run,  from.job,   from.digest,
                 from.started, from.seen, from.ended, from.priced ? 1 : 0};
    }
};

template <class Statement, class Bind>
void bind_observation(Statement& statement, ObservationRow& row, Bind bind) {
    for (std::string* text : {&row.cluster, &row.run, &row.job})
        bind(statement, *text);
    for (long long* number : {&row.started, &row.seen, &row.ended})
        bind(statement, *number);
    bind(statement, row.digest);
    bind(statement, row.priced);
}

inline constexpr const char* sum_keys =
    "day, cluster, kind, payer, user, part, wckey, instance_type, purchase, currency";
inline constexpr const char* sum_values = "runs, node_seconds, cpu_seconds, gpu_seconds, nanos";

/// A sum of a day as its row.
struct SumRow {
    DaySum sum{};
    long long runs = 0, node_seconds = 0, cpu_seconds = 0, gpu_seconds = 0, nanos = 0;

    void to_sum() {
        sum.runs = runs;
        sum.node_seconds = node_seconds;
        sum.cpu_seconds = cpu_seconds;
        sum.gpu_seconds = gpu_seconds;
        sum.amount.nanos = nanos;
    }
    void from_sum(const DaySum& from) {
        sum = from;
        runs = from.runs;
        node_seconds = from.node_seconds;
        cpu_seconds = from.cpu_seconds;
        gpu_seconds = from.gpu_seconds;
        nanos = from.amount.nanos;
    }
};

template <class Statement, class Bind>
void bind_sum_keys(Statement& statement, SumRow& row, Bind bind) {
    DaySum& sum = row.sum;
    for (std::string* field :
         {&sum.day, &sum.cluster, &sum.kind, &sum.payer, &sum.user, &sum.partition, &sum.wckey,
          &sum.instance_type, &sum.purchase, &sum.currency})
        bind(statement, *field);
}

template <class Statement, class Bind>
void bind_sum_values(Statement& statement, SumRow& row, Bind bind) {
    for (long long* number :
         {&row.runs, &row.node_seconds, &row.cpu_seconds, &row.gpu_seconds, &row.nanos})
        bind(statement, *number);
}

} // namespace fairlead::cost
