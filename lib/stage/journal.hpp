/// What a staging has done, in the order it was done: one line a record, its checksum first, only
/// ever appended to. A program that was killed goes on from it.
#pragma once

#include "base/error.hpp"
#include "base/unique_fd.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace fairlead::stage {

struct KeptPart {
    std::uint64_t crc = 0;
    std::string etag{}; ///< of a part that S3 has
};

/// What was begun of one file and not ended.
struct Begun {
    std::string source{};    ///< its version: what begins anew where that is another
    std::string temporary{}; ///< name of the temporary file
    std::string upload{};    ///< of S3
    std::uint64_t part_size = 0;
    std::map<std::uint64_t, KeptPart> parts{};
};

/// By what a copy was found to be what its source is; Hsm is by its size and by what Lustre says of
/// it: restored, or archived and not dirty.
enum class Verified { Size, Md5, Crc64, Sha256, Hsm };

/// What was ended: of which version of the source, and what the destination was then.
struct Ended {
    std::string source{};
    std::string destination{};
    std::optional<std::uint64_t> crc{}; ///< not of what was copied within the kernel
    Verified verified = Verified::Size;
};

/// Safe for threads.
class Journal {
  public:
    /// Reads what is there up to the first record that is none, and drops that and what follows.
    /// One of another job or release is begun anew. FL-S123; FL-S122 where another process has it
    /// for longer than `patience`.
    static Result<Journal> open(const std::filesystem::path& path, const std::string& job,
                                std::chrono::milliseconds patience = {});
    Journal(Journal&&) noexcept;
    Journal& operator=(Journal&&) = delete;
    ~Journal();

    /// By an earlier run.
    std::optional<Begun> begun(const std::string& path) const;
    bool has_ended(const std::string& path) const;
    /// Where both versions are those that are given.
    std::optional<Ended> ended(const std::string& path, const std::string& source,
                               const std::string& destination) const;
    /// Whether it was ended and the destination then was this version, whatever the source is now.
    bool has_left(const std::string& path, const std::string& destination) const;
    /// How many records were read, and whether what followed them was dropped.
    std::size_t records() const;
    bool dropped() const;

    /// FL-S123 from here on. An upload is on disk when this returns, so that it can be ended.
    Result<void> begin(const std::string& path, const Begun& begun);
    Result<void> part(const std::string& path, std::uint64_t number, const KeptPart& part);
    Result<void> end(const std::string& path, const Ended& ended);
    /// What was begun is no more.
    Result<void> forget(const std::string& path);
    Result<void> sync();

  private:
    struct State;
    explicit Journal(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace fairlead::stage
