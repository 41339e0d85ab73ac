#include "stage/request.hpp"

#include "base/words.hpp"
#include "stage/path.hpp"

#include <algorithm>
#include <span>

namespace fairlead::stage {
namespace {

constexpr std::string_view profile_key = "profile=";

std::string option_of(Direction direction) {
    return fmt::format("--stage-{}", directions.at(static_cast<std::size_t>(direction)));
}

/// Where the destination begins: behind the first colon that a slash or a scheme follows, but for
/// that of the source's own scheme.
std::size_t parting(std::string_view value) {
    for (std::size_t at = value.find(':', is_s3(value) ? s3_scheme.size() : 0);
         at != std::string_view::npos; at = value.find(':', at + 1)) {
        const std::string_view rest = value.substr(at + 1);
        if (rest.starts_with('/') || is_s3(rest))
            return at;
    }
    return std::string_view::npos;
}

bool is_profile(std::string_view name) {
    const auto fits = [](unsigned char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-' || c == '.';
    };
    return !name.empty() && name.size() <= longest_name && std::ranges::all_of(name, fits);
}

When usual_moment(Direction direction) {
    return direction == Direction::In ? When::Start : When::Always;
}

Result<void> take_profile(std::string_view name, Transfer& transfer) {
    if (!is_profile(name))
        return fail(Code::S101,
                    "staging: '{}' is no name of a profile; expected letters, digits "
                    "and '-', such as profile=reference",
                    printable(name));
    transfer.profile = name;
    return {};
}

template <class Value>
Result<void> choose(std::string_view key, std::string_view value,
                    std::span<const std::string_view> words, Value& target) {
    const auto found = std::ranges::find(words, value);
    if (found == words.end())
        return fail(Code::S101, "#STAGE: {} is '{}'{}", key, printable(value),
                    suggestion(value, words));
    target = static_cast<Value>(found - words.begin());
    return {};
}

Result<void> take_moment(std::string_view value, Transfer& transfer) {
    constexpr std::size_t of_in = 2;
    if (transfer.direction == Direction::In)
        return choose("when", value, std::span(moments).first(of_in), transfer.when);
    std::size_t later = 0;
    auto chosen = choose("when", value, std::span(moments).subspan(of_in), later);
    if (chosen)
        transfer.when = static_cast<When>(later + of_in);
    return chosen;
}

Result<void> take_failure(std::string_view value, Transfer& transfer) {
    if (transfer.direction == Direction::Out)
        return fail(Code::S101, "#STAGE: on-fail is for `in`: what cannot be staged out stays "
                                "where it is and is tried again");
    return choose("on-fail", value, failures, transfer.on_fail);
}

Result<void> take_mode(std::string_view value, Transfer& transfer) {
    if (transfer.direction == Direction::Out)
        return fail(Code::S101, "#STAGE: mode is for `in`: results go out from a path that all "
                                "nodes see");
    return choose("mode", value, modes, transfer.mode);
}

struct Key {
    std::string_view name;
    Result<void> (*take)(std::string_view value, Transfer& transfer);
};

constexpr std::array keys{
    Key{"src",
        [](std::string_view value, Transfer& transfer) -> Result<void> {
            transfer.source = value;
            return {};
        }},
    Key{"dst",
        [](std::string_view value, Transfer& transfer) -> Result<void> {
            transfer.destination = value;
            return {};
        }},
    Key{"profile", take_profile},
    Key{"when", take_moment},
    Key{"verify",
        [](std::string_view value, Transfer& transfer) {
            return choose("verify", value, verifications, transfer.verify);
        }},
    Key{"on-fail", take_failure},
    Key{"mode", take_mode},
};

constexpr auto key_names = [] {
    std::array<std::string_view, keys.size()> names;
    std::ranges::transform(keys, names.begin(), &Key::name);
    return names;
}();

/// Blanks part words; quotes join them. What is not closed is an error of the line.
Result<std::vector<std::string>> words_of(std::string_view line) {
    std::vector<std::string> words;
    bool inside = false;
    char quote = 0;
    for (const char c : line) {
        if (quote ? c == quote : c == '"' || c == '\'') {
            quote = quote ? '\0' : c;
            if (!inside)
                words.emplace_back();
            inside = true;
        } else if (!quote && (c == ' ' || c == '\t' || c == '\r')) {
            inside = false;
        } else {
            if (!inside)
                words.emplace_back();
            inside = true;
            words.back() += c;
        }
    }
    if (quote)
        return fail(Code::S101, "#STAGE: a quote is not closed in '{}'", printable(line));
    return words;
}

Result<void> take_word(std::string_view word, std::vector<std::string_view>& seen,
                       Transfer& transfer) {
    const std::size_t equals = word.find('=');
    const std::string_view name = word.substr(0, equals);
    const auto* const key = std::ranges::find(keys, name, &Key::name);
    if (key == keys.end())
        return fail(Code::S101, "#STAGE: unknown word '{}'{}", printable(name),
                    suggestion(name, key_names));
    if (equals == std::string_view::npos || equals + 1 == word.size())
        return fail(Code::S101, "#STAGE: {} says nothing; expected {}=VALUE", name, name);
    if (std::ranges::find(seen, key->name) != seen.end())
        return fail(Code::S101, "#STAGE: {} stands twice in one line", name);
    seen.push_back(key->name);
    return key->take(word.substr(equals + 1), transfer);
}

/// Either a profile or both paths.
Result<void> check_whole(const Transfer& transfer) {
    const bool paths = !transfer.source.empty() || !transfer.destination.empty();
    if (!transfer.profile.empty())
        return paths ? fail(Code::S101, "#STAGE: profile=NAME stands for src and dst; give one or "
                                        "the others")
                     : Result<void>{};
    if (transfer.source.empty() || transfer.destination.empty())
        return fail(Code::S101,
                    "#STAGE: {} is missing; expected src=PATH dst=PATH, or "
                    "profile=NAME",
                    transfer.source.empty() ? "src" : "dst");
    return check(transfer);
}

Result<std::string> filled(std::string_view path, const Symbols& symbols, bool last) {
    std::string text;
    for (std::size_t at = 0; at < path.size(); ++at) {
        if (path[at] != '%' || at + 1 == path.size()) {
            text += path[at];
            continue;
        }
        const char symbol = path[++at];
        const auto value = symbol == '%' ? std::nullopt : symbols(symbol);
        if (value && !is_name(*value))
            return fail(Code::S102,
                        "staging: %{} is '{}' here, which is no name of a file; give the job "
                        "another name, or spell the path out",
                        symbol, printable(*value));
        if (value)
            // A percent sign in a value is no symbol.
            for (const char c : *value)
                text += c == '%' && !last ? "%%" : std::string(1, c);
        else if (symbol == '%' && last)
            text += '%';
        else if (last)
            return fail(Code::S101, "staging: %{} is not known of this job", symbol);
        else
            text += {'%', symbol};
    }
    return text;
}

} // namespace

Result<void> check(const Transfer& transfer) {
    for (const std::string* path : {&transfer.source, &transfer.destination})
        if (auto fine = check_path(*path); !fine)
            return fine;
    const bool in = transfer.direction == Direction::In;
    if (is_s3(in ? transfer.destination : transfer.source))
        return fail(Code::S101, "staging {}: '{}' is in S3; expected {}", in ? "in" : "out",
                    printable(in ? transfer.destination : transfer.source, longest_name),
                    in ? "a path of the nodes as the destination"
                       : "a path of the nodes as the source");
    if (transfer.mode == Mode::Local && is_s3(transfer.source))
        return fail(Code::S101,
                    "staging in: '{}' is in S3, and mode=local copies to each node from a path "
                    "that all nodes see; stage it to such a path first, in a line before",
                    printable(transfer.source, longest_name));
    if (transfer.mode == Mode::Local && transfer.when == When::Queued)
        return fail(Code::S101, "staging in: mode=local needs the job's nodes, and when=queued is "
                                "before it has any");
    return {};
}

Result<Transfer> parse_option(Direction direction, std::string_view value) {
    Transfer transfer{.direction = direction, .when = usual_moment(direction)};
    const std::string option = option_of(direction);
    if (value.size() > longest_option)
        return fail(Code::S102,
                    "{}: the value has {} bytes; at most {} are taken, longer ones in a #STAGE "
                    "line of the script",
                    option, value.size(), longest_option);
    if (value.starts_with(profile_key)) {
        auto taken = take_profile(value.substr(profile_key.size()), transfer);
        return taken ? Result<Transfer>(std::move(transfer)) : std::unexpected(taken.error());
    }
    const std::size_t at = parting(value);
    if (at == std::string_view::npos)
        return fail(Code::S101, "{}: '{}' has no destination; expected {}, or profile=NAME", option,
                    printable(value, longest_name),
                    direction == Direction::In ? "s3://BUCKET/PREFIX/:/PATH"
                                               : "/PATH:s3://BUCKET/PREFIX/");
    transfer.source = value.substr(0, at);
    transfer.destination = value.substr(at + 1);
    if (auto fine = check(transfer); !fine)
        return std::unexpected(fine.error());
    return transfer;
}

Result<Transfer> parse_line(std::string_view line) {
    if (line.size() > longest_line)
        return fail(Code::S102, "#STAGE: the line has {} bytes; at most {} are taken", line.size(),
                    longest_line);
    const auto words = words_of(line);
    if (!words)
        return std::unexpected(words.error());
    Transfer transfer{.direction = Direction::In};
    const std::string_view first = words->empty() ? std::string_view{} : words->front();
    if (std::ranges::find(directions, first) == directions.end())
        return fail(Code::S101, "#STAGE: '{}' is no direction{}", printable(first),
                    suggestion(first, directions));
    transfer.direction = first == "in" ? Direction::In : Direction::Out;
    transfer.when = usual_moment(transfer.direction);
    std::vector<std::string_view> seen;
    for (const std::string& word : std::span(*words).subspan(1))
        if (auto taken = take_word(word, seen, transfer); !taken)
            return std::unexpected(taken.error());
    if (auto whole = check_whole(transfer); !whole)
        return std::unexpected(whole.error());
    return transfer;
}

Result<Transfer> expand(const Transfer& transfer, const Symbols& symbols, bool last) {
    Transfer whole = transfer;
    for (std::string Transfer::* path : {&Transfer::source, &Transfer::destination}) {
        auto text = filled(transfer.*path, symbols, last);
        if (!text)
            return std::unexpected(text.error());
        whole.*path = std::move(*text);
    }
    return whole;
}

std::string encode_options(const Request& request) {
    std::string text = request.id;
    for (const Transfer& transfer : request.transfers) {
        text += fmt::format("\n{} ", directions.at(static_cast<std::size_t>(transfer.direction)));
        text += transfer.profile.empty()
                    ? fmt::format("{}:{}", transfer.source, transfer.destination)
                    : fmt::format("{}{}", profile_key, transfer.profile);
    }
    return text;
}

Result<Request> decode_options(std::string_view text) {
    constexpr std::size_t longest_id = 20;
    const auto lines = split(text.substr(0, longest_request + 1), '\n');
    const std::string_view id = lines.front();
    if (text.size() > longest_request || lines.size() > most_transfers + 1)
        return fail(Code::S101, "staging: a job asks for more than {} transfers or {} bytes",
                    most_transfers, longest_request);
    if (id.empty() || id.size() > longest_id ||
        id.find_first_not_of("0123456789") != std::string_view::npos)
        return fail(Code::S101, "staging: the request is not one of the SPANK plugin's");
    Request request{std::string(id), {}};
    for (const std::string_view line : std::span(lines).subspan(1)) {
        const std::size_t blank = line.find(' ');
        const std::string_view word = line.substr(0, blank);
        if (blank == std::string_view::npos || (word != "in" && word != "out"))
            return fail(Code::S101, "staging: the request is not one of the SPANK plugin's");
        auto transfer =
            parse_option(word == "in" ? Direction::In : Direction::Out, line.substr(blank + 1));
        if (!transfer)
            return std::unexpected(transfer.error());
        request.transfers.push_back(std::move(*transfer));
    }
    return request;
}

} // namespace fairlead::stage
