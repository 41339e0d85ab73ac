#include "submit/submission.hpp"

#include "base/words.hpp"
#include "submit/derived.hpp"
#include "submit/directives.hpp"
#include "submit/longest.hpp"
#include "submit/releases.hpp"
#include "submit/settle.hpp"
#include "submit/variables.hpp"

#include <algorithm>
#include <array>
#include <fmt/ranges.h>

namespace fairlead::submit {
namespace {

namespace fs = std::filesystem;
using policy::JobRequest;

/// What stands on the command line.
struct Typed {
    std::vector<std::vector<Given>> parts; ///< options of each component
    std::vector<std::string> program;      ///< script or program of the first, with its arguments
};

Result<Command> command_of(const Call& call) {
    const std::string name = call.words.empty() ? "" : call.words.front();
    if (const auto command = command_named(name))
        return *command;
    return fail(Code::A221, "'{}' is no command that submits; expected sbatch, srun or salloc",
                printable(name));
}

/// The program of a component: of sbatch all that is left, of the others up to a ':'.
std::size_t program_end(std::span<const std::string> words, Command command) {
    if (command == Command::Sbatch && !words.empty() && words.front() != ":")
        return words.size();
    return static_cast<std::size_t>(std::ranges::find(words, ":") - words.begin());
}

Result<Typed> read_typed(const Call& call, Command command) {
    Typed typed;
    std::span<const std::string> words = std::span(call.words).subspan(1);
    for (;;) {
        auto options = read_options(words, command, call.release);
        if (!options)
            return std::unexpected(options.error());
        typed.parts.push_back(std::move(options->options));
        words = words.subspan(options->used);
        const std::size_t end = program_end(words, command);
        if (typed.program.empty())
            typed.program.assign(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(end));
        if (end == words.size())
            return typed;
        words = words.subspan(end + 1);
    }
}

bool gives(std::span<const Given> options, std::string_view name) {
    return std::ranges::any_of(options,
                               [&](const Given& given) { return given.option->name == name; });
}

/// What is given of --mem, --mem-per-cpu and --mem-per-gpu at most once in each of these.
Result<void> check_memory(std::span<const Given> options, std::string_view where) {
    constexpr std::array<std::string_view, 3> names{"mem", "mem-per-cpu", "mem-per-gpu"};
    if (std::ranges::count_if(names, [&](auto name) { return gives(options, name); }) > 1)
        return fail(Code::A221, "{} more than one of --mem, --mem-per-cpu and --mem-per-gpu",
                    where);
    return {};
}

Result<std::vector<Given>> options_of(std::span<const Directive> directives, const Call& call) {
    std::vector<Given> all;
    for (const Directive& directive : directives) {
        auto read = read_options(directive.words, Command::Sbatch, call.release);
        if (!read)
            return fail(Code::A221, "line {} of the script: {}", directive.line,
                        read.error().message);
        if (read->used < directive.words.size())
            return fail(Code::A221, "line {} of the script: '{}' is no option", directive.line,
                        printable(directive.words[read->used]));
        std::ranges::move(read->options, std::back_inserter(all));
    }
    return all;
}

/// A program's file as sbatch looks for it: here, then along PATH.
Result<std::string> read_script(const Call& call, const std::string& name) {
    if (name.empty())
        return call.read({});
    auto found = call.read(call.folder / name);
    if (found || name.contains('/'))
        return found;
    for (const std::string_view folder :
         split(variable(call.environment, "PATH").value_or(""), ':'))
        if (auto text = call.read(fs::path(folder) / name); text && !folder.empty())
            return text;
    return found;
}

std::string wrapped(const std::string& commands) {
    return "#!/bin/sh\n# This script was created by sbatch --wrap.\n\n" + commands + "\n";
}

std::string joined(std::span<const std::string> words) {
    return fmt::format("{}", fmt::join(words, " "));
}

/// What --export leaves of the environment: ALL (the usual), NONE or NIL, or names, with values or
/// without. SLURM_* is sent in any case.
std::vector<std::string> exported(std::span<const std::string> environment,
                                  std::string_view names) {
    std::vector<std::string> sent;
    const auto parts = split(names, ',');
    const bool all = std::ranges::find(parts, "ALL") != parts.end();
    for (const std::string& entry : environment)
        if (all || entry.starts_with("SLURM_"))
            sent.push_back(entry);
    for (const std::string_view part : parts) {
        const std::string_view name = part.substr(0, part.find('='));
        const auto value = name == part ? variable(environment, name)
                                        : std::optional(part.substr(name.size() + 1));
        if (!value || part.empty())
            continue;
        std::erase_if(sent, [&](const std::string& entry) {
            return entry.starts_with(std::string(name) + "=");
        });
        sent.push_back(fmt::format("{}={}", name, *value));
    }
    return sent;
}

/// Of the first component of a heterogeneous job the others take what they do not give themselves
/// (seen on 22.05).
void inherit(JobRequest& job, const JobRequest& first) {
    const auto take = [](auto& field, const auto& from) {
        if (!field)
            field = from;
    };
    take(job.account, first.account);
    take(job.qos, first.qos);
    take(job.wckey, first.wckey);
    take(job.reservation, first.reservation);
    take(job.job_name, first.job_name);
    take(job.comment, first.comment);
    take(job.dependency, first.dependency);
    take(job.begin_time, first.begin_time);
    take(job.time_limit, first.time_limit);
    take(job.priority, first.priority);
    take(job.nice, first.nice);
    take(job.requeue, first.requeue);
    if (!job.memory_per_cpu)
        take(job.memory, first.memory);
    if (!job.memory)
        take(job.memory_per_cpu, first.memory_per_cpu);
}

} // namespace

/// Puts the jobs together.
class Assembly {
  public:
    Assembly(const Call& call, Command command, Typed typed)
        : call_(call), typed_(std::move(typed)) {
        result_.command = command;
    }

