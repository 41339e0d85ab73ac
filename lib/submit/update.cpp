#include "submit/update.hpp"

#include "base/words.hpp"
#include "submit/command_line.hpp"
#include "submit/derived.hpp"
#include "submit/generic.hpp"
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
    UpdateField{"deadline", "deadline"},
    UpdateField{"dependency", "dependency"},
    UpdateField{"excnodelist", "exclude"},
    UpdateField{"features", "constraint"},
    UpdateField{"gres", "gres"},
    UpdateField{"jobname", "job-name"},
    UpdateField{"licenses", "licenses"},
    UpdateField{"mailtype", "mail-type"},
    UpdateField{"mailuser", "mail-user"},
    UpdateField{"minmemorycpu", "mem-per-cpu"},
    UpdateField{"minmemorynode", "mem"},
    UpdateField{"name", "job-name"},
    UpdateField{"nice", "nice"},
    UpdateField{"nodelist", "nodelist"},
    UpdateField{"numnodes", "nodes"},
    UpdateField{"numtasks", "ntasks"},
    UpdateField{"oversubscribe", "oversubscribe"},
    UpdateField{"partition", "partition"},
    UpdateField{"priority", "priority"},
    UpdateField{"qos", "qos"},
    UpdateField{"reqnodelist", "nodelist"},
    UpdateField{"requeue", "requeue"},
    UpdateField{"reservation", "reservation"},
    UpdateField{"reservationname", "reservation"},
    UpdateField{"shared", "oversubscribe"},
    UpdateField{"starttime", "begin"},
    UpdateField{"timelimit", "time"},
    UpdateField{"timemin", "time-min"},
    UpdateField{"wckey", "wckey"},
};

/// What names the job, and what is no matter of rules.
constexpr std::array<std::string_view, 5> silent{"job", "jobid", "update", "id",
                                                 "arraytaskthrottle"};

Result<const Option*> option_of(std::string_view name) {
    const auto found = std::ranges::find(fields, name, &UpdateField::name);
    if (found != fields.end())
        return find_option(found->option, Command::Sbatch);
    std::vector<std::string_view> known;
    for (const UpdateField& field : fields)
        known.push_back(field.name);
    const std::string_view nearest = nearest_word(name, known);
    return fail(Code::A221, "{}= is no field of an update that rules read{}", printable(name),
                nearest.empty() ? "" : fmt::format(", did you mean {}=?", nearest));
}

bool is_yes(std::string_view value) {
    return value == "1" || lower(value) == "yes" || value.empty();
}

/// The flags of scontrol have values. An empty text takes a field away.
Result<void> take(const Option& option, std::string_view value, Draft& draft) {
    if (option.name == "contiguous")
        draft.job.contiguous = is_yes(value);
    else if (option.name == "requeue")
        draft.job.requeue = is_yes(value);
    else if (option.name == "oversubscribe")
        draft.job.exclusive = !is_yes(value);
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
Result<void> take_field(std::string_view word, Draft& draft,
                        std::vector<std::string_view>& removed) {
    const std::size_t equals = word.find('=');
    const std::string name = lower(word.substr(0, equals));
    if (std::ranges::find(silent, name) != silent.end() || read_count(name))
        return {};
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view{} : word.substr(equals + 1);
    if (name == "admincomment") {
        draft.job.admin_comment = value;
        return {};
    }
    const auto option = option_of(name);
    if (!option)
        return std::unexpected(option.error());
    if (equals == std::string_view::npos)
        return fail(Code::A221, "{} needs a value: {}=VALUE", printable(name), printable(name));
    if (value.empty())
        removed.push_back((*option)->name);
    if (auto done = take(**option, value, draft); !done && !value.empty())
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
policy::JobRequest as_update(const Draft& draft) {
    policy::JobRequest job = draft.job;
    TresLists tres = draft.tres;
    tres.node = draft.gres.value_or(tres.node);
    job.tres = generic_resources_in_update(tres, job, draft.sockets);
    job.tres_named = !(tres.job + tres.node + tres.socket + tres.task).empty();
    job.modify = true;
    derive_cpus(job);
    fold_names(job);
    return job;
}

} // namespace

Result<policy::JobRequest> read_update(std::span<const std::string> words, std::time_t now,
                                       std::uint32_t release) {
    Draft draft;
    draft.now = now;
    const std::string_view program = words.empty() ? std::string_view{} : words.front();
    if (const auto command = command_named(program)) {
        const auto read = read_options_alone(words.subspan(1), *command, draft, release);
        if (!read)
            return std::unexpected(read.error());
        return as_update(*read);
    }
    if (!program.ends_with("scontrol"))
        return fail(Code::A221, "'{}' is no command that updates; expected scontrol or sbatch",
                    printable(program));
    std::vector<std::string_view> removed;
    for (const std::string_view word : words.subspan(1))
        if (auto done = take_field(word, draft, removed); !done)
            return std::unexpected(done.error());
    policy::JobRequest job = as_update(draft);
    for (const std::string_view option : removed)
        take_away(option, job);
    return job;
}

} // namespace fairlead::submit
