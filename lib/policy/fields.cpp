#include "policy/fields.hpp"

#include "base/words.hpp"
#include "policy/sizes.hpp"

#include <algorithm>
#include <array>
#include <fmt/ranges.h>
#include <vector>

namespace fairlead::policy {
namespace {

using Q = JobRequest;
using P = JobPatch;
constexpr std::monostate fixed{};
constexpr std::string_view constraint = "&|,[]()*", commas = ",";

constexpr FieldEntry text(std::string_view name, Member<Q> of, Member<P> to,
                          std::string_view meaning) {
    return {.name = name, .kind = Kind::Text, .request = of, .patch = to, .meaning = meaning};
}

constexpr FieldEntry caseless(std::string_view name, Member<Q> of, Member<P> to,
                              std::string_view meaning) {
    FieldEntry entry = text(name, of, to, meaning);
    entry.caseless = true;
    return entry;
}

constexpr FieldEntry words(std::string_view name, std::string_view separators, Member<Q> of,
                           Member<P> to, std::string_view meaning) {
    return {.name = name,
            .kind = Kind::Words,
            .separators = separators,
            .request = of,
            .patch = to,
            .meaning = meaning};
}

/// 22.05 parts licenses at ',' and ';', 26.05 also at '|'; it also takes '=' before a count and '('
/// before nodes.
constexpr FieldEntry license_words() {
    FieldEntry entry = words("licenses", ",;|", &Q::licenses, &P::licenses, "-L");
    entry.ends = ":=@(";
    return entry;
}

constexpr FieldEntry number(std::string_view name, Unit unit, Member<Q> of, Member<P> to,
                            std::string_view meaning) {
    return {.name = name,
            .kind = Kind::Number,
            .unit = unit,
            .request = of,
            .patch = to,
            .meaning = meaning};
}

constexpr FieldEntry flag(std::string_view name, Member<Q> of, Member<P> to,
                          std::string_view meaning) {
    return {.name = name, .kind = Kind::Flag, .request = of, .patch = to, .meaning = meaning};
}

constexpr FieldEntry special(std::string_view name, Kind kind, Special special,
                             std::string_view meaning, std::string_view update = {}) {
    return {.name = name, .kind = kind, .special = special, .meaning = meaning, .update = update};
}

/// A number of the request that more than one field of an update makes.
constexpr FieldEntry size(FieldEntry entry, Special special, std::string_view update) {
    entry.special = special;
    entry.update = update;
    return entry;
}

/// From 24.11 on a job may name several.
constexpr FieldEntry qos_words() {
    FieldEntry entry = words("qos", commas, &Q::qos, &P::qos, "-q");
    entry.ends = "";
    entry.caseless = true;
    return entry;
}

constexpr std::string_view whole_nodes = "NumNodes=MIN-MAX";
constexpr std::string_view whole_tres = "TresPerJob, TresPerNode, TresPerSocket and TresPerTask, "
                                        "with NumNodes=MIN-MAX and NumTasks";

constexpr std::array table{
    words("partition", commas, &Q::partition, &P::partition, "-p"),
    caseless("account", &Q::account, &P::account, "-A"),
    text("user", &Q::user, fixed, "name of the user"),
    special("group", Kind::Words, Special::Groups, "Unix groups of the user"),
    qos_words(),
    words("reservation", commas, &Q::reservation, &P::reservation, "--reservation"),
    words("features", constraint, &Q::features, &P::features, "-C"),
    license_words(),
    caseless("wckey", &Q::wckey, &P::wckey, "--wckey"),
    text("job_name", &Q::job_name, fixed, "-J"),
    text("comment", &Q::comment, &P::comment, "--comment"),
    text("admin_comment", &Q::admin_comment, &P::admin_comment, "a comment of operators"),
    text("mail_user", &Q::mail_user, &P::mail_user, "--mail-user"),
    words("mail_type", commas, &Q::mail_type, fixed, "--mail-type"),
    text("work_dir", &Q::work_dir, fixed, "-D"),
    text("script", &Q::script, fixed, "text of the batch script"),
    text("node_list", &Q::node_list, fixed, "-w"),
    text("exclude", &Q::exclude, fixed, "-x"),
    text("dependency", &Q::dependency, fixed, "-d"),
    text("submit_host", &Q::submit_host, fixed, "where the command ran"),
    text("container", &Q::container, fixed, "--container"),
    text("network", &Q::network, fixed, "--network"),
    text("burst_buffer", &Q::burst_buffer, fixed, "--bb"),
    text("extra", &Q::extra, fixed, "--extra"),
    text("script_args", &Q::script_args, fixed, "what follows the script"),
    special("gpu_type", Kind::Words, Special::GpuType, "the type in --gpus=TYPE:N and the like",
            whole_tres),
    special("environment", Kind::Text, Special::Environment, "environment.NAME, of sbatch alone"),
    special("nodes", Kind::Number, Special::Nodes, "-N, its upper end", whole_nodes),
    number("least_nodes", {}, &Q::least_nodes, &P::least_nodes, "-N, its lower end"),
    number("most_nodes", {}, &Q::most_nodes, &P::most_nodes, "-N, its upper end"),
    size(number("tasks", {}, &Q::tasks, &P::tasks, "-n"), Special::Tasks,
         "NumTasks, with no GPUs or sockets, and no nodes but NumNodes=1-1"),
    number("tasks_per_node", {}, &Q::tasks_per_node, fixed, "--ntasks-per-node"),
    size(number("cpus", {}, &Q::cpus, fixed, "CPUs of the whole job"), Special::Cpus,
         "NumCPUs, NumTasks, CPUsPerTask=1, MinCPUsNode, CpusPerTres= and NumNodes=1-1"),
    number("cpus_per_task", {}, &Q::cpus_per_task, &P::cpus_per_task, "-c"),
    number("threads_per_core", {}, &Q::threads_per_core, &P::threads_per_core,
           "--threads-per-core"),
    size(number("memory", Unit::Mebibytes, &Q::memory, &P::memory,
                "--mem, or what --mem-per-cpu and --mem-per-gpu come to on a node at most"),
         Special::Memory, "MinMemoryNode and MemPerTres"),
    size(number("memory_per_cpu", Unit::Mebibytes, &Q::memory_per_cpu, fixed, "--mem-per-cpu"),
         Special::MemoryPerCpu, "MinMemoryCPU or MinMemoryNode"),
    number("memory_per_gpu", Unit::Mebibytes, &Q::memory_per_gpu, fixed, "--mem-per-gpu"),
    number("time_limit", Unit::Minutes, &Q::time_limit, &P::time_limit, "-t"),
    number("time_min", Unit::Minutes, &Q::time_min, fixed, "--time-min"),
    number("begin_time", Unit::Moment, &Q::begin_time, &P::begin_time, "-b"),
    number("deadline", Unit::Moment, &Q::deadline, fixed, "--deadline"),
    number("priority", {}, &Q::priority, fixed, "--priority, 0 with --hold"),
    number("nice", {}, &Q::nice, fixed, "--nice, where it lowers the priority"),
    number("het_component", {}, &Q::het_component, fixed, "of a heterogeneous job, from 0"),
    number("array_size", {}, &Q::array_size, fixed, "tasks of --array"),
    special("gpus", Kind::Number, Special::Gpus, "GPUs of the whole job, at most", whole_tres),
    special("cpus_per_gpu", Kind::Number, Special::CpusPerGpu, "cpus through gpus, rounded up",
            "all that cpus and gpus are of"),
    special("tres", Kind::Number, Special::Tres, "tres.gres/NAME or tres.gres/NAME:TYPE",
            whole_tres),
    flag("exclusive", &Q::exclusive, &P::exclusive, "--exclusive"),
    flag("interactive", &Q::interactive, fixed, "srun or salloc, no script"),
    flag("requeue", &Q::requeue, &P::requeue, "--requeue"),
    flag("contiguous", &Q::contiguous, fixed, "--contiguous"),
    flag("overcommit", &Q::overcommit, fixed, "-O"),
    special("modify", Kind::Flag, Special::Modify, "an update, not a submission"),
};
static_assert(table.size() <= 64, "each field has a bit in View::doubtful");

template <class To>
struct Read {
    template <class Value>
    static std::optional<To> from(const Value& value) {
        if constexpr (requires { static_cast<To>(*value); })
            if (value)
                return static_cast<To>(*value);
        return std::nullopt;
    }
};

/// The member of a job as `To`; nothing where it is none, unset or of another kind.
template <class To, class Job>
std::optional<To> member(const Job& job, const Member<Job>& of) {
    return std::visit(
        [&](auto pointer) -> std::optional<To> {
            if constexpr (std::is_same_v<decltype(pointer), std::monostate>)
                return std::nullopt;
            else
                return Read<To>::from(job.*pointer);
        },
        of);
}

template <class To>
std::optional<To> patched(const View& view, const FieldEntry& field) {
    if (const auto changed = member<To>(view.patch, field.patch))
        return changed;
    return member<To>(view.request, field.request);
}

std::optional<std::string_view> variable(const JobRequest& request, std::string_view name) {
    for (const char* entry : request.environment) {
        const std::string_view text = entry ? entry : "";
        if (text.size() > name.size() && text[name.size()] == '=' && text.starts_with(name))
            return text.substr(name.size() + 1);
    }
    return std::nullopt;
}

std::optional<std::string_view> raw_text(const View& view, const FieldRef& ref) {
    if (ref.field->special == Special::Environment)
        return variable(view.request, ref.key);
    return patched<std::string_view>(view, *ref.field);
}

} // namespace

std::span<const FieldEntry> all_fields() { return table; }

const FieldEntry* find_field(std::string_view name) {
    const auto* found = std::ranges::find(table, name, &FieldEntry::name);
    return found == table.end() ? nullptr : found;
}

bool writable(const FieldEntry& field) { return field.patch.index() != 0; }

bool appendable(const FieldEntry& field) {
    return writable(field) && (field.name == "features" || field.name == "licenses" ||
                               field.name.ends_with("comment"));
}

std::string FieldRef::name() const {
    std::string whole(field->name);
    if (!key.empty())
        whole += "." + key;
    if (!type.empty())
        whole += ":" + type;
    return whole;
}

std::optional<std::uint64_t> number_of(const View& view, const FieldRef& ref) {
    switch (ref.field->special) {
    case Special::Nodes:
        return nodes_of(view);
    case Special::Gpus:
        return count_of(view.request, gpu, {});
    case Special::CpusPerGpu:
        return cpus_for_each_gpu(view.request);
    case Special::Tres:
        return count_of(view.request, ref.key, ref.type);
    case Special::Memory:
        return memory_of_node(view);
    default:
        return patched<std::uint64_t>(view, *ref.field);
    }
}

std::optional<bool> flag_of(const View& view, const FieldRef& ref) {
    if (ref.field->special == Special::Modify)
        return view.request.modify;
    return patched<bool>(view, *ref.field);
}

std::optional<std::string_view> text_of(const View& view, const FieldRef& ref) {
    const auto text = raw_text(view, ref);
    if (!text && ref.field->name == "partition" && !view.request.modify)
        return view.request.default_partition;
    const bool variable = ref.field->special == Special::Environment; // may be set and empty
    return text && text->empty() && !variable ? std::nullopt : text;
}

bool is_of_caller(const FieldRef& ref) {
    return ref.field->special == Special::Groups || ref.field->name == "user";
}

std::string folded(const FieldEntry& field, std::string_view text) {
    std::string result(text);
    if (field.caseless)
        for (char& c : result)
            c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return result;
}

bool is_set(const View& view, const FieldRef& ref) {
    switch (ref.field->kind) {
    case Kind::Number:
        return number_of(view, ref).has_value();
    case Kind::Flag:
        return flag_of(view, ref).has_value();
    case Kind::Text:
        return text_of(view, ref).has_value();
    case Kind::Words:
        if (ref.field->special == Special::None && ref.field->name != "licenses")
            return raw_text(view, ref).value_or("").find_first_not_of(ref.field->separators) !=
                   std::string_view::npos;
        break;
    }
    return any_word(view, ref, [](std::string_view) { return true; });
}

std::uint64_t bit_of(const FieldEntry& field) {
    return std::uint64_t{1} << static_cast<unsigned>(&field - table.data());
}

bool is_known(const View& view, const FieldRef& ref) {
    if (is_of_caller(ref))
        return view.request.caller_known;
    if (!view.request.modify || ref.field->special == Special::Modify)
        return true;
    if (const auto knows = knows_size(view, *ref.field))
        return *knows;
    return !(view.doubtful & bit_of(*ref.field)) && (is_set(view, ref) || raw_text(view, ref));
}

bool is_asked(const View& view, const FieldRef& ref) {
    if (is_of_caller(ref) || ref.field->special == Special::Modify)
        return false;
    if (const auto asks = asks_size(view, *ref.field))
        return *asks;
    return (view.doubtful & bit_of(*ref.field)) || is_set(view, ref) || raw_text(view, ref);
}

std::string shown(const View& view, const FieldRef& ref) {
    constexpr std::size_t longest = 256;
    if (ref.field->kind == Kind::Number) {
        const auto number = number_of(view, ref);
        return number ? show_quantity(*number, ref.field->unit) : std::string{};
    }
    if (ref.field->kind == Kind::Flag) {
        const auto flag = flag_of(view, ref);
        return flag ? (*flag ? "true" : "false") : "";
    }
    if (const auto text = text_of(view, ref))
        return printable(*text, longest);
    std::string words;
    any_word(view, ref, [&](std::string_view word) {
        words += words.empty() ? "" : ",";
        words += word;
        return false;
    });
    return printable(words, longest);
}

} // namespace fairlead::policy