    Result<Submission> assemble() {
        std::vector<std::vector<Directive>> scripted(1);
        if (result_.command == Command::Sbatch) {
            auto read = read_batch();
            if (!read)
                return std::unexpected(read.error());
            scripted = std::move(*read);
        } else if (result_.command == Command::Srun && typed_.program.empty()) {
            return fail(Code::A221, "srun is given no program to run");
        }
        const std::size_t count = std::max(scripted.size(), typed_.parts.size());
        for (std::size_t i = 0; i < count; ++i) {
            const std::span<const Directive> lines = i < scripted.size()
                                                         ? std::span<const Directive>(scripted[i])
                                                         : std::span<const Directive>();
            if (auto added = add(i, count, lines); !added)
                return std::unexpected(added.error());
        }
        return std::move(result_);
    }

  private:
    /// The script and its directives.
    Result<std::vector<std::vector<Directive>>> read_batch() {
        const std::string* wrap = nullptr;
        for (const auto& part : typed_.parts)
            for (const Given& given : part)
                if (given.option->name == "wrap")
                    wrap = &given.value;
        if (wrap && !typed_.program.empty())
            return fail(Code::A221, "--wrap takes no script beside it");
        Result<std::string> script =
            wrap ? wrapped(*wrap)
                 : read_script(call_, typed_.program.empty() ? "" : typed_.program.front());
        if (!script)
            return std::unexpected(script.error());
        wrapped_ = wrap != nullptr;
        result_.script_ = std::make_shared<const std::string>(std::move(*script));
        return read_directives(*result_.script_);
    }

    /// Script, environment, command line: the later wins.
    Result<Draft> draft_of(std::size_t index, std::span<const Directive> lines) {
        Draft draft;
        draft.now = call_.now;
        const auto scripted = options_of(lines, call_);
        if (!scripted)
            return std::unexpected(scripted.error());
        auto variables = read_variables(call_.environment, result_.command, call_.release);
        // --mem of the script goes before what the environment says of CPUs (seen on 22.05).
        if (gives(*scripted, "mem"))
            std::erase_if(variables, [](const Given& given) {
                return given.option->name.starts_with("mem-per-");
            });
        const auto& typed = typed_.parts[std::min(index, typed_.parts.size() - 1)];
        std::vector<Given> own = *scripted;
        own.insert(own.end(), typed.begin(), typed.end());
        const Result<void> done[] = {check_memory(own, "script and command line give"),
                                     check_memory(variables, "the environment gives"),
                                     submit::apply(*scripted, "in the script ", draft),
                                     submit::apply(variables, "in the environment ", draft),
                                     submit::apply(typed, "", draft)};
        for (const Result<void>& step : done)
            if (!step)
                return std::unexpected(step.error());
        return draft;
    }

