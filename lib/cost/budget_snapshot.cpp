#include "cost/budget_snapshot.hpp"

#include "base/files.hpp"
#include "base/words.hpp"
#include "cost/holds.hpp"

#include <algorithm>
#include <concepts>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace fairlead::cost {
namespace {

using Json = nlohmann::json;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::string_view schema = "fairlead.budgets/1";
/// 10,000 groups and 20,000 jobs take some 10 MB.
constexpr std::size_t largest = 64 * 1024 * 1024;

// --- what may be missing ---

template <class Value>
void put(Json& json, const char* name, const std::optional<Value>& value) {
    if (value)
        json[name] = *value;
}

void put(Json& json, const char* name, const std::optional<minutes>& value) {
    if (value)
        json[name] = value->count();
}

template <class Value>
std::optional<Value> maybe(const Json& json, const char* name) {
    const auto found = json.find(name);
    return found == json.end() ? std::nullopt : std::optional(found->get<Value>());
}

std::optional<minutes> maybe_minutes(const Json& json, const char* name) {
    const auto value = maybe<std::int64_t>(json, name);
    return value ? std::optional(minutes(*value)) : std::nullopt;
}

Json of(Time time) { return time.time_since_epoch().count(); }
Time time_of(const Json& json) { return Time(seconds(json.get<std::int64_t>())); }

// --- the parts ---

Json of(const PartitionCost& partition) {
    Json json{{"name", partition.name},
              {"picos_an_hour", partition.dearest.picos},
              {"currency", partition.currency}};
    put(json, "nodes", partition.nodes);
    put(json, "cpus", partition.cpus);
    put(json, "gpus", partition.gpus);
    put(json, "memory_mb", partition.memory_mb);
    put(json, "default_minutes", partition.default_time);
    put(json, "most_minutes", partition.most_time);
    if (partition.memory_is_free)
        json["memory_is_free"] = true;
    return json;
}

PartitionCost partition_of(const Json& json) {
    return {.name = json.at("name"),
            .dearest = {json.at("picos_an_hour").get<std::int64_t>()},
            .currency = json.at("currency"),
            .nodes = maybe<std::uint64_t>(json, "nodes"),
            .cpus = maybe<std::uint64_t>(json, "cpus"),
            .gpus = maybe<std::uint64_t>(json, "gpus"),
            .memory_mb = maybe<std::uint64_t>(json, "memory_mb"),
            .memory_is_free = json.value("memory_is_free", false),
            .default_time = maybe_minutes(json, "default_minutes"),
            .most_time = maybe_minutes(json, "most_minutes")};
}

Json of(const Threshold& threshold) {
    Json json{{"at", threshold.percent}, {"then", to_string(threshold.reaction)}};
    if (!threshold.qos.empty())
        json["qos"] = threshold.qos;
    return json;
}

Reaction reaction_of(std::string_view word) {
    for (const Reaction reaction :
         {Reaction::Note, Reaction::Warn, Reaction::RequireQos, Reaction::Hold, Reaction::Reject})
        if (to_string(reaction) == word)
            return reaction;
    throw std::invalid_argument("unknown reaction '" + printable(word) + "'");
}

Threshold threshold_of(const Json& json) {
    return {.percent = json.at("at"),
            .reaction = reaction_of(json.at("then").get<std::string>()),
            .qos = json.value("qos", std::string{})};
}

Cap cap_of(const Json& json) {
    Cap cap{.name = json.at("name"),
            .label = json.at("label"),
            .limit = {json.at("limit").get<std::int64_t>()},
            .used = {json.at("used").get<std::int64_t>()},
            .currency = json.at("currency"),
            .ends = time_of(json.at("ends"))};
    for (const Json& threshold : json.at("thresholds"))
        cap.thresholds.push_back(threshold_of(threshold));
    return cap;
}

BudgetGroup group_of(const Json& json) {
    constexpr std::size_t most_caps = std::tuple_size_v<CapKeys>;
    BudgetGroup group{.name = json.at("name"),
                      .accounts = json.at("accounts"),
                      .may_exceed = json.value("may_exceed", std::vector<std::string>{}),
                      .caps = json.at("caps"),
                      .quiet = json.contains("quiet")};
    if (group.caps.size() > most_caps)
        throw std::out_of_range("group " + printable(group.name) + " has more than three budgets");
    if (const auto when = maybe<int>(json, "when_stale")) {
        if (*when < 0 || *when > static_cast<int>(WhenStale::Closed))
            throw std::out_of_range("when_stale is no known one");
        group.when_stale = static_cast<WhenStale>(*when);
    }
    return group;
}

JobSize size_of(const Json& json) {
    JobSize size{.least_nodes = maybe<std::uint64_t>(json, "least_nodes"),
                 .most_nodes = maybe<std::uint64_t>(json, "most_nodes"),
                 .tasks = maybe<std::uint64_t>(json, "tasks"),
                 .tasks_per_node = maybe<std::uint64_t>(json, "tasks_per_node"),
                 .cpus_per_task = maybe<std::uint64_t>(json, "cpus_per_task"),
                 .cpus = maybe<std::uint64_t>(json, "cpus"),
                 .named_nodes = maybe<std::uint64_t>(json, "named_nodes"),
                 .threads_per_core = maybe<std::uint64_t>(json, "threads_per_core"),
                 .gpus = maybe<std::uint64_t>(json, "gpus"),
                 .memory_mb_a_cpu = maybe<std::uint64_t>(json, "memory_mb_a_cpu"),
                 .memory_mb_a_gpu = maybe<std::uint64_t>(json, "memory_mb_a_gpu"),
                 .memory_mb_a_node = maybe<std::uint64_t>(json, "memory_mb_a_node"),
                 .time_limit = maybe_minutes(json, "minutes")};
    size.unlimited = json.contains("unlimited");
    size.spread = json.contains("spread");
    size.array_tasks = json.value("array_tasks", std::uint64_t{1});
    return size;
}

LiveJob job_of(const Json& json) {
    const auto gone = maybe<std::int64_t>(json, "gone");
    return {.job = json.at("job"),
            .array = json.value("array", std::uint32_t{0}),
            .user = json.value("user", std::string{}),
            .group = maybe<std::size_t>(json, "group"),
            .partitions = json.at("partitions"),
            .qos = json.value("qos", std::string{}),
            .size = size_of(json),
            .at_most = {json.at("at_most").get<std::int64_t>()},
            .stopped = json.contains("stopped"),
            .gone = gone.has_value(),
            .end = Time(seconds(gone.value_or(0)))};
}

// --- what there are many of, written without a tree in between ---

void put_text(std::string& out, std::string_view text) {
    const auto plain = [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; };
    if (std::ranges::all_of(text, plain))
        out.append("\"").append(text).append("\"");
    else
        out += Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

void put_value(std::string& out, std::string_view text) { put_text(out, text); }
void put_value(std::string& out, const Cap& cap);
void put_value(std::string& out, const BudgetGroup& group);
void put_value(std::string& out, const LiveJob& job);

template <std::integral Number>
void put_value(std::string& out, Number number) {
    const fmt::format_int digits(number);
    out.append(digits.data(), digits.size());
}

template <class Value>
void put_value(std::string& out, const std::vector<Value>& values) {
    char before = '[';
    for (const Value& value : values) {
        out += before;
        before = ',';
        put_value(out, value);
    }
    out += values.empty() ? "[]" : "]";
}

/// An object, field by field.
class Fields {
  public:
    explicit Fields(std::string& out) : out_(out) {}

    template <class Value>
    Fields& put(std::string_view name, const Value& value) {
        out_ += before_;
        before_ = ',';
        out_.append("\"").append(name).append("\":");
        put_value(out_, value);
        return *this;
    }
    template <class Value>
    Fields& put(std::string_view name, const std::optional<Value>& value) {
        return value ? put(name, *value) : *this;
    }
    /// Left out where it says nothing.
    template <class Value>
    Fields& put_unless(std::string_view name, const Value& value, const Value& usual) {
        return value == usual ? *this : put(name, value);
    }
    void put_flag(std::string_view name, bool value) {
        if (value)
            put(name, 1);
    }
    void end() { out_ += '}'; }

  private:
    std::string& out_;
    char before_ = '{';
};

void put_value(std::string& out, const Cap& cap) {
    Json thresholds = Json::array();
    for (const Threshold& threshold : cap.thresholds)
        thresholds.push_back(of(threshold));
    Fields fields(out);
    fields.put("name", cap.name).put("label", cap.label).put("limit", cap.limit.nanos);
    fields.put("used", cap.used.nanos).put("currency", cap.currency);
    fields.put("ends", cap.ends.time_since_epoch().count());
    out += ",\"thresholds\":" + thresholds.dump(-1, ' ', false, Json::error_handler_t::replace);
    fields.end();
}

void put_value(std::string& out, const BudgetGroup& group) {
    Fields fields(out);
    fields.put("name", group.name).put("accounts", group.accounts).put("caps", group.caps);
    fields.put_unless("may_exceed", group.may_exceed, {});
    if (group.when_stale)
        fields.put("when_stale", static_cast<int>(*group.when_stale));
    fields.put_flag("quiet", group.quiet);
    fields.end();
}

void put_size(Fields& fields, const JobSize& size) {
    fields.put("least_nodes", size.least_nodes).put("most_nodes", size.most_nodes);
    fields.put("tasks", size.tasks).put("tasks_per_node", size.tasks_per_node);
    fields.put("cpus_per_task", size.cpus_per_task).put("cpus", size.cpus);
    fields.put("named_nodes", size.named_nodes).put("threads_per_core", size.threads_per_core);
    fields.put("gpus", size.gpus).put("memory_mb_a_cpu", size.memory_mb_a_cpu);
    fields.put("memory_mb_a_gpu", size.memory_mb_a_gpu)
        .put("memory_mb_a_node", size.memory_mb_a_node);
    if (size.time_limit)
        fields.put("minutes", size.time_limit->count());
    fields.put_flag("unlimited", size.unlimited);
    fields.put_flag("spread", size.spread);
    fields.put_unless("array_tasks", size.array_tasks, std::uint64_t{1});
}

void put_value(std::string& out, const LiveJob& job) {
    Fields fields(out);
    fields.put("job", job.job).put_unless("array", job.array, std::uint32_t{0});
    fields.put_unless("user", job.user, {}).put("group", job.group);
    fields.put("partitions", job.partitions).put_unless("qos", job.qos, {});
    fields.put("at_most", job.at_most.nanos);
    put_size(fields, job.size);
    fields.put_flag("stopped", job.stopped);
    if (job.gone)
        fields.put("gone", job.end.time_since_epoch().count());
    fields.end();
}

// --- the whole ---

template <class Value>
Json list_of(const std::vector<Value>& values) {
    Json list = Json::array();
    for (const Value& value : values)
        list.push_back(of(value));
    return list;
}

template <class Value>
std::vector<Value> listed(const Json& json, const char* name, Value (*read)(const Json&)) {
    std::vector<Value> values;
    for (const Json& item : json.at(name))
        values.push_back(read(item));
    return values;
}

/// Places that lead nowhere would be read beyond an array's end.
void check_places(const BudgetSnapshot& snapshot) {
    for (const BudgetGroup& group : snapshot.groups)
        for (const std::size_t place : group.caps)
            if (place >= snapshot.caps.size())
                throw std::out_of_range("group " + printable(group.name) +
                                        " names a budget that is not there");
    for (const LiveJob& job : snapshot.jobs)
        if (job.group && *job.group >= snapshot.groups.size())
            throw std::out_of_range(fmt::format("job {} names a group that is not there", job.job));
}

BudgetSnapshot snapshot_of(const Json& json) {
    if (json.at("schema") != schema)
        throw std::invalid_argument("the schema is another one");
    BudgetSnapshot snapshot{.taken = time_of(json.at("taken")),
                            .partitions = listed(json, "partitions", partition_of),
                            .default_partition = json.value("default_partition", std::string{}),
                            .caps = listed(json, "caps", cap_of),
                            .groups = listed(json, "groups", group_of),
                            .holds = json.at("holds"),
                            .jobs = listed(json, "jobs", job_of)};
    for (const auto& [user, account] : json.at("default_accounts").items())
        snapshot.default_accounts.emplace_back(user, account.get<std::string>());
    if (const auto members = json.find("members"); members != json.end())
        for (const auto& [account, users] : members->items()) {
            snapshot.members.push_back({account, users.get<std::vector<std::string>>()});
            std::ranges::sort(snapshot.members.back().users);
        }
    check_places(snapshot);
    return snapshot;
}

} // namespace

std::string encode(const BudgetSnapshot& snapshot) {
    Json users = Json::object();
    for (const auto& [user, account] : snapshot.default_accounts)
        users[user] = account;
    Json members = Json::object();
    for (const Members& one : snapshot.members)
        members[one.account] = one.users;
    Json json{{"schema", schema},
              {"taken", of(snapshot.taken)},
              {"partitions", list_of(snapshot.partitions)},
              {"default_accounts", std::move(users)}};
    if (!snapshot.members.empty())
        json["members"] = std::move(members);
    if (!snapshot.default_partition.empty())
        json["default_partition"] = snapshot.default_partition;
    std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
    text.pop_back(); // the rest goes before its last brace
    const auto add = [&](std::string_view name, const auto& values) {
        text.append(",\"").append(name).append("\":");
        put_value(text, values);
    };
    add("caps", snapshot.caps);
    add("groups", snapshot.groups);
    add("holds", snapshot.holds);
    add("jobs", snapshot.jobs);
    return text + "}\n";
}

Result<BudgetSnapshot> decode_budgets(std::string_view text, std::string_view source) {
    try {
        return snapshot_of(Json::parse(text));
    } catch (const std::exception& error) {
        return fail(Code::C207, "{} is no budget snapshot: {}", printable(source, 4096),
                    printable(error.what(), 256));
    }
}

Result<void> write_budgets(const std::filesystem::path& file, const BudgetSnapshot& snapshot) {
    constexpr mode_t owner_alone = 0600;
    if (auto written = write_atomic(file, encode(snapshot), owner_alone); !written)
        return fail(Code::C207, "{}", written.error().message);
    return {};
}

Result<BudgetSnapshot> read_budgets(const std::filesystem::path& file) {
    const auto text = read_file(file, largest);
    if (!text)
        return fail(text.error().code == Code::X101 ? Code::X101 : Code::C207, "{}",
                    text.error().message);
    return decode_budgets(*text, file.native());
}

} // namespace fairlead::cost
