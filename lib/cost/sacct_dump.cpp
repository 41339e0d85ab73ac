#include "cost/sacct_dump.hpp"

#include "base/words.hpp"
#include "cost/names.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace fairlead::cost {
namespace {

using std::chrono::seconds;

constexpr std::array<std::string_view, 18> known_columns{
    "jobidraw",  "jobid",        "nodelist",  "start", "end",       "elapsedraw",
    "alloctres", "state",        "account",   "user",  "partition", "cluster",
    "dbindex",   "admincomment", "suspended", "wckey", "qos",       "restarts"};

/// What Slurm itself or its admins write: numbers, times and names of what is configured. Any other
/// column may hold what a user wrote. sacct(1), "Job Accounting Fields".
constexpr std::string_view plain_columns =
    " account alloccpus allocnodes alloctres associd cluster cputime cputimeraw dbindex "
    "derivedexitcode elapsed elapsedraw eligible end exitcode failednode flags gid group jobid "
    "jobidraw ncpus nnodes nodelist ntasks partition planned plannedcpu plannedcpuraw priority qos "
    "qosraw reqcpus reqmem reqnodes reqtres reserved restarts resvcpu resvcpuraw sluid start state "
    "submit suspended systemcpu timelimit timelimitraw uid user ";

bool is_plain(std::string_view column) {
    return column.empty() ||
           (column.find(' ') == std::string_view::npos &&
            plain_columns.find(fmt::format(" {} ", column)) != std::string_view::npos);
}

constexpr std::size_t longest_line = 1024 * 1024;
/// NO_VAL and INFINITE, which Slurm prints as the numbers that they are.
constexpr std::int64_t least_unset = std::numeric_limits<std::uint32_t>::max() - 1;
constexpr std::int64_t most_seconds = least_unset - 1;

bool is_unset(std::string_view number) {
    return number == "4294967294" || number == "4294967295" || number == "18446744073709551614" ||
           number == "18446744073709551615";
}

bool is_unset(Time time) {
    const std::int64_t number = time.time_since_epoch().count();
    return number == least_unset || number == least_unset + 1;
}

void split_into(std::string_view line, char delimiter, std::vector<std::string_view>& fields) {
    fields.clear();
    for (;;) {
        const std::size_t bar = line.find(delimiter);
        fields.push_back(line.substr(0, bar));
        if (bar == std::string_view::npos)
            return;
        line.remove_prefix(bar + 1);
    }
}

std::string_view take_digits(std::string_view& text) {
    const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
    const std::string_view digits = text.substr(0, end);
    text.remove_prefix(end);
    return digits;
}

enum class Id { Run, Step, Waiting, None };

/// "4711", "4711_3" and "4711+1" are runs, "4711.batch" a step, "4711_[1-9]" tasks that wait.
Id kind_of(std::string_view id) {
    if (take_digits(id).empty())
        return Id::None;
    if (id.starts_with("_["))
        return Id::Waiting;
    if (id.starts_with('_') || id.starts_with('+')) {
        id.remove_prefix(1);
        if (take_digits(id).empty())
            return Id::None;
    }
    if (id.empty())
        return Id::Run;
    return id.starts_with('.') && id.size() > 1 ? Id::Step : Id::None;
}

/// sacct's words for a time that there is not.
bool never(std::string_view time) {
    return time.empty() || time == "Unknown" || time == "None" || time == "N/A" || is_unset(time);
}

/// RESIZING is none of these: a job that changed its size left that run and goes on as another.
bool goes_on(std::string_view state) {
    return state.empty() || state == "PENDING" || state == "RUNNING" || state == "SUSPENDED" ||
           state == "COMPLETING" || state == "CONFIGURING" || state == "SIGNALING" ||
           state == "STAGE_OUT" || state == "STOPPED";
}

bool no_nodes(std::string_view nodes) {
    return nodes.empty() || nodes == "None assigned" || nodes == "None" || nodes == "(null)";
}

std::optional<seconds> read_seconds(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < 0 ||
        value > most_seconds)
        return std::nullopt;
    return seconds(value);
}