    Result<void> add(std::size_t index, std::size_t count, std::span<const Directive> lines) {
        auto draft = draft_of(index, lines);
        if (!draft)
            return std::unexpected(draft.error());
        if (auto read = read_node_files(*draft); !read)
            return read;
        auto job = settle(*draft, result_.command, call_.release);
        if (!job)
            return std::unexpected(job.error());
        if (index > 0)
            inherit(*job, result_.jobs.front());
        if (count > 1)
            job->het_component = static_cast<std::uint32_t>(index);
        complete(*draft, *job);
        if (!job->too_long)
            job->too_long = too_long(*job);
        result_.jobs.push_back(std::move(*job));
        return {};
    }

    Result<void> read_node_files(Draft& draft) {
        const auto names = [&](const std::string& file) -> Result<std::string> {
            auto text = call_.read(call_.folder / file);
            if (!text)
                return text;
            for (char& c : *text)
                c = c == '\n' || c == ' ' || c == '\t' ? ',' : c;
            std::vector<std::string_view> words = split(*text, ',');
            std::erase(words, "");
            return fmt::format("{}", fmt::join(words, ","));
        };
        if (draft.node_file) {
            auto list = names(*draft.node_file);
            if (!list)
                return std::unexpected(list.error());
            draft.job.node_list = std::move(*list);
        }
        if (draft.job.exclude && draft.job.exclude->view().contains('/')) {
            auto list = names(std::string(draft.job.exclude->view()));
            if (!list)
                return std::unexpected(list.error());
            draft.job.exclude = std::move(*list);
        }
        return {};
    }

    /// What the commands say of themselves.
    void complete(const Draft& draft, JobRequest& job) {
        // salloc changes its own folder, not the job's.
        const bool elsewhere = draft.chdir && result_.command != Command::Salloc;
        job.work_dir =
            normal_path((elsewhere ? call_.folder / *draft.chdir : call_.folder).native());
        if (!call_.host.empty())
            job.submit_host = call_.host;
        if (!job.job_name)
            job.job_name = usual_name();
        // Before 24.11 srun and salloc sent no more than the program.
        const bool sent = result_.command == Command::Sbatch || call_.release >= in_24_11;
        if (typed_.program.size() > 1 && sent)
            job.script_args = joined(std::span(typed_.program).subspan(1));
        if (result_.command == Command::Sbatch) {
            if (job.het_component.value_or(0) == 0)
                job.script = *result_.script_;
            job.environment = keep(exported(call_.environment, draft.export_names.value_or("ALL")));
        }
    }

    std::string usual_name() const {
        if (result_.command == Command::Salloc)
            return "interactive";
        if (wrapped_)
            return "wrap";
        if (typed_.program.empty())
            return "sbatch";
        return fs::path(typed_.program.front()).filename();
    }

    std::span<const char* const> keep(std::vector<std::string> entries) {
        auto held = std::make_shared<const std::vector<std::string>>(std::move(entries));
        std::vector<const char*> pointers;
        for (const std::string& entry : *held)
            pointers.push_back(entry.c_str());
        auto kept = std::make_shared<const std::vector<const char*>>(std::move(pointers));
        result_.environments_.push_back(std::move(held));
        result_.pointers_.push_back(kept);
        return *kept;
    }

    const Call& call_;
    Typed typed_;
    bool wrapped_ = false;
    Submission result_;
};

Result<Submission> read_submission(const Call& call) {
    const auto command = command_of(call);
    if (!command)
        return std::unexpected(command.error());
    auto typed = read_typed(call, *command);
    if (!typed)
        return std::unexpected(typed.error());
    return Assembly(call, *command, std::move(*typed)).assemble();
}

} // namespace fairlead::submit
