/// Sizes that are put together, of random jobs and random updates, against a reference that does
/// what slurmctld does with the same description (22.05 to 26.05) for each number of nodes that the
/// job may get.

#include "description.hpp"
#include "dice.hpp"
#include "jobsubmit/job_view.hpp"
#include "policy/evaluate.hpp"
#include "policy/rule_reader.hpp"
#include "policy/sizes.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <map>

namespace fairlead::jobsubmit {
namespace {

using test::Description;
using test::Dice;

/// What a description says, by the names of slurm.h; what it does not say is not in the map. A list
/// of resources is a number of GPUs.
using Asked = std::map<std::string, std::uint64_t>;

std::uint64_t number(const Asked& asked, const std::string& name, std::uint64_t otherwise) {
    const auto found = asked.find(name);
    return found == asked.end() ? otherwise : found->second;
}

const std::vector<std::string> lists{"tres_per_job", "tres_per_node", "tres_per_socket",
                                     "tres_per_task"};

struct Sizes {
    std::uint64_t tasks, cpus, gpus;
};

/// A job of `asked` on so many nodes.
class Slurmctld {
  public:
    explicit Slurmctld(const Asked& asked) : asked_(asked) {}

    Sizes on(std::uint64_t nodes) const {
        const std::uint64_t gpus = gpus_on(nodes), tasks = tasks_on(nodes, gpus);
        const std::uint64_t each = number(asked_, "cpus_per_task", 1);
        std::uint64_t cpus = nodes * std::max({number(asked_, "pn_min_cpus", 1), each,
                                               shared() ? 1 : each * per_node()});
        cpus = std::max({cpus, min_cpus(), shared() ? 0 : tasks * each,
                         gpus * number(asked_, "cpus_per_tres", 0)});
        return {tasks, cpus, gpus};
    }

  private:
    bool shared() const { return asked_.contains("overcommit"); }
    std::uint64_t per_node() const { return number(asked_, "ntasks_per_node", 0); }
    std::uint64_t per_gpu() const { return number(asked_, "ntasks_per_tres", 0); }
    std::uint64_t least() const { return number(asked_, "min_nodes", 1); }

    /// When the job is taken.
    std::uint64_t first_tasks() const {
        return number(asked_, "num_tasks", least() * (per_gpu() ? per_gpu() : per_node()));
    }

    std::uint64_t listed(std::uint64_t nodes) const {
        const std::uint64_t tasks =
            per_node() && !asked_.contains("num_tasks") ? nodes * per_node() : first_tasks();
        return std::max(
            {number(asked_, "tres_per_job", 0), number(asked_, "tres_per_node", 0) * nodes,
             number(asked_, "tres_per_socket", 0) * nodes * number(asked_, "sockets_per_node", 1),
             number(asked_, "tres_per_task", 0) * std::max(tasks, std::uint64_t{1})});
    }

    std::uint64_t gpus_on(std::uint64_t nodes) const {
        const std::uint64_t gpus = listed(nodes);
        return gpus == 0 && per_gpu() ? first_tasks() / per_gpu() : gpus;
    }

    std::uint64_t tasks_on(std::uint64_t nodes, std::uint64_t gpus) const {
        if (per_gpu() && listed(nodes))
            return gpus * per_gpu();
        return asked_.contains("num_tasks") || per_gpu() ? first_tasks() : nodes * per_node();
    }

    std::uint64_t min_cpus() const {
        std::uint64_t cpus = number(asked_, "min_cpus", 0);
        if (shared() && cpus == least())
            for (const char* part : {"sockets_per_node", "cores_per_socket", "threads_per_core"})
                cpus *= number(asked_, part, 1);
        return cpus;
    }