/// "02:10", "01:02:10" or "3-01:02:10", as sacct prints Suspended; or seconds.
std::optional<seconds> read_duration(std::string_view text) {
    if (const auto plain = read_seconds(text))
        return plain;
    const std::size_t dash = text.find('-');
    const bool with_days = dash != std::string_view::npos;
    const auto days = with_days ? read_seconds(text.substr(0, dash)) : seconds(0);
    const auto clock = split(with_days ? text.substr(dash + 1) : text, ':');
    if (!days || clock.size() < 2 || clock.size() > 3)
        return std::nullopt;
    std::int64_t total = 0;
    for (const std::string_view part : clock) {
        const auto number = read_seconds(part);
        if (!number || number->count() > 59)
            return std::nullopt;
        total = total * 60 + number->count();
    }
    return seconds(total) + 24 * 3600 * *days;
}

/// Where a clock shows an hour twice, the moments that fit what it was suspended; where that is not
/// known, those that leave the least time unexplained.
struct Span {
    Time start;
    seconds suspended;
};

std::optional<Span> span_of(const Moments& start, const Moments& end, seconds elapsed,
                            std::optional<seconds> suspended) {
    std::optional<Span> best;
    for (const Time first : {start.first, start.last})
        for (const Time last : {end.first, end.last}) {
            const seconds rest = last - first - elapsed;
            if (suspended ? rest == *suspended : rest >= seconds(0))
                if (!best || rest < best->suspended)
                    best = Span{first, rest};
        }
    return best;
}

/// A time that needs no zone: seconds since 1970, or one with its offset.
bool needs_no_zone(std::string_view time) {
    return time.find_first_not_of("0123456789") == std::string_view::npos || time.ends_with('Z') ||
           time.substr(std::min<std::size_t>(time.size(), 11)).find_first_of("+-") !=
               std::string_view::npos;
}

} // namespace

std::string sacct_columns(bool wckeys_enforced) {
    return fmt::format("JobIDRaw,Cluster,DBIndex,Account,User,Partition,QOS,State,NodeList,Start,"
                       "End,ElapsedRaw,Suspended,AllocTRES{},AdminComment",
                       wckeys_enforced ? ",WCKey" : "");
}

Result<Dump> Dump::with_header(std::string_view header, Zone zone) {
    static_assert(known_columns.size() == ColumnCount);
    Dump dump(zone);
    if (auto done = dump.read_header(header); !done)
        return std::unexpected(done.error());
    return dump;
}

Result<void> Dump::read_header(std::string_view header) {
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    if (header.starts_with(byte_order_mark))
        header.remove_prefix(byte_order_mark.size());
    header_ = trimmed(header);
    const auto control = std::ranges::find_if(header_, [](char c) { return c > 0 && c < ' '; });
    delimiter_ = control == header_.end() ? '|' : *control;
    split_into(header_, delimiter_, fields_);
    for (std::size_t i = 0; i < fields_.size(); ++i) {
        const std::string& name = columns_.emplace_back(in_small_letters(trimmed(fields_[i])));
        const auto known = static_cast<std::size_t>(std::ranges::find(known_columns, name) -
                                                    known_columns.begin());
        if (known < ColumnCount && !places_[known])
            places_[known] = i;
        if (!is_plain(name))
            free_texts_.push_back(i);
    }
    const auto lacks = [](std::string_view column) {
        return fail(Code::C107,
                    "the first line names no column {}; expected the header that `sacct -P "
                    "--format=JobIDRaw,NodeList,Start,End,ElapsedRaw,AllocTRES,...` writes",
                    column);
    };
    if (!has(JobIdRaw) && !has(JobId))
        return lacks("JobIDRaw or JobID");
    if (!has(NodeList))
        return lacks("NodeList");
    if (!has(Start))
        return lacks("Start");
    if (!has(End) && !has(ElapsedRaw))
        return lacks("End or ElapsedRaw");
    return {};
}

