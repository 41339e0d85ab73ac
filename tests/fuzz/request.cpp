#include "pin/request.hpp"

#include "promise.hpp"
#include "targets.hpp"

#include <algorithm>
#include <cctype>
#include <fmt/ranges.h>

namespace fairlead::fuzz {
namespace {

using pin::NicSelection;
using pin::Request;

std::string nics_of(const NicSelection& nics) {
    static constexpr std::string_view words[]{"closest", "balance", "all", "none"};
    std::vector<std::string> lists;
    for (const auto& list : nics.lists)
        lists.push_back(fmt::format("{}", fmt::join(list, "+")));
    if (nics.kind == NicSelection::Kind::Named)
        return lists.front();
    if (nics.kind == NicSelection::Kind::Map)
        return fmt::format("map:{}", fmt::join(lists, "/"));
    return std::string(words[static_cast<std::size_t>(nics.kind)]);
}

/// The words that make this request, each part that is not the default.
std::string spelling(const Request& request) {
    const Request plain;
    std::vector<std::string> words;
    const auto add = [&](bool said, std::string_view name, const auto&... value) {
        if (said)
            words.push_back((std::string(name) + ... + fmt::format(":{}", value)));
    };
    add(!request.on, "off");
    add(request.help, "help");
    add(request.dry_run, "dry-run");
    add(request.strict, "strict");
    add(request.force, "force");
    add(request.report == pin::ReportFormat::Json, "report", "json");
    add(request.verbose != 0 || request.report != plain.report, "verbose", request.verbose);
    add(request.policy != plain.policy, "by", pin::to_string(request.policy));
    add(request.nics.kind != plain.nics.kind, "nic", nics_of(request.nics));
    add(request.nics_per_rank > 0, "nics", request.nics_per_rank);
    add(request.ranks_per_nic > 0, "ranks-per-nic", request.ranks_per_nic);
    add(request.memory != plain.memory, "mem", pin::to_string(request.memory));
    add(request.smt > 0, "smt", request.smt);
    add(request.reserve > 0, "reserve", request.reserve);
    add(request.omp != plain.omp, "omp", request.omp == pin::Omp::Set ? "set" : "off");
    add(request.gpu_env != plain.gpu_env, "gpu-env", "set");
    return fmt::format("{}", fmt::join(words, ","));
}

bool in_bounds(const Request& request) {
    const auto fits = [](int number) { return number >= 0 && number <= 65536; };
    return fits(request.nics_per_rank) && fits(request.ranks_per_nic) && fits(request.smt) &&
           fits(request.reserve) && request.verbose >= 0 && request.verbose <= 2;
}

bool lists_fit_kind(const NicSelection& nics) {
    const bool has_words = std::ranges::all_of(nics.lists, [](const auto& list) {
        return !list.empty() && std::ranges::none_of(list, &std::string::empty);
    });
    if (nics.kind == NicSelection::Kind::Named)
        return nics.lists.size() == 1 && has_words;
    return nics.kind != NicSelection::Kind::Map || (!nics.lists.empty() && has_words);
}

void check_error(const Error& error, std::size_t size) {
    promise(error.code == Code::P101 || error.code == Code::P103,
            "the grammar fails with P101, P103");
    promise((error.code == Code::P103) == (size > pin::longest_argument),
            "P103 says that the value is too long, and nothing else");
    promise(error.message.starts_with("--efa-pin"), "an error names its option");
    promise(std::ranges::none_of(error.message, [](unsigned char c) { return std::iscntrl(c); }),
            "an error has no control characters");
    promise(error.message.size() <= 2 * pin::longest_argument + 256, "an error is short");
}

void check_request(const Request& request) {
    promise(in_bounds(request), "numbers are in their bounds");
    promise(lists_fit_kind(request.nics), "a selection has the lists of its kind");
    const std::string words = spelling(request);
    if (words.size() > pin::longest_argument)
        return;
    const auto again = pin::parse_request(words);
    promise(again.has_value(), "a request can be spelt");
    Request expected = request;
    if (request.nics.kind != NicSelection::Kind::Named &&
        request.nics.kind != NicSelection::Kind::Map)
        expected.nics.lists.clear(); // what an earlier, overruled word left
    promise(*again == expected, "a request that is spelt is read as the same");
}

} // namespace

void request(std::string_view input) {
    const auto read = pin::parse_request(input);
    if (!read)
        check_error(read.error(), input.size());
    else
        check_request(*read);
}

} // namespace fairlead::fuzz
