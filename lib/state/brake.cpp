#include "state/brake.hpp"

#include "base/files.hpp"
#include "base/unique_fd.hpp"
#include "base/words.hpp"
#include "state/record.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <map>
#include <sys/file.h>
#include <tuple>
#include <vector>

namespace fairlead::state {
namespace {

constexpr Schema schema{"fairlead.brake", 1};
constexpr std::int64_t window = 3600;

struct Drained {
    std::string node;
    std::string boot; ///< empty where it is not known
    std::int64_t when;
};
using Drains = std::map<std::string, std::vector<Drained>, std::less<>>; ///< by code

/// What the brake let through within the hour, and what not.
struct Kept {
    Drains drained{}, withheld{};
};

/// A partition's name becomes a file name.
bool is_file_name(std::string_view name) {
    return !name.empty() && name.size() <= 128 && name.front() != '.' &&
           std::ranges::all_of(name,
                               [](unsigned char c) { return c > 0x20 && c != '/' && c < 0x7f; });
}

/// Files of earlier releases name no boots.
std::string boot_in(const Json& entry) {
    const auto boot = entry.find("boot");
    return boot != entry.end() && boot->is_string() ? boot->get<std::string>() : std::string{};
}

/// What happened within the hour. A clock that runs ahead elsewhere counts as now.
std::vector<Drained> recent(const Json& list, std::int64_t now) {
    std::vector<Drained> drains;
    for (const Json& entry : list)
        if (entry.is_object() && entry.contains("node") && entry["node"].is_string() &&
            entry.contains("when") && entry["when"].is_number_integer() &&
            entry["when"].get<std::int64_t>() > now - window)
            drains.push_back({entry["node"], boot_in(entry), entry["when"]});
    return drains;
}

Drains recent_by_code(const Json& lists, std::int64_t now) {
    Drains drains;
    for (const auto& [code, list] : lists.items())
        if (auto entries = recent(list, now); !entries.empty())
            drains[code] = std::move(entries);
    return drains;
}

Result<Kept> read_kept(const std::filesystem::path& file, std::int64_t now) {
    const auto text = read_file(file);
    if (!text && text.error().code == Code::X101)
        return Kept{};
    if (!text)
        return std::unexpected(text.error());
    const auto record = parse_record(*text, schema, file.native());
    if (!record)
        return std::unexpected(record.error());
    const auto drained = record->find("drained");
    if (drained == record->end() || !drained->is_object())
        return fail(Code::X203, "{} has no field 'drained'; delete it", file.native());
    Kept kept{recent_by_code(*drained, now)};
    if (const auto withheld = record->find("withheld");
        withheld != record->end() && withheld->is_object())
        kept.withheld = recent_by_code(*withheld, now);
    return kept;
}

Json json_of(const Drains& drains) {
    Json lists = Json::object();
    for (const auto& [code, entries] : drains)
        for (const Drained& entry : entries)
            lists[code].push_back(
                {{"node", entry.node}, {"boot", entry.boot}, {"when", entry.when}});
    return lists;
}

Result<void> write_kept(const std::filesystem::path& file, const Kept& kept) {
    const Json record{{"schema", to_string(schema)},
                      {"drained", json_of(kept.drained)},
                      {"withheld", json_of(kept.withheld)},
                      {"written", utc_now()}};
    return write_atomic(file, record.dump() + "\n", 0644);
}

std::size_t most_drains(const config::Brake& brake, int partition_nodes) {
    const auto share = std::int64_t{partition_nodes} * brake.percent / 100;
    return static_cast<std::size_t>(std::max<std::int64_t>(brake.nodes, share));
}

/// Held until the descriptor is closed.
Result<UniqueFd> lock(const std::filesystem::path& file) {
    UniqueFd fd{::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
    if (!fd || ::flock(fd.get(), LOCK_EX) != 0)
        return fail(Code::X201, "cannot lock {}: {}", file.native(), std::strerror(errno));
    return fd;
}

/// Asked for again by another prolog or check, or because scontrol failed.
bool is_counted(const std::vector<Drained>& drained, const DrainWish& wish) {
    return !wish.boot.empty() && std::ranges::any_of(drained, [&](const Drained& entry) {
        return entry.node == wish.node && entry.boot == wish.boot;
    });
}

enum class Room { None, Left, AlreadyCounted };

/// What is kept of one partition, while its lock is held.
struct Ledger {
    std::filesystem::path file;
    Kept kept;
    Room room;
};

Result<Ledger> open_ledger(const std::filesystem::path& folder, const config::Brake& brake,
                           const PartitionSize& partition, const DrainWish& wish) {
    Ledger ledger{folder / (partition.name + ".json"), {}, Room::Left};
    auto kept = read_kept(ledger.file, wish.now);
    if (!kept)
        return std::unexpected(kept.error());
    ledger.kept = std::move(*kept);
    const auto& drained = ledger.kept.drained[std::string(id_of(wish.code))];
    if (is_counted(drained, wish))
        ledger.room = Room::AlreadyCounted;
    else if (drained.size() >= most_drains(brake, partition.nodes))
        ledger.room = Room::None;
    return ledger;
}

/// For people: the drain is withheld whether or not that can be written.
void note_withheld(std::vector<Ledger>& ledgers, const DrainWish& wish) {
    for (Ledger& ledger : ledgers) {
        auto& withheld = ledger.kept.withheld[std::string(id_of(wish.code))];
        if (ledger.room != Room::None ||
            std::ranges::find(withheld, wish.node, &Drained::node) != withheld.end())
            continue;
        withheld.push_back({wish.node, wish.boot, wish.now});
        (void)write_kept(ledger.file, ledger.kept);
    }
}

Result<bool> count_drain(std::vector<Ledger> ledgers, const DrainWish& wish) {
    if (std::ranges::find(ledgers, Room::None, &Ledger::room) != ledgers.end()) {
        note_withheld(ledgers, wish);
        return false;
    }
    for (Ledger& ledger : ledgers) {
        std::erase_if(ledger.kept.withheld[std::string(id_of(wish.code))],
                      [&](const Drained& entry) { return entry.node == wish.node; });
        if (ledger.room == Room::AlreadyCounted)
            continue;
        ledger.kept.drained[std::string(id_of(wish.code))].push_back(
            {wish.node, wish.boot, wish.now});
        if (auto written = write_kept(ledger.file, ledger.kept); !written)
            return std::unexpected(written.error());
    }
    return true;
}

} // namespace

Result<bool> may_drain(const std::filesystem::path& state_dir, const config::Brake& brake,
                       DrainWish wish) {
    for (const PartitionSize& partition : wish.partitions)
        if (!is_file_name(partition.name))
            return fail(Code::X203, "'{}' is not a partition's name", printable(partition.name));
    std::error_code error;
    if (!std::filesystem::is_directory(state_dir, error))
        return fail(Code::X201, "state_dir {} does not exist; mount or create it",
                    state_dir.native());
    const auto folder = state_dir / "brake";
    if (auto made = make_folders(folder, 0755); !made)
        return std::unexpected(made.error());
    // In one order everywhere, so that no two nodes wait for each other.
    std::ranges::sort(wish.partitions, {}, &PartitionSize::name);
    std::vector<UniqueFd> locks;
    std::vector<Ledger> ledgers;
    for (const PartitionSize& partition : wish.partitions) {
        auto locked = lock(folder / (partition.name + ".lock"));
        if (!locked)
            return std::unexpected(locked.error());
        locks.push_back(std::move(*locked));
        auto ledger = open_ledger(folder, brake, partition, wish);
        if (!ledger)
            return std::unexpected(ledger.error());
        ledgers.push_back(std::move(*ledger));
    }
    return count_drain(std::move(ledgers), wish);
}

std::vector<Braked> braked(const std::filesystem::path& state_dir, std::int64_t now) {
    const auto names = [](const std::vector<Drained>& entries) {
        std::vector<std::string> nodes;
        for (const Drained& entry : entries)
            nodes.push_back(entry.node);
        return nodes;
    };
    std::vector<Braked> found;
    std::error_code error;
    for (std::filesystem::directory_iterator file{state_dir / "brake", error}, end;
         !error && file != end; file.increment(error)) {
        if (file->path().extension() != ".json")
            continue;
        auto kept = read_kept(file->path(), now);
        if (!kept)
            continue;
        for (const auto& [code, withheld] : kept->withheld)
            found.push_back(
                {file->path().stem().native(), code, names(kept->drained[code]), names(withheld)});
    }
    std::ranges::sort(found, {},
                      [](const Braked& one) { return std::tie(one.partition, one.code); });
    return found;
}

} // namespace fairlead::state
