#include "pin/request.hpp"

#include "base/words.hpp"

#include <algorithm>
#include <array>

namespace fairlead::pin {
namespace {

constexpr std::array<std::string_view, 4> words{"on", "off", "verbose", "by"};
constexpr std::array<std::string_view, 4> policies{"auto", "numa", "nic", "compact"};
constexpr std::array<std::string_view, 3> levels{"0", "1", "2"};

std::unexpected<Error> bad_word(std::string_view what, std::string_view found,
                                std::span<const std::string_view> valid) {
    return fail(Code::P101, "--efa-pin: unknown {} '{}'{}", what, printable(found),
                suggestion(found, valid));
}

Result<void> read_policy(std::string_view value, Request& request) {
    const auto found = std::ranges::find(policies, value);
    if (found == policies.end())
        return bad_word("policy", value, policies);
    request.policy = static_cast<Policy>(found - policies.begin());
    return {};
}

Result<void> read_verbose(std::string_view value, Request& request) {
    const auto found = std::ranges::find(levels, value);
    if (found == levels.end())
        return bad_word("verbose level", value, levels);
    request.verbose = static_cast<int>(found - levels.begin());
    return {};
}

Result<void> no_value(std::string_view name, bool has_value) {
    if (has_value)
        return fail(Code::P101, "--efa-pin: '{}' takes no value", name);
    return {};
}

/// `:` is the grammar's own separator; `=` is what a hand types, so it is taken too.
Result<void> read_part(std::string_view part, Request& request) {
    const std::size_t colon = part.find_first_of(":=");
    const bool has_value = colon != std::string_view::npos;
    const std::string_view name = part.substr(0, colon);
    const std::string_view value = has_value ? part.substr(colon + 1) : std::string_view{};
    if (name == "on" || name == "off") {
        request.on = name == "on";
        return no_value(name, has_value);
    }
    if (name == "verbose")
        return read_verbose(has_value ? value : "1", request);
    if (name == "by")
        return read_policy(value, request);
    return bad_word("word", name, words);
}

} // namespace

Result<Request> parse_request(std::string_view text) {
    Request request;
    if (text.size() > longest_argument)
        return fail(Code::P103, "--efa-pin: the value has {} bytes; at most {} are read",
                    text.size(), longest_argument);
    if (text.empty())
        return request;
    for (const std::string_view part : split(text, ','))
        if (auto done = read_part(part, request); !done)
            return std::unexpected(done.error());
    return request;
}

std::string_view to_string(Policy policy) { return policies.at(static_cast<std::size_t>(policy)); }

} // namespace fairlead::pin
