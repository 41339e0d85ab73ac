#include "job.hpp"

#include "base/words.hpp"
#include "policy/fields.hpp"

#include <charconv>

namespace fairlead::fuzz {
namespace {

using policy::JobRequest;

template <class Number>
std::optional<Number> number(std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional(value)
                                                                    : std::nullopt;
}

/// Into the member that the table names.
void store(JobRequest& request, const policy::FieldEntry& field, std::string_view value) {
    const auto into = [&](auto pointer) {
        if constexpr (!std::is_same_v<decltype(pointer), std::monostate>) {
            using Held = typename std::remove_reference_t<decltype(request.*pointer)>::value_type;
            if constexpr (std::is_same_v<Held, bool>)
                request.*pointer = value != "false";
            else if constexpr (std::is_integral_v<Held>)
                request.*pointer = number<Held>(value);
            else
                request.*pointer = Held(value);
        }
    };
    std::visit(into, field.request);
}

/// "a100:4"
policy::Tres gpus(std::string_view value) {
    const auto colon = std::min(value.find(':'), value.size());
    const auto count = value.substr(std::min(colon + 1, value.size()));
    return {"gres/gpu", std::string(value.substr(0, colon)),
            number<std::uint32_t>(count).value_or(1)};
}

} // namespace

Job::Job(std::string_view lines) {
    for (const std::string_view line : split(lines, '\n'))
        if (const auto equals = line.find('='); equals != std::string_view::npos)
            take(line.substr(0, equals), line.substr(equals + 1));
    for (const std::string& variable : variables_)
        environment_.push_back(variable.c_str());
    request_.environment = environment_;
}

void Job::take(std::string_view name, std::string_view value) {
    constexpr std::string_view variable = "environment.";
    if (name == "group")
        request_.groups.emplace_back(value);
    else if (name == "gpu")
        request_.tres.push_back(gpus(value));
    else if (name == "release")
        request_.release = true;
    else if (name == "counted")
        request_.tasks_counted = true;
    else if (name == "stranger")
        request_.caller_known = false;
    else if (name == "by")
        request_.submitted_by = value;
    else if (name.starts_with(variable))
        variables_.push_back(std::string(name.substr(variable.size())) + "=" + std::string(value));
    else if (const auto* field = policy::find_field(name))
        store(request_, *field, value);
}

} // namespace fairlead::fuzz
