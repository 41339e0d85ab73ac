#include "state/policy_state.hpp"

#include "base/files.hpp"
#include "state/record.hpp"

namespace fairlead::state {
namespace {

constexpr Schema schema{"fairlead.policy-state", 1};

std::string text(const Json& record, const char* key) {
    const auto found = record.find(key);
    return found != record.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

std::vector<std::string> texts(const Json& record, const char* key) {
    std::vector<std::string> list;
    if (const auto found = record.find(key); found != record.end() && found->is_array())
        for (const Json& item : *found)
            if (item.is_string())
                list.push_back(item.get<std::string>());
    return list;
}

} // namespace

Result<std::optional<PolicyState>> read_policy_state(const std::filesystem::path& file) {
    const auto content = read_file(file);
    if (!content && content.error().code == Code::X101)
        return std::nullopt;
    if (!content)
        return std::unexpected(content.error());
    const auto record = parse_record(*content, schema, file.native());
    if (!record)
        return std::unexpected(record.error());
    PolicyState state{.revision = text(*record, "revision"), .since = text(*record, "since")};
    state.mode = text(*record, "mode");
    state.exempt = texts(*record, "exempt");
    if (const auto rules = record->find("rules");
        rules != record->end() && rules->is_number_unsigned())
        state.rules = rules->get<std::size_t>();
    if (const std::string error = text(*record, "error"); !error.empty())
        state.error = error;
    state.refuses = record->value("refuses", Json(false)) == Json(true);
    if (const auto taken = record->find("budgets");
        taken != record->end() && taken->is_number_integer())
        state.budgets = taken->get<std::int64_t>();
    return state;
}

Result<void> write_policy_state(const std::filesystem::path& file, const PolicyState& state) {
    Json record{{"schema", to_string(schema)}, {"revision", state.revision},
                {"since", state.since},        {"rules", state.rules},
                {"mode", state.mode},          {"exempt", state.exempt},
                {"refuses", state.refuses}};
    if (state.error)
        record["error"] = *state.error;
    if (state.budgets)
        record["budgets"] = *state.budgets;
    return write_atomic(file, record.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n",
                        0644);
}

} // namespace fairlead::state
