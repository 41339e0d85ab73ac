/// Mail by a program like sendmail, called as PROGRAM -t -i.
#pragma once

#include "cost/mail.hpp"

#include "base/error.hpp"

#include <filesystem>

namespace fairlead::cli {

/// Whether `program` may be run by us, and `from`, if there is one, is an address. FL-X301; FL-X110
/// where root would run what others can change.
Result<void> check_mailer(const std::filesystem::path& program, const std::string& from);

/// Gives the letter to the program, without a shell and with nothing of our environment. FL-C404.
Result<void> send_mail(const std::filesystem::path& program, const cost::Letter& letter);

} // namespace fairlead::cli
