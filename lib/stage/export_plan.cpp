#include "stage/export_plan.hpp"

#include "base/files.hpp"
#include "stage/record.hpp"
#include "state/record.hpp"

namespace fairlead::stage {
namespace fs = std::filesystem;
namespace {

using state::Json;

constexpr state::Schema schema{"fairlead.stage-plan", 1};

ExportPlan decode(const Json& record, Request&& request, const fs::path& file) {
    return {.run = {JobId{record.at("job").get<std::uint32_t>()}, record.at("restart").get<int>(),
                    std::move(request.id)},
            .cluster = state::text_field(record, "cluster", file.native()).value_or(""),
            .owner = {record.at("uid").get<std::uint32_t>(), record.at("gid").get<std::uint32_t>(),
                      record.at("groups").get<std::vector<std::uint32_t>>()},
            .transfers = std::move(request.transfers),
            .account = record.value("account", "")};
}

} // namespace

Result<void> write_plan(const fs::path& state_dir, const ExportPlan& plan) {
    const Json record{{"schema", to_string(schema)},
                      {"job", plan.run.job.value},
                      {"restart", plan.run.restart},
                      {"cluster", plan.cluster},
                      {"uid", plan.owner.uid},
                      {"gid", plan.owner.gid},
                      {"groups", plan.owner.groups},
                      {"account", plan.account},
                      {"request", encode_record({plan.run.id, plan.transfers})}};
    const auto written =
        write_atomic(plan_file(state_dir, plan.run),
                     record.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n", 0600);
    if (!written)
        return fail(Code::S131, "staging out: {}", written.error().message);
    return {};
}

Result<ExportPlan> read_plan(const fs::path& file) {
    const auto text = read_file(file);
    if (!text)
        return std::unexpected(text.error());
    const auto record = state::parse_record(*text, schema, file.native());
    if (!record)
        return fail(Code::S131, "staging out: {}", record.error().message);
    const auto inner = state::text_field(*record, "request", file.native());
    auto request = inner ? decode_record(*inner) : std::unexpected(inner.error());
    if (!request)
        return fail(Code::S131, "staging out: {}: {}", file.native(), request.error().message);
    try {
        return decode(*record, std::move(*request), file);
    } catch (const Json::exception&) {
        return fail(Code::S131, "staging out: {} cannot be understood", file.native());
    }
}

} // namespace fairlead::stage
