#include "state/observed.hpp"

#include "base/files.hpp"
#include "base/unique_fd.hpp"
#include "state/record.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>

namespace fairlead::state {
namespace {

constexpr Schema schema{"fairlead.observed", 1};

} // namespace

Result<Counts> read_counts(const std::filesystem::path& file, const char* what) {
    const auto text = read_file(file);
    if (!text && text.error().code == Code::X101)
        return Counts{};
    if (!text)
        return std::unexpected(text.error());
    const auto record = parse_record(*text, schema, file.native());
    if (!record)
        return std::unexpected(record.error());
    Counts counts;
    const auto entries = record->find(what);
    if (entries == record->end() || !entries->is_object())
        return counts;
    for (const auto& [id, number] : entries->items())
        if (number.is_number_unsigned())
            counts[id] = number.get<std::uint64_t>();
    return counts;
}

Result<void> write_counts(const std::filesystem::path& file, const Counts& counts,
                          const char* what) {
    Json numbers = Json::object();
    for (const auto& [id, number] : counts)
        numbers[id] = number;
    const Json record{{"schema", to_string(schema)}, {what, numbers}, {"written", utc_now()}};
    return write_atomic(file, record.dump() + "\n", 0644);
}

Result<void> add_counts(const std::filesystem::path& file, const Counts& more, const char* what) {
    if (auto made = make_folders(file.parent_path(), 0755); !made)
        return made;
    const std::string lock = file.native() + ".lock";
    const UniqueFd fd{::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
    if (!fd || ::flock(fd.get(), LOCK_EX) != 0)
        return fail(Code::X201, "cannot lock {}: {}", lock, std::strerror(errno));
    Counts counts = read_counts(file, what).value_or(Counts{});
    for (const auto& [id, number] : more)
        counts[id] += number;
    return write_counts(file, counts, what);
}

Result<void> count(const std::filesystem::path& file, Code code) {
    return add_counts(file, {{std::string(id_of(code)), 1}});
}

} // namespace fairlead::state
