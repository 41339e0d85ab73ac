/// fairlead prices import

#include "cli/commands.hpp"
#include "cli/prices_ask.hpp"

#include "base/files.hpp"
#include "cost/price_import.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <openssl/evp.h>
#include <optional>

namespace fairlead::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
    std::vector<fs::path> files;
    std::vector<std::string> types;
    std::optional<int> days;
    fs::path archive = "/var/lib/fairlead/prices";
    std::string region;
};

constexpr std::size_t largest_answer = 1024UL * 1024 * 1024;

std::string sha256(std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
    std::string hex;
    for (unsigned i = 0; i < size; ++i)
        hex += fmt::format("{:02x}", digest.at(i));
    return hex;
}

/// What AWS said, in a file or just now.
struct Said {
    std::string name; ///< of the file
    std::string text;
    std::string region; ///< of answers which do not say it
};

/// Where it is kept. The region of spot prices is in the name: the answer does not say it.
fs::path kept_name(const Options& options, const Said& said) {
    return options.archive / fmt::format("{}.{}.json", sha256(said.text), said.region);
}

/// "REGION" of "CHECKSUM.REGION.json".
std::string region_of(const fs::path& kept) {
    const std::string region = kept.stem().extension().string();
    return region.empty() ? "" : region.substr(1);
}

/// What was ever archived; nothing where there is no folder yet.
Result<cost::AwsPrices> archived(const fs::path& folder) {
    cost::AwsPrices all;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        if (entry->path().extension() != ".json")
            continue;
        const auto text = read_file(entry->path(), largest_answer);
        if (!text)
            return std::unexpected(text.error());
        auto prices =
            cost::read_aws_prices(*text, entry->path().native(), region_of(entry->path()));
        if (!prices)
            return std::unexpected(prices.error());
        all.add(std::move(*prices));
    }
    if (error && error != std::errc::no_such_file_or_directory)
        return fail(Code::X103, "{}: {}", folder.native(), error.message());
    return all;
}

Result<std::vector<Said>> read_files(const Options& options) {
    std::vector<Said> all;
    for (const fs::path& file : options.files) {
        auto text = read_file(file, largest_answer);
        if (!text)
            return std::unexpected(text.error());
        all.push_back({file.native(), std::move(*text), options.region});
    }
    return all;
}

/// What AWS answers now, where types are named, is told and added to `all`.
Result<void> ask_aws(const Options& options, const Session& session, const cost::AwsPrices& known,
                     std::vector<Said>& all) {
    if (options.types.empty())
        return {};
    auto config = config_or_default(session);
    if (!config)
        return std::unexpected(config.error());
    if (!options.region.empty())
        config->region = options.region;
    auto asked = ask_prices(*config, {options.types, options.days, known});
    if (!asked)
        return std::unexpected(asked.error());
    for (PriceAnswer& answer : asked->answers) {
        fmt::print("{} of {}: {}\n", answer.name, asked->region, answer.prices);
        all.push_back({std::move(answer.name), std::move(answer.json), asked->region});
    }
    return {};
}

/// What is not in the archive yet.
struct Fresh {
    fs::path kept;
    std::string text;
};

/// Of those that are new, with their prices added to `all`.
Result<std::vector<Fresh>> fresh_ones(const Options& options, std::vector<Said> heard,
                                      cost::AwsPrices& all) {
    std::vector<Fresh> fresh;
    std::error_code ignored;
    for (Said& said : heard) {
        auto prices = cost::read_aws_prices(said.text, said.name, said.region);
        if (!prices)
            return std::unexpected(prices.error());
        const fs::path kept = kept_name(options, said);
        if (fs::exists(kept, ignored))
            continue;
        all.add(std::move(*prices));
        fresh.push_back({kept, std::move(said.text)});
    }
    return fresh;
}

/// Nothing is kept that no book can be made of.
void import_prices(const Options& options, Session& session) {
    constexpr mode_t folder_mode = 0755, book_mode = 0644, read_only = 0444;
    auto heard = read_files(options);
    if (!heard)
        return session.report(heard.error());
    auto all = archived(options.archive);
    if (!all)
        return session.report(all.error());
    if (auto asked = ask_aws(options, session, *all, *heard); !asked)
        return session.report(asked.error());
    if (auto made = make_folders(options.archive, folder_mode); !made)
        return session.report(made.error());
    const auto fresh = fresh_ones(options, std::move(*heard), *all);
    if (!fresh)
        return session.report(fresh.error());
    const auto book = cost::book_of(std::move(*all));
    if (!book)
        return session.report(book.error());
    for (const Fresh& each : *fresh)
        if (auto written = write_atomic(each.kept, each.text, read_only); !written)
            return session.report(written.error());
    const fs::path file = options.archive / "prices.csv";
    if (auto written = write_atomic(file, *book, book_mode); !written)
        return session.report(written.error());
    fmt::print("{}: {} prices\n", file.native(), std::ranges::count(*book, '\n') - 1);
}

} // namespace

void add_prices(CLI::App& app, Session& session) {
    auto options = std::make_shared<Options>();
    CLI::App* prices = app.add_subcommand("prices", "the price book");
    prices->require_subcommand(1);
    CLI::App* command = prices->add_subcommand(
        "import", "archive what AWS said of prices and write a price book of all that is archived");
    auto* from = command->add_option_group("from");
    from->add_option("FILE", options->files,
                     "JSON: EC2's price list, or of `aws pricing get-products`, `aws ec2 "
                     "describe-spot-price-history`, `describe-reserved-instances` or "
                     "`describe-capacity-block-offerings`, or `aws savingsplans "
                     "describe-savings-plan-rates` or `describe-savings-plans`");
    auto* types = from->add_option("--type", options->types,
                                   "ask AWS for the list price and the spot prices of this "
                                   "instance type; may come several times");
    from->require_option(1, 2);
    command
        ->add_option("--days", options->days,
                     "of spot prices to ask for, up to now (default: from a day before the newest "
                     "in the archive, at most 90)")
        ->needs(types)
        ->check(CLI::Range(1, days_kept));
    command->add_option("--archive", options->archive, "folder that keeps them, and prices.csv")
        ->capture_default_str();
    command
        ->add_option("--region", options->region,
                     "region of spot prices, reservations and capacity blocks, whose answers do "
                     "not name it; with --type that is asked about (default: the configuration's)")
        ->check([](const std::string& word) {
            const bool fine = std::ranges::all_of(word, [](char c) {
                return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
            });
            return fine ? std::string() : "expected a region such as us-east-2";
        });
    command->callback([options, &session] { import_prices(*options, session); });
}

} // namespace fairlead::cli
