#include "cost/sacct_dump.hpp"

#include "base/words.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <numeric>
#include <tuple>

namespace fairlead::cost {
namespace {

using std::chrono::seconds;

constexpr std::array<std::string_view, 14> names{
    "jobidraw", "jobid",   "nodelist", "start",     "end",     "elapsedraw", "alloctres",
    "state",    "account", "user",     "partition", "cluster", "dbindex",    "admincomment"};

/// What users write, or what is made of it.
constexpr std::array<std::string_view, 14> free_text_names{
    "jobname", "comment",   "admincomment", "systemcomment", "submitline", "workdir", "wckey",
    "extra",   "container", "constraints",  "licenses",      "stdin",      "stdout",  "stderr"};

constexpr std::size_t longest_line = 1024 * 1024;
constexpr std::int64_t most_seconds = std::numeric_limits<std::uint32_t>::max();

std::string lower(std::string_view text) {
    std::string small{text};
    for (char& c : small)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return small;
}

void split_into(std::string_view line, std::vector<std::string_view>& fields) {
    fields.clear();
    for (;;) {
        const std::size_t bar = line.find('|');
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
bool never(std::string_view time) { return time == "Unknown" || time == "None" || time == "N/A"; }

bool goes_on(std::string_view state) {
    return state.empty() || state == "RUNNING" || state == "SUSPENDED" || state == "COMPLETING" ||
           state == "CONFIGURING" || state == "RESIZING" || state == "SIGNALING" ||
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

/// Where a clock shows an hour twice, the moments that leave the least time unexplained.
struct Span {
    Time start;
    seconds suspended;
};

std::optional<Span> span_of(const Moments& start, const Moments& end, seconds elapsed) {
    std::optional<Span> best;
    for (const Time first : {start.first, start.last})
        for (const Time last : {end.first, end.last})
            if (const seconds rest = last - first - elapsed;
                rest >= seconds(0) && (!best || rest < best->suspended))
                best = Span{first, rest};
    if (best)
        return best;
    // sacct of another zone than this dump is read in: the clock was put back during the run.
    const seconds lacks = elapsed - (end.last - start.first);
    if (lacks == std::chrono::hours(1) || lacks == std::chrono::minutes(30))
        return Span{start.first, seconds(0)};
    return std::nullopt;
}

bool same(const std::optional<JobRun>& a, const std::optional<JobRun>& b) {
    if (!a || !b)
        return a.has_value() == b.has_value();
    const auto key = [](const JobRun& run) {
        return std::tie(run.job, run.cluster, run.db_index, run.nodes, run.alloc_tres, run.state,
                        run.account, run.user, run.partition, run.start, run.elapsed,
                        run.suspended);
    };
    return key(*a) == key(*b);
}

/// All ways to give `surplus` to `takers`; none where there are too many to try.
std::vector<std::vector<std::size_t>> ways_to_give(std::size_t surplus, std::size_t takers) {
    constexpr std::size_t most_ways = 1000;
    if (takers == 0)
        return {};
    std::vector<std::vector<std::size_t>> ways{{}};
    for (std::size_t taker = 0; taker < takers; ++taker) {
        std::vector<std::vector<std::size_t>> longer;
        for (const auto& way : ways) {
            const std::size_t left =
                surplus - std::accumulate(way.begin(), way.end(), std::size_t{0});
            for (std::size_t more = taker + 1 == takers ? left : 0; more <= left; ++more) {
                longer.push_back(way);
                longer.back().push_back(more);
            }
            if (longer.size() > most_ways)
                return {};
        }
        ways = std::move(longer);
    }
    return ways;
}

} // namespace

Result<Dump> Dump::with_header(std::string_view header, Zone zone) {
    static_assert(names.size() == ColumnCount);
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
    split_into(header_, fields_);
    width_ = fields_.size();
    for (std::size_t i = 0; i < width_; ++i) {
        const std::string name = lower(trimmed(fields_[i]));
        if (const auto known = std::ranges::find(names, name);
            known != names.end() && !places_[static_cast<std::size_t>(known - names.begin())])
            places_[static_cast<std::size_t>(known - names.begin())] = i;
        if (std::ranges::find(free_text_names, name) != free_text_names.end())
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
    split_into(line, fields_);
    if (fields_.size() < width_)
        return fail(Code::C102, "{} fields, but the header names {} columns", fields_.size(),
                    width_);
    return fields_.size() == width_ ? run_of(fields_) : with_bars(fields_);
}

/// A line with more fields than columns: some text of a user holds a '|'. Every way to give the
/// surplus to such columns is tried, and those that can be read must say the same.
Result<std::optional<JobRun>> Dump::with_bars(const Fields& fields) {
    const auto unclear =
        fail(Code::C102,
             "{} fields, but the header names {} columns, and which text holds the "
             "'|' is not clear",
             fields.size(), width_);
    const auto ways = ways_to_give(fields.size() - width_, free_texts_.size());
    std::optional<std::optional<JobRun>> found;
    for (const auto& way : ways) {
        const auto run = run_of(merged(fields, way));
        if (!run)
            continue;
        if (found && !same(*found, *run))
            return unclear;
        found = *run;
    }
    if (!found)
        return unclear;
    return *found;
}

/// The fields where the n-th free text takes `way[n]` more than its own.
Dump::Fields Dump::merged(const Fields& fields, const std::vector<std::size_t>& way) const {
    Fields columns;
    std::size_t at = 0;
    for (std::size_t column = 0; column < width_; ++column) {
        const auto free = std::ranges::find(free_texts_, column);
        const std::size_t last =
            at + (free == free_texts_.end()
                      ? 0
                      : way[static_cast<std::size_t>(free - free_texts_.begin())]);
        columns.emplace_back(fields[at].data(), fields[last].data() + fields[last].size());
        at = last + 1;
    }
    return columns;
}

Result<std::optional<JobRun>> Dump::run_of(const Fields& fields) {
    JobRun run{};
    run.job = field(fields, has(JobIdRaw) ? JobIdRaw : JobId);
    const Id kind = kind_of(run.job);
    if (kind == Id::None)
        return fail(Code::C102, "'{}' is no job id", printable(run.job));
    if (kind == Id::Step || kind == Id::Waiting)
        return std::nullopt;
    run.nodes = field(fields, NodeList);
    if (no_nodes(run.nodes) && never(field(fields, Start)))
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
    run.alloc_tres = field(fields, AllocTres);
    run.state = field(fields, State);
    run.ended = has(End) ? !never(field(fields, End)) : !goes_on(run.state);
    run.account = field(fields, Account);
    run.user = field(fields, User);
    run.partition = field(fields, Partition);
    run.admin_comment = field(fields, AdminComment);
    return run;
}

Result<void> Dump::read_times(const Fields& fields, JobRun& run) {
    const std::string_view start_text = field(fields, Start), end_text = field(fields, End);
    const auto start = zone_.read(start_text);
    if (!start)
        return fail(Code::C102,
                    "job {}: Start is '{}'; expected a time such as 2026-06-01T12:00:00", run.job,
                    printable(start_text));
    run.start = start->first;
    std::optional<Moments> end;
    if (has(End) && !never(end_text)) {
        end = zone_.read(end_text);
        if (!end)
            return fail(Code::C102,
                        "job {}: End is '{}'; expected a time such as "
                        "2026-06-01T12:00:00, or Unknown",
                        run.job, printable(end_text));
        if (end->last < start->first)
            return fail(Code::C102, "job {}: it ends before it starts", run.job);
    }
    if (!has(ElapsedRaw)) {
        if (!end)
            return fail(Code::C102, "job {}: it has not ended, and there is no ElapsedRaw",
                        run.job);
        run.elapsed = (end->first < start->first ? end->last : end->first) - start->first;
        return {};
    }
    const auto elapsed = read_seconds(field(fields, ElapsedRaw));
    if (!elapsed)
        return fail(Code::C102, "job {}: ElapsedRaw is '{}'; expected seconds", run.job,
                    printable(field(fields, ElapsedRaw)));
    run.elapsed = *elapsed;
    if (!end)
        return {};
    const auto span = span_of(*start, *end, *elapsed);
    if (!span)
        return fail(Code::C102, "job {}: ElapsedRaw is {}, but it ends {} s after its start",
                    run.job, elapsed->count(), (end->last - start->first).count());
    run.start = span->start;
    run.suspended = span->suspended;
    return {};
}

} // namespace fairlead::cost
