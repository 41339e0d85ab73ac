#include "cli/help.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace fairlead::cli {
namespace {

std::string section(const char* heading, const std::string& lines) {
    return lines.empty() ? std::string{} : fmt::format("\n{}:\n{}", heading, lines);
}

/// One that is too long for its column has its description in the next line.
std::string entry(const std::string& name, const std::string& what, std::size_t column) {
    std::string lines = "  " + name;
    if (what.empty())
        return lines + "\n";
    if (lines.size() >= column)
        lines += fmt::format("\n{:{}}", "", column);
    else
        lines.resize(column, ' ');
    for (const char letter : what)
        lines += letter == '\n' ? fmt::format("\n{:{}}", "", column) : std::string(1, letter);
    return lines + "\n";
}

bool shown(const CLI::Option* option) { return !option->get_group().empty(); }
bool shown(const CLI::App* command) {
    return !command->get_group().empty() && !command->get_name().empty();
}

/// With those of its option groups, which CLI11 has as commands without a name.
std::vector<const CLI::Option*> options_of(const CLI::App& app) {
    std::vector<const CLI::Option*> all = app.get_options();
    for (const CLI::App* group :
         app.get_subcommands([](const CLI::App* each) { return each->get_name().empty(); }))
        for (const CLI::Option* option : options_of(*group))
            if (option != group->get_help_ptr())
                all.push_back(option);
    return all;
}

std::string usage_of_commands(const CLI::App& app) {
    if (app.get_subcommands([](const CLI::App* command) { return shown(command); }).empty())
        return {};
    return app.get_require_subcommand_min() == 0 ? " [SUBCOMMAND]" : " SUBCOMMAND";
}

std::string commands(const CLI::App& app, std::size_t column) {
    std::string lines;
    for (const CLI::App* command :
         app.get_subcommands([](const CLI::App* each) { return shown(each); }))
        lines += entry(command->get_display_name(true), command->get_description(), column);
    return lines;
}

} // namespace

std::string Help::make_help(const CLI::App* app, std::string name, CLI::AppFormatMode) const {
    std::string usage = "Usage: " + name, positionals, options;
    const auto all = options_of(*app);
    if (std::ranges::any_of(all, &CLI::Option::nonpositional))
        usage += " [OPTIONS]";
    for (const CLI::Option* option : all) {
        if (option->get_positional())
            usage += " " + make_option_usage(option);
        if (option->nonpositional() && shown(option))
            options += entry(make_option_name(option, false) + make_option_opts(option),
                             make_option_desc(option), get_column_width());
        if (option->get_positional() && shown(option))
            positionals += entry(make_option_name(option, true) + make_option_opts(option),
                                 make_option_desc(option), get_column_width());
    }
    usage += usage_of_commands(*app);
    const std::string footer = app->get_footer();
    return app->get_description() + "\n" + usage + "\n" + section("Positionals", positionals) +
           section("Options", options) +
           section("Subcommands", commands(*app, get_column_width())) +
           (footer.empty() ? std::string{} : "\n" + footer + "\n");
}

/// The default behind an equals sign, where newer releases have it in brackets, with a blank too
/// many.
std::string Help::make_option_opts(const CLI::Option* option) const {
    std::string words = CLI::Formatter::make_option_opts(option);
    const std::string bracketed = fmt::format(" [{}] ", option->get_default_str());
    if (const auto at = words.find(bracketed); at != std::string::npos)
        words.replace(at, bracketed.size(), "=" + option->get_default_str());
    return words;
}

} // namespace fairlead::cli
