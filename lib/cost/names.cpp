#include "cost/names.hpp"

namespace fairlead::cost {

std::string in_small_letters(std::string_view name) {
    std::string small{name};
    for (char& c : small)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return small;
}

} // namespace fairlead::cost
