#include "prolog/stage_answer.hpp"

#include "base/words.hpp"

namespace fairlead::prolog {
namespace {

constexpr int ready = 0, refused = 3, node_fault = 4;

} // namespace

int status_of(const StageAnswer& answer) {
    switch (answer.kind) {
    case StageAnswer::Kind::Ready:
        return ready;
    case StageAnswer::Kind::NodeFault:
        return node_fault;
    case StageAnswer::Kind::Refused:
        break;
    }
    return refused;
}

std::string text_of(const StageAnswer& answer) {
    if (answer.kind == StageAnswer::Kind::Ready)
        return {};
    return fmt::format("{} {}", id_of(answer.error.code), answer.error.message);
}

std::optional<StageAnswer> read_answer(int status, std::string_view text) {
    using Kind = StageAnswer::Kind;
    if (status == ready)
        return StageAnswer{Kind::Ready};
    const std::string_view line = trimmed(text);
    const std::size_t blank = line.find(' ');
    const auto code = find_code(line.substr(0, blank));
    if ((status != refused && status != node_fault) || !code || blank == std::string_view::npos)
        return std::nullopt;
    return StageAnswer{status == refused ? Kind::Refused : Kind::NodeFault,
                       {*code, std::string(line.substr(blank + 1))}};
}

} // namespace fairlead::prolog
