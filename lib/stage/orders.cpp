#include "stage/orders.hpp"

#include "base/words.hpp"
#include "stage/directives.hpp"

#include <algorithm>

namespace fairlead::stage {
namespace {

using Lines = std::vector<std::string>;

std::vector<std::string_view> names_of(const config::Staging& site) {
    std::vector<std::string_view> names;
    for (const auto& [name, lines] : site.profiles)
        names.push_back(name);
    return names;
}

Result<std::vector<Transfer>> profile_of(const std::string& name, const Lines& lines) {
    std::vector<Transfer> transfers;
    for (const std::string& line : lines) {
        auto transfer = parse_line(line);
        if (transfer && !transfer->profile.empty())
            transfer = fail(Code::S101, "a profile cannot name another one");
        if (!transfer)
            return fail(transfer.error().code, "profile {}: {}", name, transfer.error().message);
        transfers.push_back(std::move(*transfer));
    }
    return transfers;
}

/// The lines of a profile that go the way it is asked for.
Result<void> spell_out(const Transfer& asked, const config::Staging& site,
                       std::vector<Transfer>& transfers) {
    const auto found = site.profiles.find(asked.profile);
    if (found == site.profiles.end()) {
        const auto names = names_of(site);
        return fail(Code::S101, "staging: there is no profile '{}'{}", printable(asked.profile),
                    names.empty() ? std::string("; this site has none")
                                  : suggestion(asked.profile, names));
    }
    auto lines = profile_of(found->first, found->second);
    if (!lines)
        return std::unexpected(lines.error());
    const std::size_t before = transfers.size();
    for (Transfer& transfer : *lines)
        if (transfer.direction == asked.direction)
            transfers.push_back(std::move(transfer));
    if (transfers.size() == before)
        return fail(Code::S101, "staging: profile '{}' stages nothing {}", printable(asked.profile),
                    directions.at(static_cast<std::size_t>(asked.direction)));
    return {};
}

} // namespace

bool Orders::any() const { return options || has_directives(script); }

Result<Request> gather(const Orders& orders, const config::Staging& site) {
    Request asked{"0", {}};
    if (orders.options) {
        auto read = decode_options(*orders.options);
        if (!read)
            return std::unexpected(read.error());
        asked = std::move(*read);
    }
    const auto lines = read_directives(orders.script);
    if (!lines)
        return std::unexpected(lines.error());
    asked.transfers.insert(asked.transfers.end(), lines->begin(), lines->end());
    Request request{asked.id, {}};
    std::vector<Transfer> all;
    for (const Transfer& transfer : asked.transfers) {
        if (transfer.profile.empty())
            all.push_back(transfer);
        else if (auto spelt = spell_out(transfer, site, all); !spelt)
            return std::unexpected(spelt.error());
    }
    for (Transfer& transfer : all)
        if (std::ranges::find(request.transfers, transfer) == request.transfers.end())
            request.transfers.push_back(std::move(transfer));
    if (request.transfers.size() > most_transfers)
        return fail(Code::S101, "staging: a job asks for {} transfers; at most {} are taken",
                    request.transfers.size(), most_transfers);
    return request;
}

Result<void> check_profiles(const config::Staging& site) {
    for (const auto& [name, lines] : site.profiles)
        if (auto read = profile_of(name, lines); !read)
            return std::unexpected(read.error());
    return {};
}

} // namespace fairlead::stage
