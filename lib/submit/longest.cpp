#include "submit/longest.hpp"

#include <array>

namespace fairlead::submit {
namespace {

using policy::JobRequest;
using policy::TooLong;

struct Limit {
    std::string_view name;
    std::optional<Text> JobRequest::* text;
    std::size_t most;
};

constexpr std::size_t word = 1024, path = 4096, any = std::size_t{64} * 1024;

constexpr std::array limits{
    Limit{"partition", &JobRequest::partition, word},
    Limit{"features", &JobRequest::features, word},
    Limit{"account", &JobRequest::account, word},
    Limit{"qos", &JobRequest::qos, word},
    Limit{"reservation", &JobRequest::reservation, word},
    Limit{"wckey", &JobRequest::wckey, word},
    Limit{"licenses", &JobRequest::licenses, word},
    Limit{"job_name", &JobRequest::job_name, word},
    Limit{"comment", &JobRequest::comment, word},
    Limit{"mail_user", &JobRequest::mail_user, word},
    Limit{"submit_host", &JobRequest::submit_host, word},
    Limit{"network", &JobRequest::network, word},
    Limit{"burst_buffer", &JobRequest::burst_buffer, std::size_t{8} * 1024},
    Limit{"work_dir", &JobRequest::work_dir, path},
    Limit{"dependency", &JobRequest::dependency, std::size_t{128} * 1024},
    Limit{"node_list", &JobRequest::node_list, any},
    Limit{"exclude", &JobRequest::exclude, any},
    Limit{"container", &JobRequest::container, any},
    Limit{"admin_comment", &JobRequest::admin_comment, any},
    Limit{"extra", &JobRequest::extra, any},
};

} // namespace

std::optional<TooLong> too_long(std::string_view name, std::string_view text, std::size_t most) {
    return text.size() > most ? std::optional(TooLong{name, text.size(), most}) : std::nullopt;
}

std::optional<TooLong> too_long(const JobRequest& job) {
    for (const Limit& limit : limits)
        if (const auto& text = job.*limit.text)
            if (const auto found = too_long(limit.name, text->view(), limit.most))
                return found;
    return std::nullopt;
}

std::optional<TooLong> too_long(const TresLists& lists) {
    const std::pair<std::string_view, const std::string*> all[] = {
        {"tres_per_job", &lists.job},
        {"tres_per_node", &lists.node},
        {"tres_per_socket", &lists.socket},
        {"tres_per_task", &lists.task}};
    for (const auto& [name, text] : all)
        if (const auto found = too_long(name, *text, longest_resources))
            return found;
    return std::nullopt;
}

} // namespace fairlead::submit