bool Dump::names(std::string_view column) const {
    return std::ranges::find(columns_, column) != columns_.end();
}

std::string Dump::written_by_users(bool wckeys_enforced) const {
    std::string list;
    for (const std::size_t column : free_texts_)
        if (columns_[column] != "admincomment" && // users are refused before it is stored
            !(columns_[column] == "wckey" && wckeys_enforced))
            list += (list.empty() ? "" : ", ") + printable(columns_[column]);
    return list;
}

std::string_view Dump::field(const Fields& fields, Column column) const {
    return has(column) ? fields[*places_[column]] : std::string_view{};
}

Result<std::optional<JobRun>> Dump::read(std::string_view line) {
    if (line.ends_with('\r'))
        line.remove_suffix(1);
    if (trimmed(line).empty() || line == header_)
        return std::nullopt;
    if (line.size() > longest_line)
        return fail(Code::C102, "the line is longer than {} bytes", longest_line);
    split_into(line, delimiter_, fields_);
    if (fields_.size() < columns_.size())
        return fail(Code::C102, "{} fields, but the header names {} columns", fields_.size(),
                    columns_.size());
    if (auto done = join_free_text(); !done)
        return std::unexpected(done.error());
    return run_of(fields_);
}

/// A line with more fields than columns: some text of a user holds the delimiter. Where one column
/// alone can hold it, what is before and behind that column is certain; else nothing is.
Result<void> Dump::join_free_text() {
    const std::size_t surplus = fields_.size() - columns_.size();
    if (surplus == 0)
        return {};
    if (free_texts_.size() != 1)
        return fail(Code::C102,
                    "{} fields, but the header names {} columns, and which text holds the "
                    "delimiter is not certain",
                    fields_.size(), columns_.size());
    const auto first = fields_.begin() + static_cast<std::ptrdiff_t>(free_texts_.front());
    const auto last = first + static_cast<std::ptrdiff_t>(surplus);
    *first = {first->data(), last->data() + last->size()};
    fields_.erase(first + 1, last + 1);
    return {};
}

Result<std::optional<JobRun>> Dump::run_of(const Fields& fields) {
    JobRun run{};
    run.job = field(fields, JobIdRaw);
    if (run.job.empty())
        run.job = field(fields, JobId);
    const Id kind = kind_of(run.job);
    if (kind == Id::None)
        return fail(Code::C102, "'{}' is no job id", printable(run.job));
    if (kind == Id::Step || kind == Id::Waiting)
        return std::nullopt;
    run.nodes = field(fields, NodeList);
    if (never(field(fields, Start)) && (no_nodes(run.nodes) || field(fields, ElapsedRaw) == "0"))
        return std::nullopt;
    if (auto done = read_times(fields, run); !done)
        return std::unexpected(done.error());
    if (no_nodes(run.nodes)) {
        if (run.elapsed == seconds(0))
            return std::nullopt;
        return fail(Code::C102, "job {} ran for {} s on no node", run.job, run.elapsed.count());
    }
    run.cluster = field(fields, Cluster);
    run.db_index = field(fields, DbIndex);
    if (is_unset(run.db_index))
        run.db_index = {};
    run.restarts = field(fields, Restarts);
    run.alloc_tres = field(fields, AllocTres);
    run.state = field(fields, State);
    run.ended = run.ended && (has(State) || has(End)) && !(has(State) && goes_on(run.state));
    run.account = field(fields, Account);
    run.user = field(fields, User);
    run.partition = field(fields, Partition);
    run.admin_comment = field(fields, AdminComment);
    run.wckey = field(fields, WcKey);
    run.qos = field(fields, Qos);
    return run;
}

