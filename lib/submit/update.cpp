#include "submit/update.hpp"

#include "base/words.hpp"
#include "submit/command_line.hpp"
#include "submit/derived.hpp"
#include "submit/generic.hpp"
#include "submit/longest.hpp"
#include "submit/releases.hpp"
#include "submit/slurm_values.hpp"

#include <algorithm>
#include <array>

namespace fairlead::submit {
namespace {

/// A field of scontrol and the option that means the same.
struct UpdateField {
    std::string_view name, option;
};

constexpr std::array fields{
    UpdateField{"account", "account"},
    UpdateField{"burstbuffer", "bb"},
    UpdateField{"comment", "comment"},
    UpdateField{"contiguous", "contiguous"},
    UpdateField{"cpuspertask", "cpus-per-task"},
    UpdateField{"deadline", "deadline"},
    UpdateField{"dependency", "dependency"},
    UpdateField{"excnodelist", "exclude"},
    UpdateField{"eligibletime", "begin"},
    UpdateField{"extra", "extra"},
    UpdateField{"features", "constraint"},
    UpdateField{"gres", "gres"},
    UpdateField{"jobname", "job-name"},
    UpdateField{"licenses", "licenses"},
    UpdateField{"mailtype", "mail-type"},
    UpdateField{"mailuser", "mail-user"},
    UpdateField{"mincpusnode", "mincpus"},
    UpdateField{"minmemorycpu", "mem-per-cpu"},
    UpdateField{"minmemorynode", "mem"},
    UpdateField{"name", "job-name"},
    UpdateField{"network", "network"},
    UpdateField{"nice", "nice"},
    UpdateField{"nodelist", "nodelist"},
    UpdateField{"numnodes", "nodes"},
    UpdateField{"numtasks", "ntasks"},
    UpdateField{"oversubscribe", "oversubscribe"},
    UpdateField{"partition", "partition"},
    UpdateField{"priority", "priority"},
    UpdateField{"qos", "qos"},
    UpdateField{"reqcores", "cores-per-socket"},
    UpdateField{"reqnodelist", "nodelist"},
    UpdateField{"reqnodes", "nodes"},
    UpdateField{"reqprocs", "ntasks"},
    UpdateField{"reqsockets", "sockets-per-node"},
    UpdateField{"reqthreads", "threads-per-core"},
    UpdateField{"requeue", "requeue"},
    UpdateField{"reservation", "reservation"},
    UpdateField{"reservationname", "reservation"},
    UpdateField{"shared", "oversubscribe"},
    UpdateField{"starttime", "begin"},
    UpdateField{"switches", "switches"},
    UpdateField{"taskspernode", "ntasks-per-node"},
    UpdateField{"timelimit", "time"},
    UpdateField{"timemin", "time-min"},
    UpdateField{"wckey", "wckey"},
};

/// What names the job, and what is no matter of rules.
constexpr std::array<std::string_view, 28> silent{
    "job",     "jobid",           "update",          "id",         "arraytaskthrottle",
    "batch",   "clusters",        "clusterfeatures", "corespec",   "delayboot",
    "endtime", "mcslabel",        "mintmpdisknode",  "power",      "prefer",
    "reboot",  "resetaccruetime", "resvports",       "sitefactor", "stderr",
    "stdin",   "stdout",          "threadspec",      "tresbind",   "tresfreq",
    "userid",  "batchfeatures",   "burstbufferstate"};

/// An update while it is read.
struct Words {
    Draft draft{};
    std::vector<std::string_view> removed{}; ///< options whose text is taken away
    NamedLists lists{};
    std::uint32_t slurm = 0; ///< its release
    bool releases = false;   ///< ends a hold
};

/// A field of scontrol that no option is like.
struct OwnField {
    std::string_view name;
    Result<void> (*take)(std::string_view value, Words& words);
};

Result<void> take_cpus(std::string_view value, Words& words) {
    const auto number = read_count(value.substr(0, value.find('-')));
    if (!number)
        return fail(Code::A221, "is '{}'; expected a whole number from 1", printable(value));
    words.draft.job.cpus = *number;
    words.draft.job.names_cpus = true;
    return {};
}

Result<void> take_cpus_for_a_gpu(std::string_view value, Words& words) {
    words.draft.job.names_cpus_for_a_gpu = true;
    words.draft.job.cpus_for_a_gpu = for_each_gpu(value);
    return {};
}

Result<void> take_memory_for_a_gpu(std::string_view value, Words& words) {
    words.draft.job.names_memory_for_a_gpu = true;
    words.draft.job.memory_per_gpu = for_each_gpu(value);
    return {};
}

template <auto List, auto Named>
Result<void> take_list(std::string_view value, Words& words) {
    words.draft.tres.*List = std::string(value);
    words.lists.*Named = true;
    return {};
}

Result<void> take_admin_comment(std::string_view value, Words& words) {
    words.draft.job.admin_comment = value;
    return {};
}

Result<void> take_folder(std::string_view value, Words& words) {
    words.draft.job.work_dir = normal_path(value);
    return {};
}

constexpr std::array own_fields{
    OwnField{"admincomment", take_admin_comment},
    OwnField{"cpuspertres", take_cpus_for_a_gpu},
    OwnField{"mempertres", take_memory_for_a_gpu},
    OwnField{"numcpus", take_cpus},
    OwnField{"tresperjob", take_list<&TresLists::job, &NamedLists::job>},
    OwnField{"trespernode", take_list<&TresLists::node, &NamedLists::node>},
    OwnField{"trespersocket", take_list<&TresLists::socket, &NamedLists::socket>},
    OwnField{"trespertask", take_list<&TresLists::task, &NamedLists::task>},
    OwnField{"workdir", take_folder},
};

Result<const Option*> option_of(std::string_view name) {
    const auto found = std::ranges::find(fields, name, &UpdateField::name);
    if (found != fields.end())
        return find_option(found->option, Command::Sbatch);
    std::vector<std::string_view> known;
    for (const UpdateField& field : fields)
        known.push_back(field.name);
    for (const OwnField& field : own_fields)
        known.push_back(field.name);
    const std::string_view nearest = nearest_word(name, known);
    return fail(Code::A221, "{}= is no field of an update that rules read{}", printable(name),
                nearest.empty() ? "" : fmt::format(", did you mean {}=?", nearest));
}

bool is_yes(std::string_view value) {
    return value == "1" || lower(value) == "yes" || value.empty();
}

/// A single number is both ends from 24.11 on; before, it leaves the upper end as it is.
Result<void> take_nodes(const Option& option, std::string_view value, Words& words) {
    auto done = option.take(value, words.draft);
    if (words.slurm < in_24_11 && !value.contains('-'))
        words.draft.job.most_nodes.reset();
    return done;
}

/// Another priority than 0, and any nice value, may start a job that is held.
bool ends_hold(const Option& option, std::string_view value) {
    return option.name == "nice" || (option.name == "priority" && value != "0");
}

/// The flags of scontrol have values. An empty text takes a field away.
Result<void> take(const Option& option, std::string_view value, Words& words) {
    Draft& draft = words.draft;
    words.releases = words.releases || ends_hold(option, value);
    if (option.name == "contiguous")
        draft.job.contiguous = is_yes(value);
    else if (option.name == "requeue")
        draft.job.requeue = is_yes(value);
    else if (option.name == "oversubscribe")
        draft.job.exclusive = !is_yes(value);
    else if (option.name == "nodes")
        return take_nodes(option, value, words);
    else
        return option.take(value, draft);
    return {};
}

/// The texts that an empty value takes away.
void take_away(std::string_view option, policy::JobRequest& job) {
    const std::pair<std::string_view, std::optional<Text>*> texts[] = {
        {"account", &job.account},         {"comment", &job.comment},
        {"dependency", &job.dependency},   {"exclude", &job.exclude},
        {"constraint", &job.features},     {"job-name", &job.job_name},
        {"licenses", &job.licenses},       {"mail-user", &job.mail_user},
        {"partition", &job.partition},     {"qos", &job.qos},
        {"reservation", &job.reservation}, {"wckey", &job.wckey},
        {"nodelist", &job.node_list},      {"bb", &job.burst_buffer},
    };
    for (const auto& [name, text] : texts)
        if (name == option)
            *text = "";
}

/// One "Name=value".
Result<void> take_field(std::string_view word, Words& words) {
    const std::size_t equals = word.find('=');
    const std::string name = lower(word.substr(0, equals));
    if (std::ranges::find(silent, name) != silent.end() || read_count(name))
        return {};
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view{} : word.substr(equals + 1);
    const auto own = std::ranges::find(own_fields, name, &OwnField::name);
    if (own != own_fields.end() && equals != std::string_view::npos) {
        if (auto done = own->take(value, words); !done)
            return fail(done.error().code, "{}= {}", printable(name), done.error().message);
        return {};
    }
    const auto option = option_of(name);
    if (!option)
        return std::unexpected(option.error());
    if (equals == std::string_view::npos)
        return fail(Code::A221, "{} needs a value: {}=VALUE", printable(name), printable(name));
    if (value.empty())
        words.removed.push_back((*option)->name);
    if (auto done = take(**option, value, words); !done && !value.empty())
        return fail(done.error().code, "{}= {}", printable(name), done.error().message);
    return {};
}

Result<Draft> read_options_alone(std::span<const std::string> words, Command command, Draft draft,
                                 std::uint32_t release) {
    const auto options = read_options(words, command, release);
    if (!options)
        return std::unexpected(options.error());
    if (auto done = apply(options->options, "", draft); !done)
        return std::unexpected(done.error());
    return draft;
}

/// As slurmctld sees it: what follows from options is left to the commands, but for generic
/// resources and the CPUs of tasks, where the update names all that they come from.
policy::JobRequest as_update(const Words& words) {
    const Draft& draft = words.draft;
    policy::JobRequest job = draft.job;
    TresLists tres = draft.tres;
    tres.node = draft.gres.value_or(tres.node);
    NamedLists lists = words.lists;
    lists.node = lists.node || draft.gres;
    job.modify = true;
    job.release = words.releases;
    job.tres = generic_resources_in_update(tres, job);
    job.tres_named = !(tres.job + tres.node + tres.socket + tres.task).empty() || lists.job ||
                     lists.node || lists.socket || lists.task;
    job.names_tres = names_all(lists, tres, job);
    derive_cpus_in_update(job);
    fold_names(job);
    job.too_long = too_long(tres);
    if (!job.too_long)
        job.too_long = too_long(job);
    return job;
}

/// "release", "hold" and "uhold", which name jobs and no fields.
bool take_hold(std::string_view verb, Words& words) {
    words.releases = verb == "release";
    if (verb == "hold" || verb == "uhold")
        words.draft.job.priority = 0;
    return words.releases || words.draft.job.priority;
}

Result<policy::JobRequest> read_options_of_update(std::span<const std::string> words,
                                                  Command command, Words update) {
    auto read = read_options_alone(words, command, update.draft, update.slurm);
    if (!read)
        return std::unexpected(read.error());
    update.draft = std::move(*read);
    const policy::JobRequest& job = update.draft.job;
    update.releases = job.nice || job.priority.value_or(0) > 0;
    return as_update(update);
}

} // namespace

Result<policy::JobRequest> read_update(std::span<const std::string> words, std::time_t now,
                                       std::uint32_t release) {
    Words update{.slurm = release};
    update.draft.now = now;
    const std::string_view program = words.empty() ? std::string_view{} : words.front();
    if (const auto command = command_named(program))
        return read_options_of_update(words.subspan(1), *command, std::move(update));
    if (!program.ends_with("scontrol"))
        return fail(Code::A221, "'{}' is no command that updates; expected scontrol or sbatch",
                    printable(program));
    if (words.size() > 1 && take_hold(lower(words[1]), update))
        return as_update(update);
    for (const std::string_view word : words.subspan(1))
        if (auto done = take_field(word, update); !done)
            return std::unexpected(done.error());
    policy::JobRequest job = as_update(update);
    for (const std::string_view option : update.removed)
        take_away(option, job);
    return job;
}

} // namespace fairlead::submit
