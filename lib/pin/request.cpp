#include "pin/request.hpp"

#include "base/words.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace fairlead::pin {

const std::string_view grammar =
    R"(ARGS are words joined with commas; a bare --efa-pin means on.
  on | off               pin, or cancel a pin that was inherited
  by:POLICY              auto (default) | gpu | nic | numa | l3 | compact | spread | none
  nic:SELECTION          closest (default) | balance | all | none | NAME+NAME | map:NAME/NAME+NAME
  nics:N                 EFA interfaces a rank
  ranks-per-nic:N        limit of ranks on an interface
  smt:K                  hardware threads of a core to use
  reserve:N              cores that no rank gets
  mem:POLICY             keep (default) | prefer | bind | interleave
  omp:HOW                fill (default) | off | set: the variables of OpenMP
  gpu-env:HOW            keep (default) | set: CUDA_VISIBLE_DEVICES
  strict                 fail where the plan has to break a promise
  force                  go before --cpu-bind and --mem-bind
  dry-run                show the plan and run nothing
  verbose[:0|1|2]        show the plan from no, the first or every node
  report[:text|json]     show the plan from the first node
  help                   show this
)";

namespace {

using Words = std::span<const std::string_view>;

// In the order of their enumerations.
constexpr std::array<std::string_view, 8> policies{"auto", "gpu",     "nic",    "numa",
                                                   "l3",   "compact", "spread", "none"};
constexpr std::array<std::string_view, 4> memories{"keep", "prefer", "bind", "interleave"};
constexpr std::array<std::string_view, 3> omps{"fill", "off", "set"};
constexpr std::array<std::string_view, 2> gpu_envs{"keep", "set"};
constexpr std::array<std::string_view, 2> formats{"text", "json"};
constexpr std::array<std::string_view, 3> levels{"0", "1", "2"};
constexpr std::array<std::string_view, 5> selections{"closest", "balance", "all", "none", "map"};

std::unexpected<Error> unknown(std::string_view what, std::string_view found, Words valid) {
    return fail(Code::P101, "--efa-pin: unknown {} '{}'{}", what, printable(found),
                suggestion(found, valid));
}

Result<void> choose(std::string_view what, std::string_view value, Words valid, auto& chosen) {
    const auto found = std::ranges::find(valid, value);
    if (found == valid.end())
        return unknown(what, value, valid);
    chosen = static_cast<std::remove_reference_t<decltype(chosen)>>(found - valid.begin());
    return {};
}

Result<void> count(std::string_view name, std::string_view value, int& number) {
    constexpr int most = 65536;
    const char* end = value.data() + value.size();
    const auto [stop, error] = std::from_chars(value.data(), end, number);
    if (value.empty() || error != std::errc{} || stop != end || number < 1 || number > most)
        return fail(Code::P101, "--efa-pin: '{}' is '{}'; expected a number from 1 to {}, as {}:2",
                    name, printable(value), most, name);
    return {};
}

/// A libibverbs name has a digit (rdmap16s0, efa_0) and a number is one, so that a misspelt word of
/// the grammar is not taken for a name and found out only on the node.
bool is_nic(std::string_view word) {
    const auto fits = [](unsigned char c) {
        return std::isalnum(c) || c == '_' || c == '-' || c == '.';
    };
    return std::ranges::all_of(word, fits) &&
           std::ranges::any_of(word, [](unsigned char c) { return std::isdigit(c); });
}

Result<std::vector<std::string>> read_nics(std::string_view text) {
    std::vector<std::string> names;
    for (const std::string_view name : split(text, '+')) {
        if (std::ranges::find(selections, name) != selections.end())
            return fail(Code::P101,
                        "--efa-pin: '{}' is no EFA interface; expected names or numbers, as "
                        "nic:0+1 or nic:map:0/1",
                        name);
        if (!is_nic(name))
            return unknown("EFA interface selection", name, selections);
        names.emplace_back(name);
    }
    return names;
}

Result<void> read_lists(const std::vector<std::string_view>& texts, NicSelection& nics) {
    nics.lists.clear();
    for (const std::string_view text : texts) {
        auto names = read_nics(text);
        if (!names)
            return std::unexpected(names.error());
        nics.lists.push_back(std::move(*names));
    }
    return {};
}

Result<void> read_selection(std::string_view value, NicSelection& nics) {
    constexpr std::string_view map = "map:";
    const Words words = Words(selections).first(4);
    if (std::ranges::find(words, value) != words.end())
        return choose("EFA interface selection", value, words, nics.kind);
    if (value.starts_with(map) || value.starts_with("map=")) {
        nics.kind = NicSelection::Kind::Map;
        return read_lists(split(value.substr(map.size()), '/'), nics);
    }
    nics.kind = NicSelection::Kind::Named;
    return read_lists({value}, nics);
}

/// A word of the grammar: whether it takes a value, and what it does.
struct Word {
    enum class Value { None, Optional, Required };
    std::string_view name;
    Value value;
    Result<void> (*read)(std::string_view value, Request& request);
};

constexpr auto none = Word::Value::None, optional = Word::Value::Optional,
               required = Word::Value::Required;

template <bool Request::* Flag, bool To>
Result<void> set_flag(std::string_view, Request& request) {
    request.*Flag = To;
    return {};
}

Result<void> read_verbose(std::string_view value, Request& request) {
    return choose("verbose level", value.empty() ? "1" : value, levels, request.verbose);
}

Result<void> read_report(std::string_view value, Request& request) {
    request.verbose = std::max(request.verbose, 1);
    return choose("report format", value.empty() ? "text" : value, formats, request.report);
}

constexpr std::array table{
    Word{"on", none, set_flag<&Request::on, true>},
    Word{"off", none, set_flag<&Request::on, false>},
    Word{"help", none, set_flag<&Request::help, true>},
    Word{"dry-run", none, set_flag<&Request::dry_run, true>},
    Word{"strict", none, set_flag<&Request::strict, true>},
    Word{"force", none, set_flag<&Request::force, true>},
    Word{"verbose", optional, read_verbose},
    Word{"report", optional, read_report},
    Word{"by", required,
         [](std::string_view value, Request& request) {
             return choose("policy", value, policies, request.policy);
         }},
    Word{"nic", required,
         [](std::string_view value, Request& request) {
             return read_selection(value, request.nics);
         }},
    Word{"nics", required,
         [](std::string_view value, Request& request) {
             return count("nics", value, request.nics_per_rank);
         }},
    Word{"ranks-per-nic", required,
         [](std::string_view value, Request& request) {
             return count("ranks-per-nic", value, request.ranks_per_nic);
         }},
    Word{"mem", required,
         [](std::string_view value, Request& request) {
             return choose("memory policy", value, memories, request.memory);
         }},
    Word{"smt", required,
         [](std::string_view value, Request& request) { return count("smt", value, request.smt); }},
    Word{"reserve", required,
         [](std::string_view value, Request& request) {
             return count("reserve", value, request.reserve);
         }},
    Word{"omp", required,
         [](std::string_view value, Request& request) {
             return choose("omp value", value, omps, request.omp);
         }},
    Word{"gpu-env", required,
         [](std::string_view value, Request& request) {
             return choose("gpu-env value", value, gpu_envs, request.gpu_env);
         }},
};

constexpr auto names = [] {
    std::array<std::string_view, table.size()> all;
    std::ranges::transform(table, all.begin(), &Word::name);
    return all;
}();

/// `:` is the grammar's own separator; `=` is what a hand types, so it is taken too.
Result<void> read_part(std::string_view part, Request& request) {
    const std::size_t colon = part.find_first_of(":=");
    const bool has_value = colon != std::string_view::npos;
    const std::string_view name = part.substr(0, colon);
    const std::string_view value = has_value ? part.substr(colon + 1) : std::string_view{};
    const auto* const word = std::ranges::find(table, name, &Word::name);
    if (word == table.end())
        return unknown("word", name, names);
    if (word->value == none && has_value)
        return fail(Code::P101, "--efa-pin: '{}' takes no value", name);
    if (word->value == optional && has_value && value.empty())
        return fail(Code::P101, "--efa-pin: '{}' has no value after its colon", part);
    return word->read(value, request);
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

std::string_view to_string(Memory memory) { return memories.at(static_cast<std::size_t>(memory)); }

} // namespace fairlead::pin
