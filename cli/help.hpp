/// What `--help` prints, the same with each release of CLI11: 2.1 to 2.6 differ in headings and
/// columns, and 2.6 fills the lines of footers, some of which are programs to be typed.
#pragma once

#include <CLI/CLI.hpp>

namespace fairlead::cli {

class Help : public CLI::Formatter {
  public:
    std::string make_help(const CLI::App* app, std::string name,
                          CLI::AppFormatMode mode) const override;
    std::string make_option_opts(const CLI::Option* option) const override;
};

} // namespace fairlead::cli
