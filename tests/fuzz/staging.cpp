#include "promise.hpp"
#include "stage/directives.hpp"
#include "stage/orders.hpp"
#include "stage/record.hpp"
#include "targets.hpp"

#include <algorithm>
#include <cctype>

namespace fairlead::fuzz {
namespace {

using stage::Direction;
using stage::Transfer;

void check_error(const Error& error) {
    constexpr std::size_t longest = 2048;
    promise(error.code == Code::S101 || error.code == Code::S102,
            "the grammar fails with S101, S102");
    promise(std::ranges::none_of(error.message, [](unsigned char c) { return std::iscntrl(c); }),
            "an error has no control characters");
    promise(error.message.size() <= longest, "an error is short");
}

/// A word of a line, quoted: what is between two quotes of one kind has the other.
std::string quoted(std::string_view value) {
    std::string text;
    for (const char c : value) {
        const char quote = c == '"' ? '\'' : '"';
        text += {quote, c, quote};
    }
    return text;
}

std::string spelling(const Transfer& transfer) {
    const auto word = [](const auto& words, auto value) {
        return words.at(static_cast<std::size_t>(value));
    };
    std::string line(word(stage::directions, transfer.direction));
    if (transfer.profile.empty())
        line += " src=" + quoted(transfer.source) + " dst=" + quoted(transfer.destination);
    else
        line += " profile=" + transfer.profile;
    line += fmt::format(" verify={} when={}", word(stage::verifications, transfer.verify),
                        word(stage::moments, transfer.when));
    if (transfer.direction == Direction::In)
        line += fmt::format(" on-fail={} mode={}", word(stage::failures, transfer.on_fail),
                            word(stage::modes, transfer.mode));
    return line;
}

void check_transfer(const Transfer& transfer) {
    promise(transfer.profile.empty() != transfer.source.empty(), "it is a profile or two paths");
    promise(transfer.source.empty() == transfer.destination.empty(), "it has both its ends");
    promise((transfer.direction == Direction::In) == (transfer.when <= stage::When::Queued),
            "its moment is one of its direction");
    if (transfer.profile.empty())
        promise(stage::check(transfer).has_value(), "what is read may be asked for");
    const std::string line = spelling(transfer);
    if (line.size() <= stage::longest_line)
        promise(stage::parse_line(line) == transfer, "a line that is spelt is read as the same");
}

/// Symbols are filled in once at submission and once on the node.
void fill_in(const Transfer& transfer) {
    const auto early = [](char symbol) -> std::optional<std::string> {
        return symbol == 'u' ? std::optional<std::string>("ada%j") : std::nullopt;
    };
    const auto late = [](char symbol) -> std::optional<std::string> {
        return symbol == 'j' ? std::optional<std::string>("4711") : std::nullopt;
    };
    auto half = stage::expand(transfer, early, false);
    promise(half.has_value(), "a name is filled in");
    const auto whole = stage::expand(*half, late, true);
    if (!whole)
        return check_error(whole.error());
    promise(std::ranges::count(whole->source, '/') == std::ranges::count(transfer.source, '/'),
            "a symbol is no way elsewhere");
}

void read_line(std::string_view input) {
    const auto transfer = stage::parse_line(input);
    if (!transfer)
        return check_error(transfer.error());
    check_transfer(*transfer);
    fill_in(*transfer);
}

void read_option(Direction direction, std::string_view input) {
    const auto transfer = stage::parse_option(direction, input);
    if (!transfer)
        return check_error(transfer.error());
    check_transfer(*transfer);
    const stage::Request request{"17", {*transfer}};
    const auto again = stage::decode_options(stage::encode_options(request));
    promise(again == request, "an option that is sent is received as the same");
}

/// All of a job: what its user's side sent, or its script.
void read_orders(const stage::Orders& orders) {
    const config::Staging site{
        .profiles = {
            {"ref", {"in src=s3://lab/ref/ dst=/fsx/ref/", "out src=/fsx/%j dst=s3://lab/%j"}}}};
    promise(orders.any() == (orders.options || stage::has_directives(orders.script)),
            "what asks is seen");
    const auto request = stage::gather(orders, site);
    if (!request)
        return check_error(request.error());
    promise(request->transfers.size() <= stage::most_transfers, "a job has at most so many");
    for (const Transfer& transfer : request->transfers)
        promise(transfer.profile.empty(), "profiles are spelt out");
    promise(stage::decode_record(stage::encode_record(*request)) == *request,
            "a record that is written is read as the same");
}

} // namespace

void staging(std::string_view input) {
    read_line(input);
    read_option(Direction::In, input);
    read_option(Direction::Out, input);
    read_orders({.script = input});
    read_orders({.options = input});
    if (const auto record = stage::decode_record(input))
        for (const Transfer& transfer : record->transfers)
            promise(stage::check(transfer).has_value(), "a record has only what may be asked for");
}

} // namespace fairlead::fuzz
