#include "topology/driver.hpp"

#include "machines.hpp"
#include "temp_folder.hpp"

#include <algorithm>
#include <chrono>
#include <gtest/gtest.h>

namespace fairlead::topology {
namespace topology_driver_test {

using test::TempFolder;

// As driver 550 writes it, tabs included.
constexpr std::string_view information = "Model: \t\t NVIDIA H100 80GB HBM3\n"
                                         "IRQ:   \t\t 432\n"
                                         "GPU UUID: \t GPU-8932f937-d72c-4106-c12f-20bd9faed9f6\n"
                                         "Video BIOS: \t 96.00.99.00.01\n"
                                         "Bus Type: \t PCIe\n"
                                         "DMA Size: \t 52 bits\n"
                                         "DMA Mask: \t 0xfffffffffffff\n"
                                         "Bus Location: \t 0000:10:1c.0\n"
                                         "Device Minor: \t 3\n"
                                         "GPU Firmware: \t 550.54.15\n"
                                         "GPU Excluded:\t No\n";

Machine with_gpus(const std::vector<std::string>& addresses) {
    auto machine = test::machine_of({2});
    for (const std::string& pci : addresses)
        machine.gpus.push_back({.name = pci, .pci = pci, .near = machine.cpus});
    return machine;
}

void write_information(const TempFolder& root, const std::string& pci, std::string_view text) {
    root.write("proc/driver/nvidia/gpus/" + pci + "/information", text);
}

Device identified(std::string_view text) {
    const TempFolder root;
    write_information(root, "0000:10:1c.0", text);
    auto machine = with_gpus({"0000:10:1c.0"});
    add_gpu_identities(root.path(), machine);
    return machine.gpus[0];
}

TEST(GpuIdentities, AreReadFromTheDriversFiles) {
    const Device gpu = identified(information);
    EXPECT_EQ(gpu.uuid, "GPU-8932f937-d72c-4106-c12f-20bd9faed9f6");
    EXPECT_EQ(gpu.minor, 3);
}

TEST(GpuIdentities, EachGpuHasItsOwnFile) {
    const TempFolder root;
    write_information(root, "0000:10:1c.0", "GPU UUID: GPU-a\nDevice Minor: 1\n");
    write_information(root, "0000:10:1d.0", "GPU UUID: GPU-b\nDevice Minor: 0\n");
    auto machine = with_gpus({"0000:10:1c.0", "0000:10:1d.0", "0000:a0:1c.0"});
    add_gpu_identities(root.path(), machine);
    EXPECT_EQ(machine.gpus[0].uuid, "GPU-a");
    EXPECT_EQ(machine.gpus[0].minor, 1);
    EXPECT_EQ(machine.gpus[1].uuid, "GPU-b");
    EXPECT_EQ(machine.gpus[1].minor, 0);
    EXPECT_EQ(machine.gpus[2].uuid, "");
    EXPECT_EQ(machine.gpus[2].minor, -1);
}

TEST(GpuIdentities, StayEmptyWithoutADriver) {
    const TempFolder root;
    auto machine = with_gpus({"0000:10:1c.0"});
    add_gpu_identities(root.path(), machine);
    add_gpu_identities("/nonexistent", machine);
    EXPECT_EQ(machine.gpus[0].uuid, "");
    EXPECT_EQ(machine.gpus[0].minor, -1);
}

TEST(GpuIdentities, WhatIsNotSaidStaysEmpty) {
    EXPECT_EQ(identified("").uuid, "");
    EXPECT_EQ(identified("GPU UUID: GPU-a\n").minor, -1);
    EXPECT_EQ(identified("Device Minor: 2\n").uuid, "");
    EXPECT_EQ(identified("Device Minor: 2\n").minor, 2);
    EXPECT_EQ(identified("My GPU UUID: GPU-a\nGPU UUIDs: GPU-b\n").uuid, "");
}

TEST(GpuIdentities, AMinorThatIsNoNumberIsUnknown) {
    for (const char* text : {"Device Minor: x\n", "Device Minor: \n", "Device Minor:\n",
                             "Device Minor: 3x\n", "Device Minor: 99999999999\n"})
        EXPECT_EQ(identified(text).minor, -1) << text;
}

// What the driver writes until the GPU has been opened once.
TEST(GpuIdentities, AUuidOfQuestionMarksIsUnknown) {
    std::string unknown = "GPU-00000000-0000-0000-0000-000000000000";
    std::ranges::replace(unknown, '0', '?');
    EXPECT_EQ(identified(fmt::format("GPU UUID: \t {}\nDevice Minor: \t 0\n", unknown)).uuid, "");
}

TEST(GpuIdentities, RubbishAndVeryLongFilesDoNoHarm) {
    EXPECT_EQ(identified(std::string(1 << 20, 'x')).uuid, "");
    EXPECT_EQ(identified(std::string("\0\xff\0", 3)).uuid, "");
}

/// A fi_info of a test's own.
void write_program(const TempFolder& root, std::string_view path, std::string_view body) {
    const auto file = root.write(path, fmt::format("#!/bin/sh\n{}\n", body));
    EXPECT_EQ(::chmod(file.c_str(), 0755), 0);
}

constexpr std::string_view installers = "opt/amazon/efa/bin/fi_info", debians = "usr/bin/fi_info";

std::string printing(std::string_view version) {
    return fmt::format("[ \"$1\" = --version ] && "
                       "printf 'fi_info: {0}\\nlibfabric: {0}\\nlibfabric api: 9.9\\n'",
                       version);
}

TEST(LibfabricVersion, IsTheInstallersBeforeDebians) {
    const TempFolder root;
    EXPECT_EQ(libfabric_version(root.path()), "");
    write_program(root, debians, printing("1.17.0"));
    EXPECT_EQ(libfabric_version(root.path()), "1.17.0");
    write_program(root, installers, printing("2.1.0amzn3.0"));
    EXPECT_EQ(libfabric_version(root.path()), "2.1.0amzn3.0");
}

TEST(LibfabricVersion, IsEmptyWhereTheProgramSaysNothingOfUse) {
    for (const char* body : {"exit 0", "exit 1", "kill -SEGV $$", "echo libfabric", "echo 2.1.0",
                             "echo ' libfabric: 2.1.0'", "printf 'libfabric api: 2.1\\n'",
                             "echo libfabric: 2.1.0 >&2", "yes | head -c 200000"}) {
        const TempFolder root;
        write_program(root, installers, body);
        EXPECT_EQ(libfabric_version(root.path()), "") << body;
    }
}

TEST(LibfabricVersion, IsEmptyWhereTheFileIsNoProgram) {
    const TempFolder root;
    root.write(installers, "libfabric: 2.1.0\n");
    EXPECT_EQ(libfabric_version(root.path()), "");
    const TempFolder folder;
    folder.write(std::string(installers) + "/file", "");
    EXPECT_EQ(libfabric_version(folder.path()), "");
}

TEST(LibfabricVersion, AProgramThatHangsIsEnded) {
    const TempFolder root;
    write_program(root, installers, "echo libfabric: 2.1.0; exec sleep 600");
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(libfabric_version(root.path()), "");
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(60));
}

TEST(LibfabricVersion, TheProgramGetsNothingOfTheCallersEnvironment) {
    const TempFolder root;
    ASSERT_EQ(::setenv("FAIRLEAD_UNIT_TEST_SECRET", "x", 1), 0);
    write_program(root, installers, "echo libfabric: $FAIRLEAD_UNIT_TEST_SECRET-$PATH");
    EXPECT_EQ(libfabric_version(root.path()), "-/usr/bin:/bin");
    ::unsetenv("FAIRLEAD_UNIT_TEST_SECRET");
}

} // namespace topology_driver_test
} // namespace fairlead::topology
