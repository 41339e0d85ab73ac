#include "cost/mail.hpp"

#include "base/words.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <openssl/evp.h>

namespace fairlead::cost {
namespace {

/// No line of base64 has a '_', so no part can end early.
constexpr std::string_view boundary = "=_fairlead";

bool letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_local_part(std::string_view text) {
    constexpr std::size_t longest = 64;
    constexpr std::string_view others = "._+-='&#~";
    return !text.empty() && text.size() <= longest && letter_or_digit(text.front()) &&
           text.back() != '.' && text.find("..") == std::string_view::npos &&
           std::ranges::all_of(text, [&](char c) {
               return letter_or_digit(c) || others.find(c) != std::string_view::npos;
           });
}

bool is_label(std::string_view text) {
    constexpr std::size_t longest = 63;
    return !text.empty() && text.size() <= longest && text.front() != '-' && text.back() != '-' &&
           std::ranges::all_of(text, [](char c) { return letter_or_digit(c) || c == '-'; });
}

std::string base64(std::string_view text) {
    const std::size_t length = (text.size() + 2) / 3 * 4;
    std::string encoded(length + 1, '\0'); // OpenSSL ends it with a zero
    ::EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                      reinterpret_cast<const unsigned char*>(text.data()),
                      static_cast<int>(text.size()));
    encoded.resize(length);
    return encoded;
}

std::string lines_of_base64(std::string_view text) {
    constexpr std::size_t line = 57; // bytes that make 76 letters
    std::string lines;
    for (; !text.empty(); text.remove_prefix(std::min(line, text.size())))
        lines += base64(text.substr(0, line)) + '\n';
    return lines;
}

/// As much of the text as fits, without the start of a letter of several bytes at its end.
std::size_t whole_letters(std::string_view text, std::size_t most) {
    std::size_t length = std::min(most, text.size());
    const auto within = [&](std::size_t at) {
        return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80U;
    };
    while (length > 1 && within(length))
        --length;
    return length;
}

std::string part(const std::string& type, const std::string& disposition,
                 std::string_view content) {
    return fmt::format("--{}\nContent-Type: {}; charset=utf-8\nContent-Transfer-Encoding: base64\n"
                       "Content-Disposition: {}\n\n{}",
                       boundary, type, disposition, lines_of_base64(content));
}

} // namespace

bool is_address(std::string_view text) {
    constexpr std::size_t longest = 254;
    const std::size_t at = text.find('@');
    if (at == std::string_view::npos || text.size() > longest)
        return false;
    return is_local_part(text.substr(0, at)) &&
           std::ranges::all_of(split(text.substr(at + 1), '.'), is_label);
}

std::string encoded_header(std::string_view line) {
    constexpr std::size_t most = 45; // bytes that fit into a word of 75 letters
    std::string shown(line);
    std::ranges::replace_if(shown, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
    std::string_view text = shown;
    const bool plain = std::ranges::all_of(text, [](unsigned char c) { return c < 0x7f; });
    if (plain && text.find("=?") == std::string_view::npos && text.size() <= most)
        return shown;
    std::string words;
    while (!text.empty()) {
        const std::size_t length = whole_letters(text, most);
        words += fmt::format("{}=?UTF-8?B?{}?=", words.empty() ? "" : "\n ",
                             base64(text.substr(0, length)));
        text.remove_prefix(length);
    }
    return words;
}

std::string message_of(const Letter& letter) {
    std::string message;
    if (!letter.from.empty())
        message += fmt::format("From: {}\n", letter.from);
    message += fmt::format("To: {}\nSubject: {}\nAuto-Submitted: auto-generated\n"
                           "MIME-Version: 1.0\n"
                           "Content-Type: multipart/mixed; boundary=\"{}\"\n\n",
                           letter.to, encoded_header(letter.subject), boundary);
    message += part("text/plain", "inline", letter.body);
    for (const Attachment& attachment : letter.attachments)
        message +=
            part(attachment.type, fmt::format("attachment; filename=\"{}\"", attachment.name),
                 attachment.content);
    return message + fmt::format("--{}--\n", boundary);
}

} // namespace fairlead::cost
