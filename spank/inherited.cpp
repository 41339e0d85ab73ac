#include "spank/inherited.hpp"

#include "base/words.hpp"
#include "spank/step_facts.hpp"

#include <charconv>
#include <string>

namespace fairlead::spank {
namespace {

int number(std::string_view text) {
    int value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

/// CPUs in "0-3,8".
int cpus_in(std::string_view list) {
    int count = 0;
    for (const std::string_view range : split(list, ',')) {
        const std::size_t dash = range.find('-');
        const int first = number(range.substr(0, dash));
        const int last = dash == std::string_view::npos ? first : number(range.substr(dash + 1));
        count += last - first + 1;
    }
    return count;
}

} // namespace

void drop_inherited(spank_t spank) {
    const std::string nics = variable(spank, "FAIRLEAD_PIN_NICS"),
                      cpus = variable(spank, "FAIRLEAD_PIN_CPUS");
    if (!nics.empty() && variable(spank, "FI_EFA_IFACE") == nics)
        spank_unsetenv(spank, "FI_EFA_IFACE");
    if (!cpus.empty() && variable(spank, "OMP_NUM_THREADS") == std::to_string(cpus_in(cpus)))
        spank_unsetenv(spank, "OMP_NUM_THREADS");
}

} // namespace fairlead::spank
