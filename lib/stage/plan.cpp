#include "stage/plan.hpp"

#include "base/words.hpp"
#include "stage/crc64.hpp"

#include <nlohmann/json.hpp>
#include <sys/random.h>

namespace fairlead::stage {
namespace {

using Json = nlohmann::json;

constexpr std::string_view temporary_begin = ".fairlead-", temporary_end = ".part";

Json json_of(const Place& place) { return {place.s3, place.bucket, place.path}; }

Place place_of(const Json& json) { return {json.at(0), json.at(1), json.at(2), false}; }

/// What one transfer needs all the way.
struct Planning {
    const Copy& copy;
    Place source, destination;
    Lane& lane;
    PlanWriter& plan;
    Report& report;

    void add(Place from, Place to, std::uint64_t size, std::string version, int mode = -1) {
        plan.add({.source = std::move(from),
                  .destination = std::move(to),
                  .size = size,
                  .version = std::move(version),
                  .mode = mode,
                  .check = copy.check});
        report.plan(1, static_cast<std::int64_t>(size));
    }

    void add_folder(const std::string& name) {
        report.went_on();
        if (!destination.s3)
            plan.add({.source = source, .destination = below(destination, name), .folder = true});
    }
};

/// How long S3 takes to bring an object back (S3 User Guide, "Archive retrieval options").
std::string archive_sentence(const Place& place, std::string_view storage_class) {
    const bool sooner = storage_class == "GLACIER" || storage_class == "ARCHIVE_ACCESS";
    return fmt::format(
        "{} is archived ({}); a standard restore takes {} hours: aws s3api restore-object",
        to_string(place), storage_class, sooner ? "3 to 5" : "up to 12");
}

Staged<aws::ObjectFacts> readable_object(const Place& place, Lane& lane) {
    auto facts = lane.s3.head({place.bucket, place.path});
    if (!facts)
        return std::unexpected(fault_of(facts.error()));
    if (facts->archived)
        return data_fault(Code::S116, "{}", archive_sentence(place, facts->storage_class));
    return *facts;
}

/// Where a single file goes: into a folder under its own name, else to just that path.
Staged<Place> target_of(const Planning& planning) {
    const Place& to = planning.destination;
    bool folder = to.folder;
    if (!to.s3 && !folder) {
        const auto there = planning.lane.hand.look(to.path);
        if (!there)
            return std::unexpected(there.error());
        folder = there->kind == FileState::Kind::Folder;
    }
    if (!folder)
        return to;
    const std::string_view name = last_part(planning.source.path);
    if (auto safe = check_safe(name, to_string(planning.source)); !safe)
        return data_fault(safe.error());
    return below(to, name);
}

Staged<void> plan_object(Planning& planning) {
    const auto facts = readable_object(planning.source, planning.lane);
    if (!facts)
        return std::unexpected(facts.error());
    auto target = target_of(planning);
    if (!target)
        return std::unexpected(target.error());
    planning.add(planning.source, std::move(*target), facts->size, facts->etag);
    return {};
}

Staged<void> plan_listed(Planning& planning, const aws::ListedObject& object) {
    const Place& from = planning.source;
    Place source{.s3 = true, .bucket = from.bucket, .path = object.key};
    if (!object.key.starts_with(from.path))
        return data_fault(Code::S117, "{} is not below {}", to_string(source), to_string(from));
    std::string_view name = std::string_view(object.key).substr(from.path.size());
    const bool marks_folder = name.empty() || name.ends_with('/');
    if (marks_folder && object.size == 0)
        name = name.substr(0, name.empty() ? 0 : name.size() - 1);
    if (marks_folder && name.empty())
        return {};
    if (auto safe = check_safe(name, to_string(source)); !safe)
        return data_fault(safe.error());
    if (marks_folder) {
        planning.add_folder(std::string(name));
        return {};
    }
    if (object.archived)
        if (const auto facts = readable_object(source, planning.lane); !facts)
            return std::unexpected(facts.error());
    planning.add(std::move(source), below(planning.destination, name), object.size, object.etag);
    return {};
}

Staged<void> plan_prefix(Planning& planning) {
    const Place& from = planning.source;
    bool any = false;
    for (std::string next;;) {
        const auto page = planning.lane.s3.list(from.bucket, from.path, next);
        if (!page)
            return std::unexpected(fault_of(page.error()));
        any = any || !page->objects.empty();
        for (const aws::ListedObject& object : page->objects)
            if (auto planned = plan_listed(planning, object); !planned)
                return planned;
        if (page->next.empty())
            break;
        next = page->next;
    }
    if (!any)
        return data_fault(Code::S110, "{} has no object", to_string(from));
    return {};
}

Staged<void> plan_entry(Planning& planning, const std::string& name, const FileState& state,
                        std::vector<std::string>& folders) {
    const Place source = below(planning.source, name);
    if (is_temporary_name(last_part(name)))
        return {};
    if (state.kind == FileState::Kind::Other) {
        planning.report.skip(source.path);
        return {};
    }
    if (auto safe = check_safe(name, to_string(source)); !safe)
        return data_fault(safe.error());
    if (state.kind == FileState::Kind::Folder) {
        folders.push_back(name);
        planning.add_folder(name);
        return {};
    }
    planning.add(source, below(planning.destination, name), static_cast<std::uint64_t>(state.size),
                 version_of(state), static_cast<int>(state.mode));
    return {};
}

Staged<void> plan_folder(Planning& planning, const std::string& folder,
                         std::vector<std::string>& folders) {
    HandLane& hand = planning.lane.hand;
    const std::string path =
        folder.empty() ? planning.source.path : below(planning.source, folder).path;
    const auto handle = hand.open_folder(path);
    if (!handle)
        return std::unexpected(handle.error());
    for (;;) {
        const auto entries = hand.read_folder(*handle, path);
        if (!entries)
            return std::unexpected(entries.error());
        if (entries->empty())
            return hand.close(*handle);
        for (const auto& [name, state] : *entries)
            if (auto planned = plan_entry(planning, folder.empty() ? name : folder + "/" + name,
                                          state, folders);
                !planned)
                return planned;
    }
}

Staged<void> plan_tree(Planning& planning) {
    for (std::vector<std::string> folders{""}; !folders.empty();) {
        const std::string folder = folders.back();
        folders.pop_back();
        if (auto planned = plan_folder(planning, folder, folders); !planned)
            return planned;
    }
    return {};
}

Staged<void> plan_path(Planning& planning) {
    const auto there = planning.lane.hand.look(planning.source.path);
    if (!there)
        return std::unexpected(there.error());
    switch (there->kind) {
    case FileState::Kind::None:
        return data_fault(Code::S110, "{} not found", to_string(planning.source));
    case FileState::Kind::Other:
        return data_fault(Code::S118, "{} is neither a file nor a folder",
                          to_string(planning.source));
    case FileState::Kind::Folder:
        return plan_tree(planning);
    case FileState::Kind::File:
        break;
    }
    auto target = target_of(planning);
    if (!target)
        return std::unexpected(target.error());
    planning.add(planning.source, std::move(*target), static_cast<std::uint64_t>(there->size),
                 version_of(*there), static_cast<int>(there->mode));
    return {};
}

} // namespace

std::string version_of(const FileState& state) {
    return fmt::format("{}-{}-{}", state.size, state.mtime, state.inode);
}

PlanWriter::PlanWriter(const std::filesystem::path& folder, const char* name)
    : file_(folder / name, std::ios::trunc) {}

void PlanWriter::add(const Item& item) {
    const Json json{json_of(item.source),
                    json_of(item.destination),
                    item.size,
                    item.version,
                    item.mode,
                    static_cast<int>(item.check),
                    item.folder,
                    item.in_place};
    file_ << json.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
    largest_ = std::max(largest_, item.size);
    ++items_;
}

Result<void> PlanWriter::finish() {
    if (!file_.flush())
        return fail(Code::S123, "cannot write the plan into the work folder");
    file_.close();
    return {};
}

PlanReader::PlanReader(const std::filesystem::path& folder, const char* name)
    : file_(folder / name) {}

/// This program wrote it, a moment ago.
std::optional<Item> PlanReader::next() {
    std::string line;
    if (!std::getline(file_, line))
        return std::nullopt;
    const Json json = Json::parse(line);
    return Item{.source = place_of(json.at(0)),
                .destination = place_of(json.at(1)),
                .size = json.at(2),
                .version = json.at(3),
                .mode = json.at(4),
                .check = static_cast<Check>(json.at(5).get<int>()),
                .folder = json.at(6),
                .in_place = json.at(7)};
}

Staged<void> plan_copy(const Copy& copy, Lane& lane, PlanWriter& plan, Report& report) {
    const auto source = parse_place(copy.source), destination = parse_place(copy.destination);
    if (!source)
        return data_fault(source.error());
    if (!destination)
        return data_fault(destination.error());
    if (source->s3 && destination->s3)
        return data_fault(Code::S124, "{} to {}: nothing copies from S3 to S3", copy.source,
                          copy.destination);
    Planning planning{copy, *source, *destination, lane, plan, report};
    if (!source->s3)
        return plan_path(planning);
    return source->folder ? plan_prefix(planning) : plan_object(planning);
}

std::string new_temporary_name() {
    std::uint64_t number = 0;
    if (::getrandom(&number, sizeof number, 0) != sizeof number)
        number =
            static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
    return fmt::format("{}{}{}", temporary_begin, crc64_hex(number), temporary_end);
}

bool is_temporary_name(std::string_view name) {
    constexpr std::size_t digits = 16;
    return name.size() == temporary_begin.size() + digits + temporary_end.size() &&
           name.starts_with(temporary_begin) && name.ends_with(temporary_end) &&
           parse_crc64_hex(name.substr(temporary_begin.size(), digits));
}

} // namespace fairlead::stage
