#include "state/callers.hpp"

#include "base/files.hpp"
#include "state/record.hpp"

namespace fairlead::state {
namespace {

constexpr Schema schema{"fairlead.callers", 1};
constexpr std::size_t most_bytes = 64 * 1024 * 1024;

std::vector<std::string> texts(const Json& list) {
    std::vector<std::string> result;
    for (const Json& item : list)
        if (item.is_string())
            result.push_back(item.get<std::string>());
    return result;
}

} // namespace

Result<Callers> read_callers(const std::filesystem::path& file) {
    const auto text = read_file(file, most_bytes);
    if (!text && text.error().code == Code::X101)
        return Callers{};
    if (!text)
        return std::unexpected(text.error());
    const auto record = parse_record(*text, schema, file.native());
    if (!record)
        return std::unexpected(record.error());
    Callers callers;
    for (const Json& user : record->value("users", Json::array()))
        if (user.is_object() && user.contains("uid") && user["uid"].is_number_unsigned())
            callers[user["uid"].get<uid_t>()] = {user.value("name", std::string{}),
                                                 texts(user.value("groups", Json::array()))};
    return callers;
}

Result<void> write_callers(const std::filesystem::path& file, const Callers& callers) {
    Json users = Json::array();
    for (const auto& [uid, caller] : callers)
        users.push_back({{"uid", uid}, {"name", caller.name}, {"groups", caller.groups}});
    const Json record{{"schema", to_string(schema)}, {"users", users}, {"written", utc_now()}};
    return write_atomic(file, record.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n",
                        0644);
}

} // namespace fairlead::state
