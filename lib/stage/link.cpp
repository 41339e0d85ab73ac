#include "stage/link.hpp"

#include <algorithm>

namespace fairlead::stage {
namespace {

bool has_control(std::string_view text) {
    return std::ranges::any_of(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7f;
    });
}

} // namespace

const std::string& file_of(const Item& item) {
    return item.source.s3 ? item.destination.path : item.source.path;
}

const Place& object_of(const Item& item) { return item.source.s3 ? item.source : item.destination; }

const config::Link* link_of(const std::vector<config::Link>& links, const Item& item) {
    if (item.folder || item.source.s3 == item.destination.s3 || has_control(file_of(item)))
        return nullptr;
    const Place& object = object_of(item);
    const std::string url = fmt::format("s3://{}/{}", object.bucket, object.path);
    const auto found = std::ranges::find_if(
        links, [&](const config::Link& link) { return is_linked(link, url, file_of(item)); });
    return found == links.end() ? nullptr : &*found;
}

} // namespace fairlead::stage