    const Asked& asked_;
};

void write(const Asked& asked, Description& job) {
    const auto put = [&](const char* name, auto& field) {
        if (asked.contains(name))
            field = static_cast<std::remove_reference_t<decltype(field)>>(asked.at(name));
    };
    put("min_nodes", job->min_nodes);
    put("max_nodes", job->max_nodes);
    put("num_tasks", job->num_tasks);
    put("ntasks_per_node", job->ntasks_per_node);
    put("ntasks_per_tres", job->ntasks_per_tres);
    put("cpus_per_task", job->cpus_per_task);
    put("min_cpus", job->min_cpus);
    put("pn_min_cpus", job->pn_min_cpus);
    put("overcommit", job->overcommit);
    put("sockets_per_node", job->sockets_per_node);
    put("cores_per_socket", job->cores_per_socket);
    put("threads_per_core", job->threads_per_core);
    put("bitflags", job->bitflags);
    const auto list = [&](const char* name, char*& field) {
        if (asked.contains(name))
            Description::put(field, asked.at(name) == 0
                                        ? ""
                                        : fmt::format("gres/gpu:{}", asked.at(name)).c_str());
    };
    list("tres_per_job", job->tres_per_job);
    list("tres_per_node", job->tres_per_node);
    list("tres_per_socket", job->tres_per_socket);
    list("tres_per_task", job->tres_per_task);
    list("cpus_per_tres", job->cpus_per_tres);
}

policy::JobRequest submission_of(const Asked& asked) {
    Description job;
    write(asked, job);
    return view_submission(*job, 0, {});
}

/// Each field of these, one time in `odds`.
void add(Dice& dice, int odds, int most, const std::vector<std::string>& names, Asked& asked) {
    for (const std::string& name : names)
        if (dice.one_in(odds))
            asked[name] = static_cast<std::uint64_t>(dice.roll(1, most));
}

void add_nodes(Dice& dice, Asked& asked) {
    const int least = dice.roll(1, 4);
    asked["min_nodes"] = static_cast<std::uint64_t>(least);
    asked["max_nodes"] = static_cast<std::uint64_t>(dice.one_in(2) ? least : dice.roll(least, 9));
}

Asked random_job(Dice& dice) {
    Asked asked{{"min_cpus", 1}};
    add_nodes(dice, asked);
    add(dice, 3, 16, {"num_tasks", "ntasks_per_node", "cpus_per_task", "pn_min_cpus", "min_cpus"},
        asked);
    add(dice, 4, 4, {"ntasks_per_tres", "sockets_per_node", "cores_per_socket", "threads_per_core"},
        asked);
    add(dice, 4, 8, {"tres_per_job", "tres_per_node", "tres_per_socket"}, asked);
    add(dice, 6, 4, {"tres_per_task", "cpus_per_tres"}, asked);
    if (dice.one_in(4))
        asked["overcommit"] = 1;
    if (dice.one_in(4))
        asked["bitflags"] = SPREAD_JOB;
    if (asked.contains("tres_per_task")) // Slurm takes it with neither of these
        asked.erase("ntasks_per_tres");
    return asked;
}

std::string shown(const Asked& asked) {
    std::string text;
    for (const auto& [name, value] : asked)
        text += fmt::format("{}={} ", name, value);
    return text;
}

std::uint64_t gpus_of(const policy::JobRequest& request) {
    return policy::count_of(request, policy::gpu, {}).value_or(0);
}

TEST(SizesRandom, AreNoLessThanOnAnyNumberOfNodes) {
    Dice dice(11);
    int exact = 0;
    constexpr int jobs = 5000;
    for (int i = 0; i < jobs; ++i) {
        const Asked asked = random_job(dice);
        const policy::JobRequest seen = submission_of(asked);
        const Slurmctld slurmctld(asked);
        for (std::uint64_t n = asked.at("min_nodes"); n <= asked.at("max_nodes"); ++n) {
            const Sizes sizes = slurmctld.on(n);
            ASSERT_GE(seen.tasks.value_or(0), sizes.tasks) << shown(asked) << "on " << n;
            ASSERT_GE(seen.cpus.value_or(0), sizes.cpus) << shown(asked) << "on " << n;
            ASSERT_GE(gpus_of(seen), sizes.gpus) << shown(asked) << "on " << n;
            ASSERT_LE(policy::least_count_of(seen, policy::gpu).value_or(0), sizes.gpus)
                << shown(asked) << "on " << n;
            ASSERT_LE(seen.least_cpus.value_or(0), sizes.cpus) << shown(asked) << "on " << n;
            if (sizes.gpus > 0) {
                ASSERT_GE(policy::cpus_for_each_gpu(seen).value_or(0) * sizes.gpus, sizes.cpus)
                    << shown(asked) << "on " << n;
            }
        }
        const Sizes most = slurmctld.on(asked.at("max_nodes"));
        exact += seen.cpus == most.cpus && gpus_of(seen) == most.gpus;
        ASSERT_EQ(seen.spread, asked.contains("bitflags"));
    }
    EXPECT_GT(exact, jobs * 9 / 10) << "nor are they much more";
}

/// An update names some of it, and an empty list takes one away.
Asked random_update(Dice& dice) {
    Asked delta;
    if (dice.one_in(2))
        add_nodes(dice, delta);
    if (dice.one_in(6))
        delta.erase("max_nodes");
    if (dice.one_in(4))
        delta["min_nodes"] = delta["max_nodes"] = 1;
    const int odds = dice.roll(1, 4); // 1: all of them
    add(dice, odds, 16, {"num_tasks", "min_cpus"}, delta);
    add(dice, odds, 2, {"cpus_per_task", "pn_min_cpus"}, delta);
    add(dice, 9, 3, {"sockets_per_node", "cores_per_socket", "threads_per_core"}, delta);
    for (const std::string& list : lists)
        if (dice.one_in(dice.roll(1, 9)))
            delta[list] = static_cast<std::uint64_t>(dice.one_in(2) ? 0 : dice.roll(1, 8));
    if (dice.one_in(odds))
        delta["cpus_per_tres"] = static_cast<std::uint64_t>(dice.roll(0, 1));
    return delta;
}

/// As slurmctld keeps the job after the update: tasks are counted anew of an exact number of nodes
/// and raised to the least of them.
Asked updated(Asked job, const Asked& delta) {
    const bool had_tasks = job.contains("num_tasks");
    for (const auto& [name, value] : delta)
        job[name] = value;
    if (!delta.contains("min_nodes") || !(had_tasks || delta.contains("num_tasks")))
        return job;
    const bool counted = !delta.contains("num_tasks") && job.contains("ntasks_per_node") &&
                         job.at("min_nodes") == job.at("max_nodes");
    if (counted)
        job["num_tasks"] = job.at("min_nodes") * job.at("ntasks_per_node");
    job["num_tasks"] = std::max(job.at("num_tasks"), job.at("min_nodes"));
    return job;
}

std::vector<policy::Rule> rule_about(const char* size, std::uint64_t most) {
    auto rules =
        policy::parse_rules(fmt::format("schema: fairlead.policy/1\npolicy:\n  - {{name: a, "
                                        "when: {{{}: '> {}'}}, reject: no}}\n",
                                        size, most),
                            "random.yaml");
    EXPECT_TRUE(rules);
    return std::move(*rules);
}

bool taken(const std::vector<policy::Rule>& rules, const policy::JobRequest& request) {
    return policy::evaluate(rules, request).refusals.empty();
}

/// Whether the update is taken of a job that was, and what the job has of the size then.
struct Result {
    bool judged, taken;
    std::uint64_t size;
};

Result judge(Dice& dice, const std::vector<policy::Rule>& rules, std::uint64_t Sizes::* size,
             std::string& what) {
    const Asked asked = random_job(dice), delta = random_update(dice),
                after = updated(asked, delta);
    const bool possible = after.at("min_nodes") <= after.at("max_nodes"); // else slurmctld refuses
    if (!possible || !taken(rules, submission_of(asked)))
        return {};
    what = shown(asked) + "| " + shown(delta);
    Description job;
    write(delta, job);
    return {true, taken(rules, view_update(*job, 0, {})),
            Slurmctld(after).on(after.at("max_nodes")).*size};
}

TEST(SizesRandom, NoUpdateGetsPastTheRules) {
    Dice dice(12);
    constexpr std::uint64_t most = 24;
    for (const auto& [name, size] :
         {std::pair("cpus", &Sizes::cpus), {"tasks", &Sizes::tasks}, {"gpus", &Sizes::gpus}}) {
        const auto rules = rule_about(name, most);
        int kept = 0, refused = 0;
        for (int i = 0; i < 4000; ++i) {
            std::string what;
            const Result result = judge(dice, rules, size, what);
            if (result.taken) {
                ASSERT_LE(result.size, most) << name << " of " << what;
            }
            kept += result.taken;
            refused += result.judged && !result.taken;
        }
        EXPECT_GT(kept, 10) << name;
        EXPECT_GT(refused, 300) << name;
    }
}

} // namespace
} // namespace fairlead::jobsubmit
