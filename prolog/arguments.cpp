#include "prolog/arguments.hpp"

#include "base/words.hpp"

namespace fairlead::prolog {

Result<Arguments> read_arguments(int argc, char** argv) {
    if (argc == 1)
        return Arguments{};
    if (argc == 3 && std::string_view(argv[1]) == "--config")
        return Arguments{argv[2]};
    return fail(Code::X301, "unexpected argument '{}'; usage: [--config FILE], run by slurmd",
                printable(argv[1]));
}

} // namespace fairlead::prolog
