#include "submit/command_line.hpp"

#include "base/words.hpp"

#include <algorithm>
#include <fmt/ranges.h>

namespace fairlead::submit {
namespace {

struct Name {
    std::string_view text;
    const Option* option;
};

std::vector<Name> names_of(Command command, std::uint32_t release) {
    std::vector<Name> names;
    for (const Option& option : all_options())
        if ((option.commands & bit_of(command)) != 0 && option.since <= release &&
            !option.name.empty())
            names.push_back({option.name, &option});
    for (const Alias& alias : all_aliases())
        if (const Option* option = find_option(alias.option, command))
            names.push_back({alias.name, option});
    return names;
}

std::unexpected<Error> unknown(std::string_view name, Command command,
                               std::span<const Name> names) {
    std::vector<std::string_view> words;
    for (const Name& known : names)
        words.push_back(known.text);
    const std::string_view nearest = nearest_word(name, words);
    return fail(Code::A221, "--{} is no option of {}{}", printable(name), name_of(command),
                nearest.empty() ? "" : fmt::format(", did you mean --{}?", nearest));
}

Result<const Option*> long_option(std::string_view name, Command command,
                                  std::span<const Name> names) {
    std::vector<std::string_view> possible;
    const Option* found = nullptr;
    bool several = false;
    for (const Name& known : names) {
        if (known.text == name)
            return known.option;
        if (!known.text.starts_with(name))
            continue;
        several = several || (found && found != known.option);
        found = known.option;
        possible.push_back(known.text);
    }
    if (!found)
        return unknown(name, command, names);
    if (several)
        return fail(Code::A221, "--{} could be any of: --{}", printable(name),
                    fmt::join(possible, ", --"));
    return found;
}

/// Walks over the words.
class Reading {
  public:
    Reading(std::span<const std::string> words, Command command, std::uint32_t release)
        : words_(words), command_(command), names_(names_of(command, release)) {}

    Result<OptionWords> read() {
        while (result_.used < words_.size()) {
            const std::string& word = words_[result_.used];
            if (word.size() < 2 || word.front() != '-')
                break;
            ++result_.used;
            if (word == "--")
                break;
            auto done = word.starts_with("--") ? take_long(std::string_view(word).substr(2))
                                               : take_letters(std::string_view(word).substr(1));
            if (!done)
                return std::unexpected(done.error());
        }
        return std::move(result_);
    }

  private:
    Result<void> take_long(std::string_view word) {
        const std::size_t equals = word.find('=');
        const auto option = long_option(word.substr(0, equals), command_, names_);
        if (!option)
            return std::unexpected(option.error());
        if (equals == std::string_view::npos)
            return take(**option, fmt::format("--{}", (*option)->name), std::nullopt);
        if ((*option)->takes == Takes::Nothing)
            return fail(Code::A221, "--{} takes no value", (*option)->name);
        return take(**option, {}, word.substr(equals + 1));
    }

    Result<void> take_letters(std::string_view letters) {
        while (!letters.empty()) {
            const char letter = letters.front();
            const Option* option = find_option(letter, command_);
            letters.remove_prefix(1);
            if (!option)
                return fail(Code::A221, "-{} is no option of {}", printable({&letter, 1}),
                            name_of(command_));
            const bool joined = option->takes != Takes::Nothing && !letters.empty();
            if (auto done = take(*option, fmt::format("-{}", letter),
                                 joined ? std::optional(letters) : std::nullopt);
                !done || joined)
                return done;
        }
        return {};
    }

    Result<void> take(const Option& option, std::string_view written,
                      std::optional<std::string_view> value) {
        if (!value && option.takes == Takes::Value) {
            if (result_.used == words_.size())
                return fail(Code::A221, "{} needs a value", written);
            value = words_[result_.used++];
        }
        result_.options.push_back({&option, std::string(value.value_or(""))});
        return {};
    }

    std::span<const std::string> words_;
    Command command_;
    std::vector<Name> names_;
    OptionWords result_;
};

} // namespace

Result<OptionWords> read_options(std::span<const std::string> words, Command command,
                                 std::uint32_t release) {
    return Reading(words, command, release).read();
}

Result<void> apply(std::span<const Given> options, std::string_view where, Draft& draft) {
    for (const Given& given : options) {
        if (!given.option->take)
            continue;
        if (auto done = given.option->take(given.value, draft); !done) {
            const std::string_view lead = given.option->name.empty() ? "" : "--";
            return fail(done.error().code, "{}{}{} {}", where, lead, given.option->name,
                        done.error().message);
        }
    }
    return {};
}

} // namespace fairlead::submit
