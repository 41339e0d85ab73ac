/// The #STAGE lines of a batch script.
#pragma once

#include "stage/request.hpp"

#include <string_view>
#include <vector>

namespace fairlead::stage {

/// Whether a script has any, without reading beyond the lines where they may stand.
bool has_directives(std::string_view script);

/// In the order of the script. They stand where #SBATCH lines do: before the first line that is
/// neither empty nor begins with '#'. FL-S101 and FL-S102 with the number of the line.
Result<std::vector<Transfer>> read_directives(std::string_view script);

} // namespace fairlead::stage
