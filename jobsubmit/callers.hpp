/// Who the users are, by user id: a table that admission reads, and the look-ups that the thread of
/// the plugin makes for it.
#pragma once

#include "jobsubmit/retired.hpp"
#include "state/callers.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace fairlead::jobsubmit {

class Callers {
  public:
    /// `file` keeps the table over a restart.
    explicit Callers(std::filesystem::path file);

    using Table = std::shared_ptr<const state::Callers>;

    /// Waits for nothing.
    Table table() const { return table_.load(); }

    /// Asks for a user who is not in the table. Dropped where too many are asked for at once; they
    /// ask again with their next job.
    void want(uid_t uid) noexcept;

    /// Of the thread alone: looks up who was asked for, and everybody again every ten minutes.
    void refresh();

    /// Of the thread alone: looks up users by name, such as those whom rules name.
    void expect(std::span<const std::string> names);

  private:
    void look_up(uid_t uid, state::Callers& table);
    void publish(state::Callers&& table);

    std::filesystem::path file_;
    std::atomic<Table> table_;
    Retired<const state::Callers> retired_; ///< tables before; of the thread alone
    std::array<std::atomic<std::uint32_t>, 256> wanted_;
    std::chrono::steady_clock::time_point looked_up_{};
};

} // namespace fairlead::jobsubmit
