/// The one table of error codes: what each means and what to do about it.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace fairlead {

/// FL-A admission, FL-C cost, FL-E fabric, FL-P pinning, FL-S staging,
/// FL-X configuration and state.
enum class Code {
    A101,
    A102,
    A201,
    A202,
    A203,
    A204,
    A205,
    A206,
    A211,
    A212,
    A213,
    A214,
    A221,
    A222,
    A223,
    C101,
    C102,
    C103,
    C104,
    C105,
    C106,
    C107,
    C108,
    C109,
    C110,
    C201,
    C202,
    C203,
    C204,
    C205,
    C206,
    C207,
    C301,
    C302,
    C303,
    C304,
    C305,
    C306,
    C307,
    C401,
    C402,
    C404,
    E101,
    E102,
    E103,
    E104,
    E105,
    E106,
    E107,
    E108,
    E201,
    E202,
    E204,
    E205,
    E206,
    E207,
    E208,
    E209,
    E210,
    E211,
    E212,
    E213,
    E214,
    E215,
    E216,
    E217,
    E218,
    E219,
    E220,
    E221,
    E222,
    E223,
    E224,
    E230,
    E231,
    P101,
    P102,
    P103,
    P201,
    P202,
    P203,
    P204,
    P205,
    P206,
    P207,
    P208,
    S101,
    S102,
    S103,
    S104,
    S110,
    S111,
    S112,
    S113,
    S114,
    S115,
    S116,
    S117,
    S118,
    S119,
    S120,
    S121,
    S122,
    S123,
    S124,
    S125,
    S126,
    S130,
    S131,
    S132,
    S133,
    S134,
    X101,
    X102,
    X103,
    X104,
    X105,
    X106,
    X107,
    X108,
    X109,
    X110,
    X201,
    X202,
    X203,
    X204,
    X205,
    X206,
    X207,
    X208,
    X209,
    X210,
    X211,
    X301,
    X302,
    X303,
};

inline constexpr std::size_t code_count = static_cast<std::size_t>(Code::X303) + 1;

struct CodeEntry {
    Code code;
    std::string_view id;      ///< "FL-E101"
    std::string_view title;   ///< a few words
    std::string_view meaning; ///< what was found and why it matters
    std::string_view action;  ///< what to do
};

/// Every code, in the order of the enumeration.
std::span<const CodeEntry> all_codes();

const CodeEntry& entry_of(Code code);
std::string_view id_of(Code code);

/// Accepts "FL-E101", "fl-e101" and "E101".
std::optional<Code> find_code(std::string_view text);

} // namespace fairlead
