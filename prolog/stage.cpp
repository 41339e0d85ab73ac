/// fairlead-stage: copies what the request in a folder says, with the rights of the job's user, and
/// leaves there how it went. The prolog and the export service run it as root. Exit status: 0 all
/// is copied; 1 it is not, and result.json says why; 2 wrong usage, or a request that cannot be
/// used.

#include "stage/stage.hpp"
#include "base/files.hpp"
#include "base/guarded.hpp"
#include "base/log.hpp"
#include "config/config.hpp"
#include "stage/hand_server.hpp"

#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

using namespace fairlead;

namespace {

constexpr const char* usage =
    "usage: fairlead-stage --work FOLDER [--config PATH]\n"
    "Stages what FOLDER/request.json says, as root for its user.\n"
    "Exit status: 0 done, 1 not (see FOLDER/result.json), 2 wrong usage\n";

struct Arguments {
    std::string work;
    const char* config = nullptr;
    int hand = 0; ///< lanes; this program runs itself so, see lib/stage/hand.hpp
};

bool parse(int argc, char** argv, Arguments& arguments) {
    for (int i = 1; i < argc; i += 2) {
        const std::string_view option = argv[i];
        if (i + 1 == argc)
            return false;
        const std::string_view value = argv[i + 1];
        if (option == "--work")
            arguments.work = value;
        else if (option == "--config")
            arguments.config = argv[i + 1];
        else if (option != "--hand" ||
                 std::from_chars(value.data(), value.data() + value.size(), arguments.hand).ec !=
                     std::errc{})
            return false;
    }
    return arguments.hand > 0 || !arguments.work.empty();
}

int complain(int status, const Error& error) {
    log::write(log::Level::Error, to_string(error));
    return status;
}

/// The folder is root's alone, and the request in it can be read.
Result<stage::JobFile> read_request(const std::filesystem::path& folder) {
    if (auto trusted = check_trusted(folder); !trusted)
        return std::unexpected(trusted.error());
    struct stat info{};
    if (::stat(folder.c_str(), &info) != 0 || !S_ISDIR(info.st_mode) || (info.st_mode & 077u) != 0)
        return fail(Code::X110, "{} is not a folder that only root can read", folder.native());
    const auto path = folder / stage::request_file;
    const auto text = read_file(path);
    if (!text)
        return std::unexpected(text.error());
    return stage::decode_job_file(*text, path.native());
}

int run(const Arguments& arguments) {
    if (::geteuid() != 0)
        return complain(2, {Code::X110, "fairlead-stage is run by root"});
    const auto config = config::load_for_node(arguments.config);
    if (!config)
        return complain(2, config.error());
    const auto request = read_request(arguments.work);
    if (!request)
        return complain(2, request.error());
    std::error_code error;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
    const auto result = stage::stage(*request, arguments.work, *config, program.native());
    if (!result)
        return complain(1, result.error());
    if (result->outcome == stage::Outcome::Done)
        return 0;
    log::write(log::Level::Error, fmt::format("{} [{}]", result->message, result->code));
    return 1;
}

void report_fault(const char* where, const char* what) noexcept {
    log::write(log::Level::Error, std::string("fault in ") + where + ": " + what);
}

} // namespace

int main(int argc, char** argv) {
    if (argc == 2 && std::string_view(argv[1]) == "--help") {
        std::fputs(usage, stdout);
        return 0;
    }
    Arguments arguments;
    if (!parse(argc, argv, arguments)) {
        std::fputs(usage, stderr);
        return 2;
    }
    std::signal(SIGPIPE, SIG_IGN);
    if (arguments.hand > 0)
        return guarded("the hand", 1, report_fault,
                       [&] { return stage::serve_hand(arguments.hand); });
    log::open_syslog("fairlead-stage");
    return guarded("fairlead-stage", 1, report_fault, [&] { return run(arguments); });
}
