/// An HTTP server on 127.0.0.1 that answers as a test tells it to and keeps what it was asked.
#pragma once

#include "base/unique_fd.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <functional>
#include <gtest/gtest.h>
#include <mutex>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <vector>

namespace fairlead::test {

/// The bytes that answer a request; an empty text keeps the client waiting.
using Answerer = std::function<std::string(const std::string& request)>;

inline std::string http(int status, const std::string& body) {
    return "HTTP/1.1 " + std::to_string(status) +
           " X\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}

class FakeImds {
  public:
    explicit FakeImds(Answerer answer) : answer_(std::move(answer)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* any = reinterpret_cast<sockaddr*>(&address);
        EXPECT_EQ(::bind(listener_.get(), any, size), 0);
        EXPECT_EQ(::listen(listener_.get(), 16), 0);
        EXPECT_EQ(::getsockname(listener_.get(), any, &size), 0);
        port_ = ntohs(address.sin_port);
        EXPECT_EQ(::pipe2(stop_, O_CLOEXEC), 0);
        thread_ = std::thread([this] { serve(); });
    }
    FakeImds(const FakeImds&) = delete;
    FakeImds& operator=(const FakeImds&) = delete;
    ~FakeImds() {
        ::close(stop_[1]);
        thread_.join();
        ::close(stop_[0]);
    }

    std::string endpoint() const { return "http://127.0.0.1:" + std::to_string(port_); }

    std::vector<std::string> requests() const {
        const std::lock_guard lock(mutex_);
        return requests_;
    }

  private:
    /// False when the test ends.
    bool readable(int fd) const {
        pollfd fds[] = {{fd, POLLIN, 0}, {stop_[0], 0, 0}};
        return ::poll(fds, 2, -1) > 0 && fds[1].revents == 0;
    }

    void serve() {
        while (readable(listener_.get())) {
            UniqueFd client{::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)};
            const std::string request = read_request(client.get());
            const std::string reply = answer_(request);
            {
                const std::lock_guard lock(mutex_);
                requests_.push_back(request);
            }
            if (reply.empty())
                held_.push_back(std::move(client));
            else
                (void)::send(client.get(), reply.data(), reply.size(), MSG_NOSIGNAL);
        }
    }

    /// With the body that its head promises.
    static bool is_whole(const std::string& request) {
        const auto end = request.find("\r\n\r\n");
        const auto length = request.find("\r\nContent-Length: ");
        if (end == std::string::npos || length >= end)
            return end != std::string::npos;
        return request.size() >= end + 4 + std::stoul(request.substr(length + 18));
    }

    std::string read_request(int fd) const {
        std::string request;
        char buffer[4096];
        while (!is_whole(request) && readable(fd)) {
            const ssize_t got = ::recv(fd, buffer, sizeof buffer, 0);
            if (got <= 0)
                break;
            request.append(buffer, static_cast<std::size_t>(got));
        }
        return request;
    }

    Answerer answer_;
    UniqueFd listener_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    int port_ = 0;
    int stop_[2] = {-1, -1};
    mutable std::mutex mutex_;
    std::vector<std::string> requests_;
    std::vector<UniqueFd> held_;
    std::thread thread_;
};

} // namespace fairlead::test
