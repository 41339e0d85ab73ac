/// fairlead explain CODE

#include "base/words.hpp"
#include "cli/commands.hpp"

#include <memory>
#include <nlohmann/json.hpp>

namespace fairlead::cli {
namespace {

struct Options {
    std::string code;
    bool json = false;
};

std::string as_text(const CodeEntry& entry) {
    return fmt::format("{}  {}\n\n{}\n\nWhat to do: {}\n", entry.id, entry.title, entry.meaning,
                       entry.action);
}

std::string as_json(const CodeEntry& entry) {
    const nlohmann::ordered_json json{{"schema", "fairlead.code/1"},
                                      {"code", entry.id},
                                      {"title", entry.title},
                                      {"meaning", entry.meaning},
                                      {"action", entry.action}};
    return json.dump(2) + "\n";
}

void list_codes() {
    for (const CodeEntry& entry : all_codes())
        fmt::print("{}  {}\n", entry.id, entry.title);
}

void explain(const Options& options, Session& session) {
    if (options.code.empty())
        return list_codes();
    if (const auto code = find_code(options.code)) {
        fmt::print("{}", options.json ? as_json(entry_of(*code)) : as_text(entry_of(*code)));
        return;
    }
    std::vector<std::string_view> ids;
    for (const CodeEntry& entry : all_codes())
        ids.push_back(entry.id);
    session.report({Code::X301, fmt::format("no error code '{}'{}", printable(options.code),
                                            suggestion(options.code, ids))});
}

} // namespace

void add_explain(CLI::App& app, Session& session) {
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("explain", "what an error code means and what to do");
    command->add_option("CODE", options->code, "such as FL-E201; none lists all");
    add_format(*command, options->json);
    command->callback([options, &session] { explain(*options, session); });
}

} // namespace fairlead::cli
