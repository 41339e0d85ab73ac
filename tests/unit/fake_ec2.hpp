/// tests/fakes/ec2, an EC2 that verifies signatures, as a child of the test.
#pragma once

#include "source_dir.hpp"
#include "temp_folder.hpp"

#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace fairlead::test {

/// The keys that the fake accepts if it is not told others.
inline constexpr const char* fake_key = "ASIAFAIRLEADFAKE0001";
inline constexpr const char* fake_secret = "fake/secret/of/the/role/0000000000000001";
inline constexpr const char* fake_token = "fake-session-token-of-the-role";

class FakeEc2 {
  public:
    explicit FakeEc2(const nlohmann::json& state) {
        set(state);
        const std::string program = (source_dir() / "tests/fakes/ec2").native();
        const auto at = [this](const char* name) { return (folder_ / name).native(); };
        // Opened by a child's open(), a fifo says when the port is written.
        EXPECT_EQ(::mkfifo(at("port").c_str(), 0600), 0);
        EXPECT_EQ(::pipe2(stop_, O_CLOEXEC), 0);
        child_ = ::fork();
        if (child_ == 0) {
            ::dup2(stop_[0], STDIN_FILENO);
            ::execl(program.c_str(), program.c_str(), at("port").c_str(), "--state",
                    at("state").c_str(), "--calls", at("calls").c_str(), "--requests",
                    at("requests").c_str(), nullptr);
            ::_exit(127);
        }
        std::ifstream(at("port")) >> port_;
    }
    FakeEc2(const FakeEc2&) = delete;
    FakeEc2& operator=(const FakeEc2&) = delete;
    ~FakeEc2() {
        ::close(stop_[1]);
        ::close(stop_[0]);
        int status = 0;
        EXPECT_EQ(::waitpid(child_, &status, 0), child_);
        EXPECT_EQ(status, 0) << "the fake failed";
    }

    /// From the next request on.
    void set(const nlohmann::json& state) {
        folder_.write("state.new", state.dump());
        std::filesystem::rename(folder_ / "state.new", folder_ / "state");
    }

    std::string endpoint() const { return "http://127.0.0.1:" + port_; }

    /// "DescribeInstanceTopology 200"
    std::vector<std::string> calls() const { return lines("calls"); }

    std::vector<nlohmann::json> requests() const {
        std::vector<nlohmann::json> parsed;
        for (const auto& line : lines("requests"))
            parsed.push_back(nlohmann::json::parse(line));
        return parsed;
    }

  private:
    std::vector<std::string> lines(const char* name) const {
        std::ifstream file(folder_ / name);
        std::vector<std::string> all;
        for (std::string line; std::getline(file, line);)
            all.push_back(line);
        return all;
    }

    TempFolder folder_;
    std::string port_;
    int stop_[2] = {-1, -1};
    pid_t child_ = -1;
};

} // namespace fairlead::test
