#include "cost/settings.hpp"

#include "base/files.hpp"
#include "base/words.hpp"
#include "config/reader.hpp"
#include "cost/names.hpp"

#include <array>

namespace fairlead::cost {
namespace {

using config::Key;
using config::Reader;

constexpr std::string_view schema = "fairlead.config/1";
constexpr std::array<std::string_view, 3> modes{"off", "observe", "enforce"};

Key path_key(const Reader& reader, std::string_view name, std::filesystem::path& into) {
    return {name, [&reader, name, &into](const YAML::Node& node) -> Result<void> {
                auto path = reader.absolute_path(node, name);
                if (!path)
                    return std::unexpected(path.error());
                into = std::move(*path);
                return {};
            }};
}

template <class Duration>
Key time_key(const Reader& reader, std::string_view name, int most, Duration& into) {
    return {name, [&reader, name, most, &into](const YAML::Node& node) -> Result<void> {
                const auto number = reader.number(node, name, 1, most);
                if (!number)
                    return std::unexpected(number.error());
                into = Duration(*number);
                return {};
            }};
}

Key money_key(const Reader& reader, std::string_view name, Money& into) {
    return {name, [&reader, name, &into](const YAML::Node& node) -> Result<void> {
                const auto text = reader.text(node, name);
                if (!text)
                    return std::unexpected(text.error());
                const auto amount = read_decimal(*text, 9);
                if (!amount || *amount < 0)
                    return reader.error(Code::X106, node,
                                        fmt::format("{} is '{}'; expected an amount such as 50",
                                                    name, printable(*text)));
                into = {*amount};
                return {};
            }};
}

/// AWS's number of an account.
Key account_key(const Reader& reader, std::string_view name, std::string& into) {
    return {name, [&reader, name, &into](const YAML::Node& node) -> Result<void> {
                auto text = reader.text(node, name);
                if (!text)
                    return std::unexpected(text.error());
                const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
                if (text->size() != 12 || !std::ranges::all_of(*text, is_digit))
                    return reader.error(Code::X106, node,
                                        fmt::format("{} is '{}'; expected the twelve digits of an "
                                                    "account of AWS, in quotes",
                                                    name, printable(*text)));
                into = std::move(*text);
                return {};
            }};
}

template <class Word, std::size_t N>
Key word_key(const Reader& reader, std::string_view name,
             const std::array<std::string_view, N>& words, Word& into) {
    return {name, [&reader, name, &words, &into](const YAML::Node& node) -> Result<void> {
                const auto index = reader.word(node, name, words);
                if (!index)
                    return std::unexpected(index.error());
                into = static_cast<Word>(*index);
                return {};
            }};
}

Result<Settings> read(const Reader& reader, const YAML::Node& node,
                      const std::filesystem::path& folder) {
    constexpr int hour = 3600, day = 24 * hour, year_in_hours = 366 * 24;
    Settings settings{.groups = folder / "groups.yaml",
                      .prices = "/var/lib/fairlead/prices/prices.csv",
                      .nodes = folder / "nodes.csv",
                      .ledger = "/var/lib/fairlead/ledger.db"};
    const Key keys[] = {word_key(reader, "mode", modes, settings.mode),
                        path_key(reader, "groups", settings.groups),
                        path_key(reader, "prices", settings.prices),
                        path_key(reader, "nodes", settings.nodes),
                        path_key(reader, "ledger", settings.ledger),
                        path_key(reader, "metrics", settings.metrics),
                        account_key(reader, "billing_account", settings.billing_account),
                        time_key(reader, "period", hour, settings.period),
                        time_key(reader, "stale_after", day, settings.stale_after),
                        word_key(reader, "when_stale", stale_words, settings.when_stale),
                        money_key(reader, "grace", settings.grace),
                        money_key(reader, "notify_above", settings.notify_above),
                        time_key(reader, "assume_hours", year_in_hours, settings.assumed)};
    if (auto done = reader.map(node, "cost", keys); !done)
        return std::unexpected(done.error());
    if (settings.stale_after < 2 * settings.period)
        return reader.error(Code::X106, node,
                            fmt::format("stale_after is {} s; expected at least twice the period "
                                        "of {} s, or every snapshot is stale before the next",
                                        settings.stale_after.count(), settings.period.count()));
    return settings;
}

} // namespace

Result<std::optional<Settings>> parse_settings(std::string_view text,
                                               const std::filesystem::path& config_path) {
    const Reader reader{config_path, schema};
    const auto root = reader.parse(text);
    if (!root)
        return std::unexpected(root.error());
    const YAML::Node section = (*root)["cost"];
    if (!section)
        return std::nullopt;
    auto settings = read(reader, section, config_path.parent_path());
    if (!settings)
        return std::unexpected(settings.error());
    return std::move(*settings);
}

Result<StaleOfAccounts> stale_of_accounts(std::string_view text,
                                          const std::filesystem::path& file) {
    const Reader reader{file, "fairlead.groups/1"};
    const auto root = reader.parse(text);
    if (!root)
        return std::unexpected(root.error());
    StaleOfAccounts stale;
    const auto read_group = [&](const std::string& name, const YAML::Node& group) -> Result<void> {
        if (!group.IsMap() || !group["when_stale"] || !group["accounts"])
            return {};
        const auto when = reader.word(group["when_stale"], "when_stale", stale_words);
        const auto accounts = reader.texts(group["accounts"], "groups." + name + ".accounts");
        if (!when || !accounts)
            return std::unexpected(!when ? when.error() : accounts.error());
        for (const std::string& account : *accounts)
            stale.emplace(in_small_letters(account), static_cast<WhenStale>(*when));
        return {};
    };
    if (root->IsMap() && (*root)["groups"])
        if (auto done = reader.entries((*root)["groups"], "groups", read_group); !done)
            return std::unexpected(done.error());
    return stale;
}

Result<std::optional<Settings>> load_settings(const std::filesystem::path& config_path) {
    const auto text = read_file(config_path);
    if (!text)
        return std::unexpected(text.error());
    return parse_settings(*text, config_path);
}

} // namespace fairlead::cost
