/// fairlead prices import

#include "cli/commands.hpp"

#include "base/files.hpp"
#include "cost/price_import.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <openssl/evp.h>

namespace fairlead::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
    std::vector<fs::path> files;
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

/// Where a file is kept. The region of spot prices is in the name: the answer does not say it.
fs::path kept_name(const Options& options, std::string_view text) {
    return options.archive / fmt::format("{}.{}.json", sha256(text), options.region);
}

/// "REGION" of "CHECKSUM.REGION.json".
std::string region_of(const fs::path& kept) {
    const std::string region = kept.stem().extension().string();
    return region.empty() ? "" : region.substr(1);
}

/// What was ever archived.
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
    if (error)
        return fail(Code::X103, "{}: {}", folder.native(), error.message());
    return all;
}

/// A file that is not in the archive yet.
struct Fresh {
    fs::path kept;
    std::string text;
};

/// Of those that are new, with their prices added to `all`.
Result<std::vector<Fresh>> fresh_ones(const Options& options, cost::AwsPrices& all) {
    std::vector<Fresh> fresh;
    std::error_code ignored;
    for (const fs::path& file : options.files) {
        auto text = read_file(file, largest_answer);
        if (!text)
            return std::unexpected(text.error());
        auto prices = cost::read_aws_prices(*text, file.native(), options.region);
        if (!prices)
            return std::unexpected(prices.error());
        const fs::path kept = kept_name(options, *text);
        if (fs::exists(kept, ignored))
            continue;
        all.add(std::move(*prices));
        fresh.push_back({kept, std::move(*text)});
    }
    return fresh;
}

/// Nothing is kept that no book can be made of.
void import_files(const Options& options, Session& session) {
    constexpr mode_t folder_mode = 0755, book_mode = 0644, read_only = 0444;
    if (auto made = make_folders(options.archive, folder_mode); !made)
        return session.report(made.error());
    auto all = archived(options.archive);
    if (!all)
        return session.report(all.error());
    const auto fresh = fresh_ones(options, *all);
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
    command
        ->add_option("FILE", options->files,
                     "JSON: EC2's price list, or of `aws pricing get-products`, `aws ec2 "
                     "describe-spot-price-history`, `describe-reserved-instances` or "
                     "`describe-capacity-block-offerings`, or `aws savingsplans "
                     "describe-savings-plan-rates` or `describe-savings-plans`")
        ->required();
    command->add_option("--archive", options->archive, "folder that keeps them, and prices.csv")
        ->capture_default_str();
    command
        ->add_option("--region", options->region,
                     "region of spot prices, reservations and capacity blocks, whose answers do "
                     "not name it")
        ->check([](const std::string& word) {
            const bool fine = std::ranges::all_of(word, [](char c) {
                return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
            });
            return fine ? std::string() : "expected a region such as us-east-2";
        });
    command->callback([options, &session] { import_files(*options, session); });
}

} // namespace fairlead::cli
