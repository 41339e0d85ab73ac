/// A catalog brought up to date with what EC2 says of its types.
#pragma once

#include "catalog/catalog.hpp"

#include <string>
#include <vector>

namespace fairlead::catalog {

struct Refreshed {
    std::vector<InstanceType> types;      ///< by name
    std::vector<std::string> differences; ///< "hpc7a.96xlarge: efa_interfaces 2, was 1"
    std::size_t kept = 0;                 ///< known types that the region does not offer
};

/// EC2's rows go before the known ones; a type that EC2 does not list stays, as another region may
/// offer it, and so does what EC2 does not say: NUMA nodes, and the bandwidth where it is missing.
Refreshed refresh(const Catalog& known, std::vector<InstanceType> from_ec2);

/// Rows as Catalog::parse() reads them, without a header.
std::string to_row(const InstanceType& type);

/// A whole file: `comment` in lines that begin with '#', the header, the rows.
std::string to_csv(const std::vector<InstanceType>& types, std::string_view comment);

} // namespace fairlead::catalog
