#include "submit/field_values.hpp"

#include "base/words.hpp"

#include <type_traits>

namespace fairlead::submit {
namespace {

using policy::FieldRef;
using policy::JobRequest;
using policy::Special;

/// Stores a text in a member of any kind.
struct Store {
    JobRequest& request;
    const std::string& text;
    policy::Unit unit;

    bool operator()(std::monostate) const { return false; }
    bool operator()(std::optional<Text> JobRequest::* member) const {
        request.*member = text;
        return true;
    }
    bool operator()(std::optional<bool> JobRequest::* member) const {
        request.*member = text == "true";
        return text == "true" || text == "false";
    }
    template <class Number>
    bool operator()(std::optional<Number> JobRequest::* member) const {
        const auto number = policy::read_quantity(text, unit);
        if (number)
            request.*member = static_cast<Number>(*number);
        return number.has_value();
    }
};

/// The GPUs of the request, whose count and type come as two fields.
policy::Tres& gpus_of(JobRequest& request) {
    for (policy::Tres& tres : request.tres)
        if (tres.name == "gres/gpu")
            return tres;
    return request.tres.emplace_back(policy::Tres{"gres/gpu", "", 1});
}

bool set_special(const FieldRef& ref, const std::string& text, JobRequest& request,
                 std::vector<std::string>& environment) {
    const auto number = policy::read_quantity(text, policy::Unit::Count);
    switch (ref.field->special) {
    case Special::Nodes:
        if (number)
            request.least_nodes = request.most_nodes = static_cast<std::uint32_t>(*number);
        return number.has_value();
    case Special::Groups:
        request.groups.clear();
        for (const std::string_view group : split(text, ','))
            request.groups.emplace_back(group);
        return true;
    case Special::Gpus:
        gpus_of(request).count = number.value_or(0);
        return number.has_value();
    case Special::GpuType:
        gpus_of(request).type = text;
        return true;
    case Special::Tres:
        if (number)
            request.tres.push_back({ref.key, ref.type, *number});
        return number.has_value();
    case Special::Environment:
        environment.push_back(ref.key + "=" + text);
        return true;
    case Special::Modify:
        request.modify = text == "true";
        return true;
    default:
        return false;
    }
}

} // namespace

bool set_field(const FieldRef& ref, const std::string& text, JobRequest& request,
               std::vector<std::string>& environment) {
    if (ref.field->request.index() == 0)
        return set_special(ref, text, request, environment);
    return std::visit(Store{request, text, ref.field->unit}, ref.field->request);
}

std::string usual_form(const FieldRef& ref, const std::string& text) {
    if (text == "unset")
        return {};
    if (ref.field->kind != policy::Kind::Number)
        return text;
    const auto number = policy::read_quantity(text, ref.field->unit);
    return number ? policy::show_quantity(*number, ref.field->unit) : text;
}

} // namespace fairlead::submit
