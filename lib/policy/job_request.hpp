/// What a job asks for, as the controller sees it: values, nothing unset but empty. Its texts may
/// be borrowed of whoever asks, for as long as the request.
#pragma once

#include "base/text.hpp"
#include "config/fabric_words.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace fairlead::policy {

/// What UNLIMITED is among minutes, and all of a node's memory (--mem=0) among MiB.
inline constexpr std::uint64_t unlimited = ~std::uint64_t{0};

/// "gres/gpu", "a100", 4: four of them in the whole job; the type is empty where none is named.
struct Tres {
    std::string name, type;
    std::uint64_t count; ///< of as many nodes as the job may have
    /// Of as few nodes as it may have, and on one node at most; 0 where that is the same.
    std::uint64_t least = 0, on_node = 0;
};

/// A text that is not read, because it is longer than slurmctld has the time for.
struct TooLong {
    std::string_view name;
    std::size_t length, most; ///< bytes
};

/// In an update (`modify`) what is empty stays as it is and is not known, and an empty text is one
/// that the update takes away; in a submission what is empty is not asked for.
struct JobRequest {
    std::optional<Text> partition;        ///< comma list as the user gave it
    std::optional<Text> features;         ///< --constraint
    Result<config::FabricRequest> fabric; ///< the options of the SPANK plugin
    std::optional<std::uint32_t> least_nodes, most_nodes;
    std::optional<std::uint32_t> tasks, tasks_per_node; ///< tasks of as many nodes as it may have
    std::optional<std::uint32_t> switches;              ///< most leaf switches (--switches)
    std::optional<std::uint32_t> switch_wait;           ///< seconds to wait for them

    std::optional<TooLong> too_long{}; ///< the first such text; what is put together of it is unset
    bool modify = false;               ///< an update of a job, not a submission
    bool caller_known = true; ///< false: neither `user` nor `groups` could be looked up yet
    bool release = false;     ///< an update that ends a hold (scontrol release)
    std::optional<Text> default_partition{}; ///< where it asks for none
    std::optional<Text> submitted_by{};      ///< where it is not the user: root for them
    std::optional<Text> user{}, account{}, qos{}, reservation{}, wckey{};
    std::vector<Text> groups{};      ///< Unix groups of the user, the first is the job's
    std::optional<Text> licenses{};  ///< comma list: "matlab:2,fluent@server"
    std::optional<Text> node_list{}; ///< --nodelist
    std::optional<Text> exclude{};   ///< --exclude
    std::optional<Text> job_name{}, comment{}, admin_comment{};
    std::optional<Text> mail_user{}, mail_type{}; ///< the type as a comma list
    std::optional<Text> work_dir{}, dependency{}, submit_host{}, container{};
    std::optional<std::uint32_t> least_tasks{};   ///< of as few; unset where that is the same
    bool tasks_counted = false;                   ///< by slurmctld, of nodes or GPUs, not by -n
    std::optional<std::uint32_t> tasks_per_gpu{}; ///< --ntasks-per-gpu
    std::optional<std::uint64_t> cpus{};          ///< of as many nodes as the job may have
    std::optional<std::uint64_t> least_cpus{};    ///< of as few; unset where that is the same
    std::optional<std::uint32_t> cpus_per_task{}, threads_per_core{};
    std::optional<std::uint32_t> sockets_per_node{}, cores_per_socket{}; ///< at least (-B)
    std::optional<std::uint32_t> cpus_per_node{};                        ///< at least (--mincpus)
    std::optional<std::uint64_t> cpus_for_a_gpu{};                       ///< --cpus-per-gpu
    std::optional<std::uint64_t> memory{};         ///< MiB on a node, or `unlimited`
    std::optional<std::uint64_t> memory_per_cpu{}; ///< MiB
    std::optional<std::uint64_t> memory_per_gpu{}; ///< MiB
    std::optional<std::uint64_t> time_limit{};     ///< minutes, or `unlimited`
    std::optional<std::uint64_t> time_min{};       ///< minutes
    std::optional<std::uint64_t> begin_time{};     ///< seconds since 1970
    std::optional<std::uint64_t> deadline{};       ///< seconds since 1970
    std::optional<std::uint32_t> array_size{};     ///< number of tasks; unset without --array
    std::optional<std::uint32_t> het_component{};  ///< from 0; unset where the job is not of many
    std::optional<std::uint32_t> priority{};       ///< 0 is --hold
    std::optional<std::uint32_t> nice{};           ///< where it lowers the priority
    std::optional<Text> network{}, burst_buffer{}, extra{};
    std::optional<Text> script_args{}; ///< with blanks between them
    std::optional<bool> exclusive{}, interactive{}, requeue{}, contiguous{}, overcommit{};
    std::vector<Tres> tres{};
    bool spread = false;     ///< --spread-job
    bool tres_named = false; ///< an update names lists of resources, their number known or not
    /// What an update names whole, so that nothing of it stays as it was: the CPUs (NumCPUs), those
    /// for each GPU, the memory for each GPU, the generic resources with what multiplies them.
    bool names_cpus = false, names_cpus_for_a_gpu = false, names_memory_for_a_gpu = false,
         names_tres = false;
    std::optional<Text> script{};               ///< up to megabytes
    std::optional<Text> stage_options{};        ///< what --stage-in and --stage-out ask for
    std::string submission_id{};                ///< digits; set where the job may stage anything
    std::optional<bool> batch_deferred{};       ///< PrologFlags=Alloc,DeferBatch; unset: unknown
    std::span<const char* const> environment{}; ///< "NAME=value"; srun and salloc send none
};

/// What admission changes. Fields that are empty stay as they are.
struct JobPatch {
    std::optional<Text> features;
    std::optional<std::uint32_t> switches, switch_wait;
    std::optional<Text> record;    ///< the admitted record
    std::optional<Text> staging{}; ///< the record of what it stages
    std::optional<Text> queued{};  ///< held with this note until its data is there
    std::optional<Text> rules{};   ///< the names of the rules that acted, for its admin_comment

    std::optional<Text> partition{}, account{}, qos{}, reservation{}, wckey{};
    std::optional<Text> licenses{}, comment{}, admin_comment{}, mail_user{};
    std::optional<std::uint32_t> least_nodes{}, most_nodes{}, tasks{}, cpus_per_task{},
        threads_per_core{};
    std::optional<std::uint64_t> memory{};     ///< MiB on a node, or `unlimited`
    std::optional<std::uint64_t> time_limit{}; ///< minutes, or `unlimited`
    std::optional<std::uint64_t> begin_time{}; ///< seconds since 1970
    std::optional<bool> exclusive{}, requeue{};
    bool hold = false; ///< queued, but not started until an operator releases it
};

} // namespace fairlead::policy
