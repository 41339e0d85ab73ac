#include "cost/mail.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace fairlead::cost {
namespace cost_mail_test {

TEST(Mail, AnAddressIsOneAndNothingElse) {
    for (const char* good : {"ada@north.example", "o'brien+cost@x", "a.b-c_d@x-y.example", "7@x"})
        EXPECT_TRUE(is_address(good)) << good;
    for (const char* bad : {"",
                            "ada",
                            "@x",
                            "ada@",
                            "a@b@c",
                            "a b@c",
                            "a@b,c@d",
                            "<a@b>",
                            "|sh@x",
                            "/dev/null@x",
                            "-t@x",
                            "a@x\n",
                            "a@x\r\nBcc: b@x",
                            "a..b@x",
                            "a.@x",
                            ".a@x",
                            "a@-x",
                            "a@x-",
                            "a@x..y",
                            "a@x.",
                            "a@[::1]",
                            "a!b@x",
                            "a%b@x",
                            "\"a\"@x",
                            "a(b)@x",
                            "\xc3\xbc@x",
                            "a@\xc3\xbc"})
        EXPECT_FALSE(is_address(bad)) << bad;
    EXPECT_FALSE(is_address(std::string("a@x\0", 4)));
    EXPECT_TRUE(is_address(std::string(64, 'a') + "@x"));
    EXPECT_FALSE(is_address(std::string(65, 'a') + "@x"));
    EXPECT_FALSE(is_address("a@" + std::string(64, 'x')));
    std::string long_one = "a@x";
    for (int label = 0; label < 100; ++label)
        long_one += ".xyz";
    EXPECT_FALSE(is_address(long_one));
}

TEST(Mail, ASubjectIsEncodedWhereItIsNotPlain) {
    EXPECT_EQ(encoded_header("Cost of bio"), "Cost of bio");
    EXPECT_EQ(encoded_header("\xc3\xbc"), "=?UTF-8?B?w7w=?=");
    EXPECT_EQ(encoded_header("a\r\nBcc: b"), "a??Bcc: b");
    EXPECT_EQ(encoded_header("=?x"), "=?UTF-8?B?PT94?=") << "else it would be read as encoded";
    EXPECT_EQ(encoded_header(""), "");
}

TEST(Mail, ALongSubjectIsFoldedBetweenLetters) {
    std::string text;
    for (int letter = 0; letter < 50; ++letter)
        text += "\xe2\x82\xac"; // three bytes each
    const std::string header = encoded_header("a" + text);
    EXPECT_EQ(std::ranges::count(header, '\n'), 3);
    EXPECT_EQ(header.find("\n=?"), std::string::npos) << "a line that goes on begins with a space";
    EXPECT_TRUE(header.starts_with(
        "=?UTF-8?B?YeKCrOKCrOKCrOKCrOKCrOKCrOKCrOKCrOKCrOKCrOKCrOKCrOKCrOKCrA==?=\n"))
        << header;
}

TEST(Mail, AMessageHasItsPartsInBase64) {
    EXPECT_EQ(message_of({.from = "a@x",
                          .to = "b@y",
                          .subject = "Cost",
                          .body = "\xe2\x82\xac 1\n",
                          .attachments = {{"t.csv", "text/csv", std::string(58, 'x')}}}),
              "From: a@x\nTo: b@y\nSubject: Cost\nAuto-Submitted: auto-generated\n"
              "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"=_fairlead\"\n\n"
              "--=_fairlead\nContent-Type: text/plain; charset=utf-8\n"
              "Content-Transfer-Encoding: base64\nContent-Disposition: inline\n\n4oKsIDEK\n"
              "--=_fairlead\nContent-Type: text/csv; charset=utf-8\n"
              "Content-Transfer-Encoding: base64\n"
              "Content-Disposition: attachment; filename=\"t.csv\"\n\n"
              "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4\neA==\n"
              "--=_fairlead--\n");
    EXPECT_EQ(message_of({.to = "b@y"}).find("From:"), std::string::npos);
}

} // namespace cost_mail_test
} // namespace fairlead::cost
