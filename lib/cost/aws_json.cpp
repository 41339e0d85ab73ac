#include "cost/aws_json.hpp"

#include <algorithm>

namespace fairlead::cost {

const Json& member(const Json& object, const char* name) {
    static const Json none;
    if (!object.is_object())
        return none;
    const auto found = object.find(name);
    return found == object.end() ? none : *found;
}

std::string text_of(const Json& object, const char* name) {
    const Json& value = member(object, name);
    if (value.is_number())
        return value.dump();
    return value.is_string() ? value.get<std::string>() : "";
}

std::optional<Time> aws_time(const std::string& text) {
    const std::size_t point = text.find('.');
    const std::size_t behind = std::min(
        point == std::string::npos ? point : text.find_first_not_of("0123456789", point + 1),
        text.size());
    const auto time = read_time(text.substr(0, point) + text.substr(behind));
    return time ? std::optional(*time) : std::nullopt;
}

} // namespace fairlead::cost
