#include "cli/send_mail.hpp"

#include "base/child.hpp"
#include "base/files.hpp"
#include "base/words.hpp"

#include <unistd.h>

namespace fairlead::cli {

Result<void> check_mailer(const std::filesystem::path& program, const std::string& from) {
    if (!from.empty() && !cost::is_address(from))
        return fail(Code::X301, "--from is '{}'; expected a mail address such as ada@north.example",
                    printable(from));
    if (program.empty())
        return {};
    if (!program.is_absolute())
        return fail(Code::X301,
                    "--mail is {}; expected an absolute path such as /usr/sbin/sendmail",
                    printable(program.native(), 400));
    return ::geteuid() == 0 ? check_trusted(program) : Result<void>{};
}

Result<void> send_mail(const std::filesystem::path& program, const cost::Letter& letter) {
    constexpr auto deadline = std::chrono::seconds(60);
    const auto answer = feed_child(Code::C404, {program.native(), "-t", "-i"}, plain_environment(),
                                   deadline, cost::message_of(letter));
    if (!answer)
        return std::unexpected(answer.error());
    if (answer->status != 0)
        return fail(Code::C404, "{} ended with status {} for '{}' to {}{}{}", program.native(),
                    answer->status, printable(letter.subject), letter.to,
                    answer->output.empty() ? "" : ": ", printable(trimmed(answer->output), 200));
    return {};
}

} // namespace fairlead::cli
