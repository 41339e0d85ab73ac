#include "submit/options.hpp"

#include "base/words.hpp"
#include "submit/moment.hpp"
#include "submit/releases.hpp"
#include "submit/slurm_values.hpp"

#include <algorithm>
#include <array>

namespace fairlead::submit {
namespace {

using Job = policy::JobRequest;

constexpr unsigned B = bit_of(Command::Sbatch), R = bit_of(Command::Srun),
                   A = bit_of(Command::Salloc), all = B | R | A;
constexpr std::array<std::string_view, 3> names{"sbatch", "srun", "salloc"};

std::unexpected<Error> bad(std::string_view value, std::string_view expected) {
    return fail(Code::A221, "is '{}'; expected {}", printable(value), expected);
}

template <auto Member>
Result<void> text(std::string_view value, Draft& draft) {
    if (value.empty())
        (draft.job.*Member).reset();
    else
        draft.job.*Member = std::string(value);
    return {};
}

template <auto Member>
Result<void> draft_text(std::string_view value, Draft& draft) {
    draft.*Member = std::string(value);
    return {};
}

template <auto Member>
Result<void> count(std::string_view value, Draft& draft) {
    const auto number = read_count(value);
    if (!number)
        return bad(value, "a whole number from 1");
    draft.job.*Member = number;
    return {};
}

template <auto Member>
Result<void> draft_count(std::string_view value, Draft& draft) {
    const auto number = read_count(value);
    if (!number)
        return bad(value, "a whole number from 1");
    draft.*Member = number;
    return {};
}

template <auto Member, bool Value>
Result<void> flag(std::string_view, Draft& draft) {
    draft.job.*Member = Value;
    return {};
}

template <auto Member>
Result<void> minutes(std::string_view value, Draft& draft) {
    const auto seconds = read_duration(value);
    if (!seconds)
        return bad(value, "minutes, 1:30:00, 2-12 or unlimited");
    draft.job.*Member = minutes_of(*seconds);
    return {};
}

template <auto Member>
Result<void> moment(std::string_view value, Draft& draft) {
    const auto seconds = read_moment(value, draft.now);
    if (!seconds)
        return bad(value, "a moment such as 2030-01-02T16:00, 16:00 or now+1hour");
    draft.job.*Member = seconds;
    return {};
}

Result<void> memory_value(std::string_view value, std::optional<std::uint64_t>& into) {
    const auto size = read_memory(value);
    if (!size)
        return bad(value, "a size such as 512M, 4G or 1T");
    into = size;
    return {};
}

/// The three memory options replace each other.
Result<void> memory(std::string_view value, Draft& draft) {
    draft.job.memory_per_cpu.reset();
    draft.job.memory_per_gpu.reset();
    auto done = memory_value(value, draft.job.memory);
    if (draft.job.memory == 0U)
        draft.job.memory = policy::unlimited;
    return done;
}

Result<void> memory_per_cpu(std::string_view value, Draft& draft) {
    draft.job.memory.reset();
    draft.job.memory_per_gpu.reset();
    return memory_value(value, draft.job.memory_per_cpu);
}

Result<void> memory_per_gpu(std::string_view value, Draft& draft) {
    draft.job.memory.reset();
    draft.job.memory_per_cpu.reset();
    return memory_value(value, draft.job.memory_per_gpu);
}

Result<void> spread(std::string_view, Draft& draft) {
    draft.job.spread = true;
    return {};
}

Result<void> nodes(std::string_view value, Draft& draft) {
    const auto ends = read_nodes(value);
    if (!ends)
        return bad(value, "a number of nodes such as 4 or 2-4");
    draft.job.least_nodes.reset();
    draft.job.most_nodes.reset();
    if (ends->least > 0)
        draft.job.least_nodes = ends->least;
    if (ends->most > 0)
        draft.job.most_nodes = ends->most;
    return {};
}

Result<void> node_list(std::string_view value, Draft& draft) {
    const bool is_file = value.contains('/');
    draft.job.node_list.reset();
    draft.node_file.reset();
    if (is_file)
        draft.node_file = std::string(value);
    else if (!value.empty())
        draft.job.node_list = std::string(value);
    return {};
}

Result<void> exclusive(std::string_view value, Draft& draft) {
    constexpr std::array<std::string_view, 5> words{"allocation", "user", "mcs", "topo",
                                                    "exclusive"};
    const bool alone = value.empty() || value == "allocation" || value == "exclusive";
    if (!alone && std::ranges::find(words, value) == words.end())
        return bad(value, "nothing, user, mcs or topo");
    draft.job.exclusive = alone;
    return {};
}

Result<void> switches(std::string_view value, Draft& draft) {
    const std::size_t at = value.find('@');
    const auto number = read_count(value.substr(0, at));
    if (!number)
        return bad(value, "a number of switches, with a time behind @ or without");
    draft.job.switches = number;
    if (at == std::string_view::npos)
        return {};
    // Slurm's commands take a time that they cannot read for none (seen on 22.05 and 24.11).
    const auto wait = read_duration(value.substr(at + 1));
    if (wait && *wait != policy::unlimited)
        draft.job.switch_wait = static_cast<std::uint32_t>(*wait);
    return {};
}

Result<void> switch_wait(std::string_view value, Draft& draft) {
    const auto wait = read_duration(value);
    if (wait && *wait != policy::unlimited)
        draft.job.switch_wait = static_cast<std::uint32_t>(*wait);
    return {};
}

Result<void> array(std::string_view value, Draft& draft) {
    const auto tasks = read_array(value);
    if (!tasks)
        return bad(value, "indexes such as 0-9%2 or 1,3,5-10:2");
    draft.job.array_size = tasks;
    return {};
}

Result<void> mail_type(std::string_view value, Draft& draft) {
    const auto types = read_mail_types(value);
    if (!types)
        return bad(value, "words such as BEGIN,END,FAIL or ALL");
    return text<&Job::mail_type>(*types, draft);
}

Result<void> hint(std::string_view value, Draft& draft) {
    constexpr std::array<std::string_view, 5> words{"compute_bound", "memory_bound",
                                                    "nomultithread", "multithread", "help"};
    if (std::ranges::find(words, value) == words.end())
        return bad(value, "compute_bound, memory_bound, multithread or nomultithread");
    if (!value.starts_with("multi") && value != "help" && !draft.job.threads_per_core)
        draft.job.threads_per_core = 1;
    return {};
}

/// SOCKETS[:CORES[:THREADS]], each a number or *.
Result<void> extra_node_info(std::string_view value, Draft& draft) {
    const auto parts = split(value, ':');
    std::array<std::optional<std::uint32_t>, 3> numbers{};
    if (parts.size() > numbers.size())
        return bad(value, "SOCKETS:CORES:THREADS");
    std::uint32_t tasks = 1;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        numbers.at(i) = read_count(parts[i]);
        if (!numbers.at(i) && parts[i] != "*")
            return bad(value, "SOCKETS:CORES:THREADS");
        tasks *= numbers.at(i).value_or(1);
    }
    draft.job.sockets_per_node = numbers[0];
    draft.job.cores_per_socket = numbers[1];
    if (numbers[2])
        draft.job.threads_per_core = numbers[2];
    draft.tasks_of_geometry = tasks;
    return {};
}

Result<void> gpus(std::string_view value, std::string& list) {
    list.clear();
    for (const std::string_view part : split(value, ',')) {
        const bool bare = part.find_first_not_of("0123456789") == std::string_view::npos;
        if (part.empty())
            return bad(value, "GPUs such as 2 or a100:2");
        list += fmt::format("{}gpu:{}", list.empty() ? "" : ",", part);
        if (!bare && part.starts_with("gpu:"))
            return bad(value, "GPUs such as 2 or a100:2, without gpu: before them");
    }
    return {};
}

template <auto List>
Result<void> gpus_of(std::string_view value, Draft& draft) {
    return gpus(value, draft.tres.*List);
}

Result<void> gres(std::string_view value, Draft& draft) {
    draft.gres = value == "none" ? std::string{} : std::string(value);
    return {};
}

Result<void> tres_per_task(std::string_view value, Draft& draft) {
    draft.tres.task = std::string(value);
    for (const std::string_view part : split(value, ','))
        if (part.starts_with("cpu:") || part.starts_with("cpu="))
            if (auto done = count<&Job::cpus_per_task>(part.substr(4), draft); !done)
                return done;
    return {};
}

Result<void> nice(std::string_view value, Draft& draft) {
    constexpr std::uint32_t usual = 100;
    draft.job.nice.reset();
    if (value.empty())
        draft.job.nice = usual;
    else if (const auto number = read_count(value))
        draft.job.nice = number;
    else if (value != "0" && !(value.starts_with('-') && read_count(value.substr(1))))
        return bad(value, "a whole number");
    return {};
}

Result<void> hold(std::string_view, Draft& draft) {
    draft.job.priority = 0;
    return {};
}

Result<void> priority(std::string_view value, Draft& draft) {
    const auto number = read_count(value);
    if (!number && value != "TOP" && value != "0")
        return bad(value, "a whole number or TOP");
    if (number || value == "0")
        draft.job.priority = number.value_or(0);
    return {};
}

template <std::size_t Index>
Result<void> fabric(std::string_view value, Draft& draft) {
    return config::fabric_options()[Index].take(value, draft.fabric);
}

constexpr Option plain(std::string_view name, char letter, Takes takes, unsigned commands,
                       std::uint32_t since = 0) {
    return {name, letter, takes, commands, nullptr, since};
}

constexpr auto nothing = Takes::Nothing;
constexpr auto value = Takes::Value;
constexpr auto maybe = Takes::ValueOrNothing;

constexpr std::array table{
    Option{"account", 'A', value, all, text<&Job::account>},
    plain("accel-bind", 0, value, R),
    plain("acctg-freq", 0, value, all),
    Option{"array", 'a', value, B, array},
    plain("async", 0, nothing, R, in_26_05),
    plain("autocomplete", 0, value, all, in_24_11),
    plain("batch", 0, value, B),
    Option{"bb", 0, value, all, text<&Job::burst_buffer>},
    plain("bbf", 0, value, all),
    plain("bcast", 0, maybe, R),
    plain("bcast-exclude", 0, value, R),
    Option{"begin", 'b', value, all, moment<&Job::begin_time>},
    plain("bell", 0, nothing, A),
    Option{"chdir", 'D', value, all, draft_text<&Draft::chdir>},
    plain("cluster-constraint", 0, value, all),
    plain("clusters", 'M', value, all),
    Option{"comment", 0, value, all, text<&Job::comment>},
    plain("compress", 0, maybe, R),
    plain("consolidate-segments", 0, nothing, all, in_26_05),
    Option{"constraint", 'C', value, all, text<&Job::features>},
    Option{"container", 0, value, all, text<&Job::container>},
    plain("container-id", 0, value, all, in_24_11),
    plain("container-type", 0, value, all, in_26_05),
    plain("context", 0, value, all),
    Option{"contiguous", 0, nothing, all, flag<&Job::contiguous, true>},
    plain("core-spec", 'S', value, all),
    Option{"cores-per-socket", 0, value, all, count<&Job::cores_per_socket>},
    plain("cpu-bind", 0, value, R),
    plain("cpu-freq", 0, value, all),
    Option{"cpus-per-gpu", 0, value, all, draft_count<&Draft::cpus_per_gpu>},
    Option{"cpus-per-task", 'c', value, all, count<&Job::cpus_per_task>},
    Option{"deadline", 0, value, all, moment<&Job::deadline>},
    plain("debugger-test", 0, nothing, R),
    plain("delay-boot", 0, value, all),
    Option{"dependency", 'd', value, all, text<&Job::dependency>},
    plain("disable-status", 'X', nothing, R),
    plain("distribution", 'm', value, all),
    plain("epilog", 0, value, R),
    plain("error", 'e', value, B | R),
    plain("exact", 0, nothing, R),
    Option{"exclude", 'x', value, all, text<&Job::exclude>},
    Option{"exclusive", 0, maybe, all, exclusive},
    Option{"export", 0, value, B | R, draft_text<&Draft::export_names>},
    plain("export-file", 0, value, B),
    plain("external", 0, nothing, B, in_26_05),
    plain("external-launcher", 0, maybe, R, in_24_11),
    Option{"extra", 0, value, all, text<&Job::extra>, in_24_11},
    Option{"extra-node-info", 'B', value, all, extra_node_info},
    plain("get-user-env", 0, maybe, B | A),
    plain("gid", 0, value, all),
    plain("gpu-bind", 0, value, all),
    plain("gpu-freq", 0, value, all),
    Option{"gpus", 'G', value, all, gpus_of<&TresLists::job>},
    Option{"gpus-per-node", 0, value, all, gpus_of<&TresLists::node>},
    Option{"gpus-per-socket", 0, value, all, gpus_of<&TresLists::socket>},
    Option{"gpus-per-task", 0, value, all, gpus_of<&TresLists::task>},
    Option{"gres", 0, value, all, gres},
    plain("gres-flags", 0, value, all),
    plain("help", 'h', nothing, all),
    plain("het-group", 0, value, R),
    Option{"hint", 0, value, all, hint},
    Option{"hold", 'H', nothing, all, hold},
    plain("ignore-pbs", 0, nothing, B),
    plain("ignore-signals", 0, value, R, in_26_05),
    plain("immediate", 'I', maybe, R | A),
    plain("input", 'i', value, B | R),
    plain("interactive", 0, nothing, R),
    Option{"job-name", 'J', value, all, text<&Job::job_name>},
    plain("jobid", 0, value, R),
    plain("kill-command", 'K', maybe, A),
    plain("kill-on-bad-exit", 'K', maybe, R),
    plain("kill-on-invalid-dep", 0, value, B),
    plain("label", 'l', nothing, R),
    Option{"licenses", 'L', value, all, text<&Job::licenses>},
    Option{"mail-type", 0, value, all, mail_type},
    Option{"mail-user", 0, value, all, text<&Job::mail_user>},
    plain("mcs-label", 0, value, all),
    Option{"mem", 0, value, all, memory},
    plain("mem-bind", 0, value, all),
    Option{"mem-per-cpu", 0, value, all, memory_per_cpu},
    Option{"mem-per-gpu", 0, value, all, memory_per_gpu},
    plain("mem-update", 0, value, all, in_26_05),
    Option{"mincpus", 0, value, all, count<&Job::cpus_per_node>},
    plain("mpi", 0, value, R),
    plain("msg-timeout", 0, value, R),
    plain("multi-prog", 0, nothing, R),
    Option{"network", 0, value, all, text<&Job::network>},
    Option{"nice", 0, maybe, all, nice},
    plain("no-allocate", 'Z', nothing, R),
    plain("no-bell", 0, nothing, A),
    plain("no-kill", 'k', maybe, all),
    Option{"no-requeue", 0, nothing, B, flag<&Job::requeue, false>},
    plain("no-shell", 0, nothing, A),
    Option{"nodefile", 'F', value, all, draft_text<&Draft::node_file>},
    Option{"nodelist", 'w', value, all, node_list},
    Option{"nodes", 'N', value, all, nodes},
    Option{"ntasks", 'n', value, all, count<&Job::tasks>},
    plain("ntasks-per-core", 0, value, all),
    Option{"ntasks-per-gpu", 0, value, all, count<&Job::tasks_per_gpu>},
    Option{"ntasks-per-node", 0, value, all, count<&Job::tasks_per_node>},
    plain("ntasks-per-socket", 0, value, all),
    Option{"ntasks-per-tres", 0, value, all, count<&Job::tasks_per_gpu>},
    plain("oom-kill-step", 0, maybe, all, in_24_11),
    plain("open-mode", 0, value, B | R),
    plain("output", 'o', value, B | R),
    Option{"overcommit", 'O', nothing, all, flag<&Job::overcommit, true>},
    plain("overlap", 0, maybe, R),
    Option{"oversubscribe", 's', nothing, all, flag<&Job::exclusive, false>},
    plain("pack-group", 0, value, R),
    plain("parsable", 0, nothing, B),
    Option{"partition", 'p', value, all, text<&Job::partition>},
    plain("power", 0, value, all),
    plain("prefer", 0, value, all),
    plain("preserve-env", 'E', nothing, R),
    Option{"priority", 0, value, all, priority},
    plain("profile", 0, value, all),
    plain("prolog", 0, value, R),
    plain("propagate", 0, maybe, B | R),
    plain("pty", 0, maybe, R),
    Option{"qos", 'q', value, all, text<&Job::qos>},
    plain("quiet", 'Q', nothing, all),
    plain("quit-on-interrupt", 0, nothing, R),
    plain("reboot", 0, nothing, all),
    plain("relative", 'r', value, R),
    Option{"requeue", 0, maybe, B, flag<&Job::requeue, true>},
    Option{"reservation", 0, value, all, text<&Job::reservation>},
    plain("resources", 0, value, all, in_26_05),
    plain("resv-ports", 0, maybe, R),
    plain("resv-ports", 0, maybe, B | A, in_24_11),
    plain("segment", 0, value, all, in_24_11),
    plain("send-libs", 0, maybe, R),
    plain("signal", 0, value, all),
    plain("slurmd-debug", 0, value, R),
    Option{"sockets-per-node", 0, value, all, count<&Job::sockets_per_node>},
    Option{"spread-job", 0, nothing, all, spread},
    plain("spread-segments", 0, nothing, all, in_26_05),
    plain("stepmgr", 0, nothing, all, in_24_11),
    Option{"switches", 0, value, all, switches},
    plain("task-epilog", 0, value, R),
    plain("task-prolog", 0, value, R),
    plain("test-only", 0, nothing, B | R),
    plain("thread-spec", 0, value, all),
    plain("threads", 'T', value, R),
    Option{"threads-per-core", 0, value, all, count<&Job::threads_per_core>},
    Option{"time", 't', value, all, minutes<&Job::time_limit>},
    Option{"time-min", 0, value, all, minutes<&Job::time_min>},
    plain("tmp", 0, value, all),
    plain("treewidth", 0, value, R, in_24_11),
    plain("tres-bind", 0, value, all, in_24_11),
    Option{"tres-per-task", 0, value, all, tres_per_task, in_24_11},
    plain("uid", 0, value, all),
    plain("unbuffered", 'u', nothing, R),
    plain("usage", 0, nothing, all),
    plain("use-min-nodes", 0, nothing, all),
    plain("verbose", 'v', nothing, all),
    plain("version", 'V', nothing, all),
    plain("wait", 'W', nothing, B),
    plain("wait", 'W', value, R),
    plain("wait-all-nodes", 0, value, B | A),
    plain("wait-for-children", 0, nothing, R, in_26_05),
    Option{"wckey", 0, value, all, text<&Job::wckey>},
    plain("whole", 0, nothing, R),
    plain("wrap", 0, value, B), // read on its own
    plain("x11", 0, maybe, R | A),
    // In the order of config::fabric_options().
    Option{"efa", 0, maybe, all, fabric<0>},
    Option{"efa-interfaces", 0, value, all, fabric<1>},
    Option{"placement", 0, value, all, fabric<2>},
    Option{"max-layer", 0, value, all, fabric<3>},
    Option{"same-az", 0, maybe, all, fabric<4>},
    plain("efa-pin", 0, maybe, all),
    // No option, but what SBATCH_WAIT4SWITCH and its like set.
    Option{"", 0, value, all, switch_wait},
};

constexpr std::array aliases{
    Alias{"tasks-per-node", "ntasks-per-node"},
    Alias{"cluster", "clusters"},
    Alias{"cpu_bind", "cpu-bind"},
};

} // namespace

std::string_view name_of(Command command) { return names.at(static_cast<std::size_t>(command)); }

std::optional<Command> command_named(std::string_view program) {
    const auto found = std::ranges::find(names, program.substr(program.rfind('/') + 1));
    if (found == names.end())
        return std::nullopt;
    return static_cast<Command>(found - names.begin());
}

std::span<const Option> all_options() { return table; }

std::span<const Alias> all_aliases() { return aliases; }

const Option* find_option(std::string_view name, Command command) {
    const auto found = std::ranges::find_if(table, [&](const Option& option) {
        return option.name == name && (option.commands & bit_of(command)) != 0;
    });
    return found == table.end() ? nullptr : &*found;
}

const Option* find_option(char letter, Command command) {
    const auto found = std::ranges::find_if(table, [&](const Option& option) {
        return option.letter == letter && (option.commands & bit_of(command)) != 0;
    });
    return found == table.end() ? nullptr : &*found;
}

} // namespace fairlead::submit
