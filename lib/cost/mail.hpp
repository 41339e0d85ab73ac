/// Mail: addresses, and a message with attachments, as a program like sendmail takes it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fairlead::cost {

/// Whether it is an address alone, "ada@north.example": plain letters, so that nothing of it is a
/// header, a list, a comment, a route or a program.
bool is_address(std::string_view text);

struct Attachment {
    std::string name; ///< of a file, in plain letters
    std::string type; ///< "text/csv"
    std::string content;
};

struct Letter {
    std::string from{}; ///< empty: the program that sends it says who
    std::string to{};
    std::string subject{}; ///< one line of UTF-8
    std::string body{};
    std::vector<Attachment> attachments{};
};

/// MIME, each part as base64 of UTF-8; lines end with '\n'. The same letter is the same text.
std::string message_of(const Letter& letter);

/// A subject as RFC 2047 wants it where it is not plain: "=?UTF-8?B?w7w=?="; a line end or another
/// control character in it is a '?'.
std::string encoded_header(std::string_view line);

} // namespace fairlead::cost
