/// The sections `node_checks` and `brake` of the configuration.
#pragma once

#include "config/node_checks.hpp"
#include "config/reader.hpp"

namespace fairlead::config {

/// FL-X105, FL-X106.
Result<void> read_node_checks(const Reader& reader, const YAML::Node& node, NodeChecks& checks);
Result<void> read_brake(const Reader& reader, const YAML::Node& node, Brake& brake);

} // namespace fairlead::config