Result<void> Dump::read_times(const Fields& fields, JobRun& run) {
    const std::string_view start_text = field(fields, Start), end_text = field(fields, End);
    const auto start = zone_.read(start_text);
    if (!start || is_unset(start->first))
        return fail(Code::C102,
                    "job {}: Start is '{}'; expected a time such as 2026-06-01T12:00:00", run.job,
                    printable(start_text));
    run.start = start->first;
    std::optional<Moments> end;
    if (!never(end_text)) {
        end = zone_.read(end_text);
        if (!end)
            return fail(Code::C102,
                        "job {}: End is '{}'; expected a time such as "
                        "2026-06-01T12:00:00, or Unknown",
                        run.job, printable(end_text));
        if (is_unset(end->first))
            end.reset();
        else if (end->last < start->first)
            return fail(Code::C102, "job {}: it ends before it starts", run.job);
    }
    run.ended = end || !has(End);
    const auto suspended = read_suspended(fields, run);
    if (!suspended)
        return std::unexpected(suspended.error());
    const std::string_view elapsed_text = field(fields, ElapsedRaw);
    if (elapsed_text.empty() || is_unset(elapsed_text))
        return read_elapsed(*start, end, *suspended, run);
    const auto elapsed = read_seconds(elapsed_text);
    if (!elapsed)
        return fail(Code::C102, "job {}: ElapsedRaw is '{}'; expected seconds", run.job,
                    printable(elapsed_text));
    run.elapsed = *elapsed;
    run.suspended = suspended->value_or(seconds(0));
    return end ? read_span(fields, {*start, *end, *suspended}, run) : Result<void>{};
}

/// Nothing where the dump does not say it.
Result<std::optional<seconds>> Dump::read_suspended(const Fields& fields, const JobRun& run) const {
    const std::string_view told = field(fields, Suspended);
    if (told.empty() || is_unset(told))
        return std::nullopt;
    const auto suspended = read_duration(told);
    if (!suspended)
        return fail(Code::C102, "job {}: Suspended is '{}'; expected such as 01:00:00", run.job,
                    printable(told));
    return suspended;
}

/// Where there is no ElapsedRaw: what Slurm would print, End - Start without what it was suspended.
Result<void> Dump::read_elapsed(const Moments& start, const std::optional<Moments>& end,
                                std::optional<seconds> suspended, JobRun& run) {
    if (!end)
        return fail(Code::C102, "job {}: it has not ended, and there is no ElapsedRaw", run.job);
    const seconds held = (end->first < start.first ? end->last : end->first) - start.first;
    run.suspended = suspended.value_or(seconds(0));
    if (run.suspended > held)
        return fail(Code::C102, "job {}: Suspended is {} s, but it ends {} s after its start",
                    run.job, run.suspended.count(), held.count());
    run.elapsed = held - run.suspended;
    return {};
}

/// What is between ElapsedRaw and End - Start the job was suspended. Whole half hours without a
/// word of that are rather a wrong time zone.
Result<void> Dump::read_span(const Fields& fields, const Stretch& stretch, JobRun& run) const {
    const auto& [start, end, suspended] = stretch;
    const auto span = span_of(start, end, run.elapsed, suspended);
    if (!span)
        return fail(Code::C102,
                    "job {}: ElapsedRaw is {}{}, but it ends {} s after its start; are the times "
                    "of the zone that --tz names?",
                    run.job, run.elapsed.count(),
                    suspended ? fmt::format(" and Suspended {} s", suspended->count()) : "",
                    (end.last - start.first).count());
    run.start = span->start;
    run.suspended = span->suspended;
    const bool zone_matters =
        !needs_no_zone(field(fields, Start)) || !needs_no_zone(field(fields, End));
    if (zone_matters && !suspended && run.suspended != seconds(0) &&
        run.suspended % 1800 == seconds(0))
        return fail(Code::C102,
                    "job {}: it was suspended for {} s or its times are of another zone; add "
                    "Suspended to sacct's --format, which tells",
                    run.job, run.suspended.count());
    return {};
}

} // namespace fairlead::cost
