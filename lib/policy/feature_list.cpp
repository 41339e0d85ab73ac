#include "policy/feature_list.hpp"

#include "base/words.hpp"

#include <algorithm>
#include <fmt/ranges.h>

namespace fairlead::policy {
namespace {

constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz", digits = "0123456789";

/// "large", "96xlarge", "metal", "metal-24xl"
bool is_size(std::string_view word) {
    for (const std::string_view size :
         {"nano", "micro", "small", "medium", "large", "xlarge", "metal"})
        if (word == size)
            return true;
    const auto number = [](std::string_view text, std::string_view unit) {
        return text.size() > unit.size() && text.ends_with(unit) &&
               text.find_first_not_of(digits) == text.size() - unit.size();
    };
    constexpr std::string_view metal = "metal-";
    return number(word, "xlarge") ||
           (word.starts_with(metal) && number(word.substr(metal.size()), "xl"));
}

bool has_efa_here(const FabricCase& job, std::string_view type) {
    const auto* known = job.catalog.find(type);
    const auto& types = job.partitions.rules.instance_types;
    return known && known->efa_interfaces > 0 &&
           (job.partitions.unlisted || std::ranges::find(types, type) != types.end());
}

/// Whether a list leaves nothing, by what a word of it rules out. Of words that must all hold one
/// is enough; of words to choose from all must rule it out.
template <class Rules>
bool rules_out(std::string_view list, const Rules& word_rules_out) {
    const bool choice = list.contains('|');
    if (list.find_first_of("[](){}*") != std::string_view::npos ||
        (choice && list.find_first_of("&,") != std::string_view::npos))
        return false;
    for (std::size_t begin = 0; begin <= list.size();) {
        const std::size_t end = std::min(list.find_first_of("&,|", begin), list.size());
        const bool out = word_rules_out(list.substr(begin, end - begin));
        if (out != choice)
            return out;
        begin = end + 1;
    }
    return choice;
}

bool is_hopeless_list(const FabricCase& job, std::string_view list) {
    return rules_out(list, [&](std::string_view word) {
        return is_instance_type(word) && !has_efa_here(job, word);
    });
}

std::string_view features_of(const FabricCase& job) {
    return job.request.features ? job.request.features->view() : "";
}

/// "hpc7a.96xlarge, p5.48xlarge"
std::string types_here(const FabricCase& job) {
    std::vector<std::string_view> names;
    for (const auto* type : efa_types(job.partitions, job.catalog))
        names.emplace_back(type->name);
    return fmt::format("{}", fmt::join(names, ", "));
}

} // namespace

bool is_instance_type(std::string_view word) {
    const std::size_t dot = word.find('.');
    if (dot == std::string_view::npos || !is_size(word.substr(dot + 1)))
        return false;
    const std::string_view family = word.substr(0, dot);
    return !family.empty() && letters.contains(family.front()) &&
           family.find_first_of(digits) != std::string_view::npos &&
           std::ranges::all_of(family, [](char c) {
               return letters.contains(c) || digits.contains(c) || c == '-';
           });
}

std::optional<Error> refuse_features(const FabricCase& job) {
    const std::string_view list = features_of(job);
    if (list.empty() || !is_hopeless_list(job, list))
        return std::nullopt;
    const std::string types = types_here(job);
    if (types.empty() && !job.partitions.unlisted)
        return std::nullopt; // whatever the list says: the partition has no EFA type
    const bool own = may_drop_efa(job);
    return Error{
        Code::E101,
        fmt::format("{} requires EFA, but the feature list '{}' selects no EFA node{}; "
                    "drop the constraint{}{}",
                    own ? "the job" : fmt::format("partition '{}'", printable(job.partitions.name)),
                    printable(list), types.empty() ? "" : " (EFA types here: " + types + ")",
                    types.empty() ? "" : " or name one of these",
                    own ? ", or drop --efa=required" : "")};
}

std::vector<const catalog::InstanceType*>
types_left(const FabricCase& job, std::vector<const catalog::InstanceType*> types) {
    std::erase_if(types, [&](const catalog::InstanceType* type) {
        return rules_out(features_of(job), [&](std::string_view word) {
            return is_instance_type(word) && word != type->name;
        });
    });
    return types;
}

const catalog::InstanceType* type_demanded(const FabricCase& job) {
    const std::string_view list = features_of(job);
    if (list.find_first_of("[](){}*|") != std::string_view::npos)
        return nullptr;
    for (std::size_t begin = 0; begin < list.size();) {
        const std::size_t end = std::min(list.find_first_of("&,", begin), list.size());
        if (const auto* type = job.catalog.find(list.substr(begin, end - begin)))
            return type;
        begin = end + 1;
    }
    return nullptr;
}

} // namespace fairlead::policy
