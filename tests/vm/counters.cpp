/// Prints the counters of an RDMA device as Fairlead reads them, as lines NAME:VALUE.
/// usage: vm_counters DEVICE
#include "fabric/counters.hpp"

#include <fmt/core.h>

int main(int argc, char** argv) {
    if (argc != 2)
        return 2;
    for (const auto& [name, value] : fairlead::fabric::read_counters("/", {argv[1], ""}))
        fmt::print("{}:{}\n", name, value);
    return 0;
}
