#include "stage/job_file.hpp"

#include "base/words.hpp"
#include "state/record.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

namespace fairlead::stage {
namespace {

using state::Json;

constexpr state::Schema request_schema{"fairlead.stage", 1};
constexpr state::Schema progress_schema{"fairlead.stage-progress", 1};
constexpr state::Schema result_schema{"fairlead.stage-result", 1};

constexpr std::array<std::string_view, 2> phases{"in", "out"};
constexpr std::array<std::string_view, 2> checks{"checksum", "size"};
constexpr std::array<std::string_view, 4> outcomes{"done", "data_fault", "service_fault",
                                                   "node_fault"};
constexpr std::uint32_t no_id = UINT32_MAX; // (uid_t)-1 means "as it is" to setresuid()

template <std::size_t N, class Word>
std::string word_of(const std::array<std::string_view, N>& words, Word word) {
    return std::string(words.at(static_cast<std::size_t>(word)));
}

std::string line_of(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

/// Reads fields and keeps the first complaint.
class Fields {
  public:
    Fields(const Json& json, std::string_view source) : json_(json), source_(source) {}

    std::string text(const char* name) {
        const auto found = json_.find(name);
        if (found != json_.end() && found->is_string())
            return found->get<std::string>();
        complain(name);
        return {};
    }

    std::string text_or_none(const char* name) { return json_.contains(name) ? text(name) : ""; }

    template <class Number>
    Number number(const char* name) {
        const auto found = json_.find(name);
        if (found != json_.end() && found->is_number_unsigned())
            if (const auto value = found->get<std::uint64_t>();
                value <= static_cast<std::uint64_t>(std::numeric_limits<Number>::max()))
                return static_cast<Number>(value);
        complain(name);
        return 0;
    }

    std::int64_t count_or_none(const char* name) {
        return json_.contains(name) ? number<std::int64_t>(name) : 0;
    }

    template <class Word, std::size_t N>
    Word word(const char* name, const std::array<std::string_view, N>& words) {
        const std::string given = text(name);
        const auto found = std::ranges::find(words, given);
        if (found != words.end())
            return static_cast<Word>(found - words.begin());
        complain(name);
        return Word{};
    }

    const Json& list(const char* name) {
        static const Json none = Json::array();
        const auto found = json_.find(name);
        if (found != json_.end() && found->is_array())
            return *found;
        complain(name);
        return none;
    }

    void complain(const char* name) {
        if (!bad_)
            bad_ = name;
    }

    Result<void> verdict() const {
        if (bad_)
            return fail(Code::X203, "{} has no '{}' that can be used", source_, bad_);
        return {};
    }

  private:
    const Json& json_;
    std::string_view source_;
    const char* bad_ = nullptr;
};

bool is_place(std::string_view text) {
    return (text.starts_with('/') || text.starts_with("s3://")) &&
           text.find('\0') == std::string_view::npos;
}

std::optional<Copy> copy_of(const Json& json) {
    if (!json.is_object())
        return std::nullopt;
    Fields fields{json, ""};
    Copy copy{.source = fields.text("source"),
              .destination = fields.text("destination"),
              .check = fields.word<Check>("verify", checks),
              .region = fields.text_or_none("region")};
    if (!fields.verdict() || !is_place(copy.source) || !is_place(copy.destination))
        return std::nullopt;
    return copy;
}

std::vector<std::uint32_t> ids_of(Fields& fields, const char* name) {
    std::vector<std::uint32_t> ids;
    for (const Json& id : fields.list(name)) {
        if (!id.is_number_unsigned() || id.get<std::uint64_t>() >= no_id)
            fields.complain(name);
        else
            ids.push_back(id.get<std::uint32_t>());
    }
    return ids;
}

int streams_in(Fields& fields, const Json& json) {
    constexpr int most = 16;
    const int streams = json.contains("streams") ? fields.number<int>("streams") : most;
    if (streams < 1 || streams > most)
        fields.complain("streams");
    return streams;
}

std::uint32_t id_in(Fields& fields, const char* name) {
    const auto id = fields.number<std::uint32_t>(name);
    if (id == 0 || id == no_id)
        fields.complain(name);
    return id;
}

} // namespace

std::string_view to_string(Outcome outcome) {
    return outcomes.at(static_cast<std::size_t>(outcome));
}

std::string encode(const JobFile& request) {
    Json transfers = Json::array();
    for (const Copy& copy : request.transfers) {
        Json transfer{{"source", copy.source},
                      {"destination", copy.destination},
                      {"verify", word_of(checks, copy.check)}};
        if (!copy.region.empty())
            transfer["region"] = copy.region;
        transfers.push_back(std::move(transfer));
    }
    Json json{{"schema", state::to_string(request_schema)},
              {"cluster", request.cluster},
              {"job", request.job},
              {"epoch", request.epoch},
              {"phase", word_of(phases, request.phase)},
              {"uid", request.uid},
              {"gid", request.gid},
              {"groups", request.groups},
              {"deadline", request.deadline},
              {"streams", request.streams},
              {"transfers", transfers}};
    for (const auto& [name, value] : {std::pair{"s3_endpoint", &request.s3_endpoint},
                                      {"region", &request.region},
                                      {"kms_key", &request.kms_key}})
        if (!value->empty())
            json[name] = *value;
    if (request.staged)
        json["staged"] = true;
    if (request.restart != 0)
        json["restart"] = request.restart;
    return line_of(json);
}

std::string encode(const Progress& progress) {
    return line_of({{"schema", state::to_string(progress_schema)},
                    {"bytes_done", progress.bytes_done},
                    {"bytes_total", progress.bytes_total},
                    {"files_done", progress.files_done},
                    {"files_total", progress.files_total},
                    {"started", progress.started},
                    {"updated", progress.updated},
                    {"rate", progress.rate}});
}

std::string encode(const StageResult& result) {
    return line_of({{"schema", state::to_string(result_schema)},
                    {"outcome", to_string(result.outcome)},
                    {"code", result.code},
                    {"message", result.message},
                    {"files", result.files},
                    {"bytes", result.bytes},
                    {"skipped", result.skipped}});
}

Result<JobFile> decode_job_file(std::string_view text, std::string_view source) {
    const auto json = state::parse_record(text, request_schema, source);
    if (!json)
        return std::unexpected(json.error());
    Fields fields{*json, source};
    JobFile request{.cluster = fields.text("cluster"),
                    .job = fields.number<std::uint32_t>("job"),
                    .epoch = fields.number<std::int64_t>("epoch"),
                    .phase = fields.word<Phase>("phase", phases),
                    .uid = id_in(fields, "uid"),
                    .gid = id_in(fields, "gid"),
                    .groups = ids_of(fields, "groups"),
                    .deadline = fields.number<std::int64_t>("deadline"),
                    .s3_endpoint = fields.text_or_none("s3_endpoint"),
                    .region = fields.text_or_none("region"),
                    .streams = streams_in(fields, *json),
                    .kms_key = fields.text_or_none("kms_key"),
                    .staged = json->value("staged", Json()).is_boolean() && json->at("staged"),
                    .restart = json->contains("restart") ? fields.number<int>("restart") : 0};
    for (const Json& transfer : fields.list("transfers"))
        if (auto copy = copy_of(transfer))
            request.transfers.push_back(std::move(*copy));
        else
            fields.complain("transfers");
    if (request.transfers.empty())
        fields.complain("transfers");
    if (request.deadline == 0)
        fields.complain("deadline");
    if (auto fine = fields.verdict(); !fine)
        return std::unexpected(fine.error());
    return request;
}

Result<Progress> decode_progress(std::string_view text, std::string_view source) {
    const auto json = state::parse_record(text, progress_schema, source);
    if (!json)
        return std::unexpected(json.error());
    Fields fields{*json, source};
    const Progress progress{.bytes_done = fields.number<std::int64_t>("bytes_done"),
                            .bytes_total = fields.number<std::int64_t>("bytes_total"),
                            .files_done = fields.number<std::int64_t>("files_done"),
                            .files_total = fields.number<std::int64_t>("files_total"),
                            .started = fields.number<std::int64_t>("started"),
                            .updated = fields.number<std::int64_t>("updated"),
                            .rate = fields.number<std::int64_t>("rate")};
    if (auto fine = fields.verdict(); !fine)
        return std::unexpected(fine.error());
    return progress;
}

Result<StageResult> decode_stage_result(std::string_view text, std::string_view source) {
    const auto json = state::parse_record(text, result_schema, source);
    if (!json)
        return std::unexpected(json.error());
    Fields fields{*json, source};
    StageResult result{.outcome = fields.word<Outcome>("outcome", outcomes),
                       .code = fields.text("code"),
                       .message = fields.text("message"),
                       .files = fields.number<std::int64_t>("files"),
                       .bytes = fields.number<std::int64_t>("bytes"),
                       .skipped = fields.count_or_none("skipped")};
    if (auto fine = fields.verdict(); !fine)
        return std::unexpected(fine.error());
    return result;
}

} // namespace fairlead::stage
