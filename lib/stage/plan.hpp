/// What a request comes to: each file to copy, found before the first is copied and kept in a file
/// of the work folder, so that a tree of any size takes no memory.
#pragma once

#include "stage/fault.hpp"
#include "stage/hand.hpp"
#include "stage/place.hpp"
#include "stage/report.hpp"

#include <fstream>

namespace fairlead::stage {

/// One connection to each side, for one thread.
struct Lane {
    HandLane& hand;
    aws::S3& s3;
};

struct Item {
    Place source;
    Place destination;
    std::uint64_t size = 0;
    std::string version{}; ///< of the source: its ETag, or version_of() a file
    int mode = -1;         ///< permissions of a file
    Check check = Check::Checksum;
    bool folder = false;   ///< an empty one, to be made
    bool in_place = false; ///< the destination is the source, by a link: it is read, not written

    bool operator==(const Item&) const = default;
};

/// "SIZE-MTIME-INODE"
std::string version_of(const FileState& state);

/// The files of a work folder that hold a plan: what is found, and what of it is left to copy once
/// linked folders (lib/stage/linked.hpp) have had their part.
inline constexpr const char* whole_plan = "plan";
inline constexpr const char* rest_of_plan = "plan.rest";

/// Writes a plan, in the order in which it is copied.
class PlanWriter {
  public:
    explicit PlanWriter(const std::filesystem::path& folder, const char* name = whole_plan);
    void add(const Item& item);
    /// FL-S123.
    Result<void> finish();
    std::uint64_t largest() const { return largest_; }
    std::uint64_t items() const { return items_; }

  private:
    std::ofstream file_;
    std::uint64_t largest_ = 0, items_ = 0;
};

class PlanReader {
  public:
    explicit PlanReader(const std::filesystem::path& folder, const char* name = whole_plan);
    std::optional<Item> next();

  private:
    std::ifstream file_;
};

/// Finds all files of one transfer: FL-S102, FL-S110, FL-S111, FL-S116 to FL-S118 and FL-S124.
Staged<void> plan_copy(const Copy& copy, Lane& lane, PlanWriter& plan, Report& report);

/// What a temporary file of ours is named: ".fairlead-0123456789abcdef.part"
std::string new_temporary_name();
bool is_temporary_name(std::string_view name);

} // namespace fairlead::stage
