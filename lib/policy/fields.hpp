/// The fields of a job that rules name: one table, and how each is read from a request on which
/// earlier rules have left a patch.
#pragma once

#include "policy/job_request.hpp"
#include "policy/quantity.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace fairlead::policy {

enum class Kind {
    Text,
    Words, ///< several words; a condition holds where it holds for one of them
    Number,
    Flag,
};

/// How a field is found in a request or a patch: an optional member, or by a function of its own.
template <class Job>
using Member =
    std::variant<std::monostate, std::optional<Text> Job::*, std::optional<std::uint32_t> Job::*,
                 std::optional<std::uint64_t> Job::*, std::optional<bool> Job::*>;

/// The fields that are no member: put together from others, or with a key behind a dot.
enum class Special {
    None,
    Nodes,
    Groups,
    Tasks,
    Cpus,
    Memory,
    MemoryPerCpu,
    Gpus,
    GpuType,
    CpusPerGpu,
    Tres,
    Environment,
    Modify
};

/// Before the name of a license among the resources of a job (--tres-per-task=license/matlab:1).
inline constexpr std::string_view license = "license/";

struct FieldEntry {
    std::string_view name;
    Kind kind;
    Unit unit = Unit::Count;
    /// What parts the words, and what begins a count or a server behind one.
    std::string_view separators{}, ends = ":@";
    bool caseless = false; ///< Slurm does not tell capital letters from small ones
    Member<JobRequest> request{};
    Member<JobPatch> patch{}; ///< monostate: rules cannot change it
    Special special = Special::None;
    std::string_view meaning{}; ///< the option that it is of, for documents and messages
    std::string_view update{};  ///< what an update must name so that it is known, where it is more
};

std::span<const FieldEntry> all_fields();
const FieldEntry* find_field(std::string_view name);
bool writable(const FieldEntry& field);
/// Among words that may be changed, text may be appended; comments take text behind a ';'.
bool appendable(const FieldEntry& field);

/// A field as a rule names it: `time_limit`, `tres.gres/gpu:a100`, `environment.OMP_NUM_THREADS`.
struct FieldRef {
    const FieldEntry* field = nullptr;
    std::string key{};  ///< "gres/gpu", "OMP_NUM_THREADS"
    std::string type{}; ///< "a100"

    std::string name() const;
    bool operator==(const FieldRef&) const = default;
};

/// A request and what earlier rules changed.
struct View {
    const JobRequest& request;
    const JobPatch& patch;
    /// Of an update: the fields that earlier rules may have changed, by their place in the table.
    std::uint64_t doubtful = 0;
};

/// The bit of a field in `View::doubtful`.
std::uint64_t bit_of(const FieldEntry& field);

/// Nothing where the field is unset or an update takes it away. A partition that is not asked for
/// is the default one, and unset all the same.
std::optional<std::uint64_t> number_of(const View& view, const FieldRef& ref);
std::optional<bool> flag_of(const View& view, const FieldRef& ref);
std::optional<std::string_view> text_of(const View& view, const FieldRef& ref);

bool is_set(const View& view, const FieldRef& ref);

/// Whether it is known what the value is, or that there is none: of a submission always, of an
/// update what it names or a rule changed, of the caller once they are looked up. A size that is
/// put together (`nodes`, `cpus`, `memory`, `gpus`) is known where the update names all that it is
/// of: what it does not name stays as it was, and nobody sees that.
bool is_known(const View& view, const FieldRef& ref);

/// Whether an update, or what a rule made of it, sets the field, takes it away or names what it is
/// put together from (`cpus` from tasks, `gpus` from nodes); never true of who asks.
bool is_asked(const View& view, const FieldRef& ref);

/// An update bears on the field, and what becomes of it cannot be seen.
inline bool is_undecided(const View& view, const FieldRef& ref) {
    return view.request.modify && !is_known(view, ref) && is_asked(view, ref);
}

/// Who asks: the user or their groups.
bool is_of_caller(const FieldRef& ref);

/// The value for a message; empty where it is unset.
std::string shown(const View& view, const FieldRef& ref);

/// "Closed" as "closed" where the field is caseless, else as it is.
std::string folded(const FieldEntry& field, std::string_view text);

/// As find_first_of, which asks memchr about each character: of words and sets this short that is
/// most of a condition's time.
constexpr std::size_t first_of(std::string_view text, std::string_view set) {
    for (std::size_t i = 0; i < text.size(); ++i)
        for (const char c : set)
            if (text[i] == c)
                return i;
    return text.size();
}

/// Calls `each` for what stands between the separators until it returns true; whether it did.
template <class Each>
bool any_piece(std::string_view text, std::string_view separators, Each&& each) {
    for (;;) {
        const std::size_t end = first_of(text, separators);
        if (each(text.substr(0, end)))
            return true;
        if (end == text.size())
            return false;
        text.remove_prefix(end + 1);
    }
}

/// Calls `each` for every word until it returns true; whether it did. A text is one word.
template <class Each>
bool any_word(const View& view, const FieldRef& ref, Each&& each) {
    if (ref.field->special == Special::Groups) {
        for (const Text& group : view.request.groups)
            if (each(group.view()))
                return true;
        return false;
    }
    if (ref.field->special == Special::GpuType) {
        for (const Tres& tres : view.request.tres)
            if (tres.name == "gres/gpu" && !tres.type.empty() && each(std::string_view(tres.type)))
                return true;
        return false;
    }
    const auto text = text_of(view, ref);
    if (ref.field->name == "licenses")
        for (const Tres& tres : view.request.tres)
            if (tres.name.starts_with(license) &&
                each(std::string_view(tres.name).substr(license.size())))
                return true;
    if (!text)
        return false;
    const auto usual = [&](std::string_view word) {
        return ref.field->caseless ? each(std::string_view(folded(*ref.field, word))) : each(word);
    };
    if (ref.field->separators.empty())
        return usual(*text);
    return any_piece(*text, ref.field->separators, [&](std::string_view piece) {
        const std::string_view word = piece.substr(0, first_of(piece, ref.field->ends));
        return !word.empty() && usual(word);
    });
}

} // namespace fairlead::policy
