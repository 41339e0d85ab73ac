/// What `sacct -P` prints, with its header: any order of columns, and others than those that are
/// needed. A line is read or is an error of its own; none stops the rest.
#pragma once

#include "cost/clock.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead::cost {

/// One run of a job: each requeue, array task and component of a heterogeneous job is its own.
/// Texts are those of the line that was read, and live as long.
struct JobRun {
    std::string_view job;      ///< JobIDRaw, else JobID
    std::string_view cluster;  ///< empty where the dump does not say, as all below
    std::string_view db_index; ///< slurmdbd's number of the run
    std::string_view nodes;    ///< a host list
    std::string_view alloc_tres;
    std::string_view state;
    std::string_view account;
    std::string_view user;
    std::string_view partition;
    std::string_view admin_comment;
    std::string_view wckey;
    std::string_view qos;
    std::string_view restarts{}; ///< how often the job was requeued before
    Time start;
    std::chrono::seconds elapsed;   ///< without what it was suspended
    std::chrono::seconds suspended; ///< the rest of the time up to its end
    bool ended;                     ///< by its State, and its End is a time
};

/// The columns to ask sacct for; what users write comes last. WCKey is such but where slurmctld
/// enforces them.
std::string sacct_columns(bool wckeys_enforced);

class Dump {
  public:
    /// FL-C107 when `header` is not that of a dump, or lacks JobIDRaw (or JobID), NodeList, Start,
    /// or both End and ElapsedRaw.
    static Result<Dump> with_header(std::string_view header, Zone zone);

    /// Nothing for a step, a job that never started and a repeated header. FL-C102.
    Result<std::optional<JobRun>> read(std::string_view line);

    /// Whether the header names a column, in small letters.
    bool names(std::string_view column) const;

    /// The columns that users can write to, which may hold a delimiter or a line break, or empty.
    /// WCKey is one but where slurmctld enforces them.
    std::string written_by_users(bool wckeys_enforced = false) const;

  private:
    using Fields = std::vector<std::string_view>;
    enum Column {
        JobIdRaw,
        JobId,
        NodeList,
        Start,
        End,
        ElapsedRaw,
        AllocTres,
        State,
        Account,
        User,
        Partition,
        Cluster,
        DbIndex,
        AdminComment,
        Suspended,
        WcKey,
        Qos,
        Restarts,
        ColumnCount
    };

    explicit Dump(Zone zone) : zone_(zone) {}
    Result<void> read_header(std::string_view header);
    bool has(Column column) const { return places_[column].has_value(); }
    std::string_view field(const Fields& fields, Column column) const;
    Result<std::optional<JobRun>> run_of(const Fields& fields);
    Result<void> join_free_text();
    Result<void> read_times(const Fields& fields, JobRun& run);
    struct Stretch {
        Moments start, end;
        std::optional<std::chrono::seconds> suspended;
    };
    Result<std::optional<std::chrono::seconds>> read_suspended(const Fields& fields,
                                                               const JobRun& run) const;
    static Result<void> read_elapsed(const Moments& start, const std::optional<Moments>& end,
                                     std::optional<std::chrono::seconds> suspended, JobRun& run);
    Result<void> read_span(const Fields& fields, const Stretch& stretch, JobRun& run) const;

    Zone zone_;
    std::string header_{};
    char delimiter_ = '|';
    std::vector<std::string> columns_{}; ///< in small letters
    std::array<std::optional<std::size_t>, ColumnCount> places_{};
    std::vector<std::size_t> free_texts_{}; ///< columns that may hold a delimiter
    Fields fields_{};
};

} // namespace fairlead::cost
