#include "cost/holds.hpp"

#include "base/files.hpp"
#include "base/unique_fd.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <utility>

namespace fairlead::cost {
namespace {

constexpr std::uint64_t magic = 0x31'73'64'6c'6f'68'4c'46; // "FLholds1"
constexpr std::uint64_t is_free = 0, is_written = 1;

} // namespace

/// `id` says whether the rest can be read: free, being written, or the hold's.
struct Holds::Slot {
    std::atomic<std::uint64_t> id;
    std::int64_t nanos;
    CapKeys caps;
    std::uint32_t created;
    std::uint32_t user;
};

struct Holds::Header {
    std::uint64_t magic;
    std::int64_t made; ///< in seconds since 1970
};

struct Holds::Mapping {
    Header header;
    std::array<Slot, slots> slot;
};

namespace {

std::unexpected<Error> failed(const std::filesystem::path& file, const char* what) {
    return fail(Code::C109, "{} cannot be {}: {}", file.native(), what, std::strerror(errno));
}

/// Others could put holds into a file that they may write to.
bool ours_alone(const struct stat& info) {
    return S_ISREG(info.st_mode) && info.st_uid == ::geteuid() &&
           (info.st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

} // namespace

std::uint64_t cap_key(std::string_view name) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : name)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return hash == 0 ? 1 : hash;
}

Result<Holds> Holds::open(const std::filesystem::path& file, Time now) {
    if (auto made = make_folders(file.parent_path(), 0755); !made)
        return fail(Code::C109, "{}", made.error().message);
    const UniqueFd fd{::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
    struct stat info{};
    if (!fd || ::fstat(fd.get(), &info) != 0)
        return failed(file, "opened");
    if (!ours_alone(info))
        return fail(Code::C109, "{} is not a file that its owner alone may use", file.native());
    const bool fits = info.st_size == sizeof(Mapping);
    // All of it is taken here, so that a full /run is told now and not by a signal later.
    if (!fits && (::ftruncate(fd.get(), 0) != 0 || ::ftruncate(fd.get(), sizeof(Mapping)) != 0 ||
                  ::fallocate(fd.get(), 0, 0, sizeof(Mapping)) != 0))
        return failed(file, "made large enough");
    void* memory = ::mmap(nullptr, sizeof(Mapping), PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_POPULATE, fd.get(), 0);
    if (memory == MAP_FAILED) // NOLINT(performance-no-int-to-ptr): of the system's header
        return failed(file, "mapped");
    auto* mapping = static_cast<Mapping*>(memory);
    if (mapping->header.magic != magic) {
        std::memset(memory, 0, sizeof(Mapping));
        mapping->header = {magic, now.time_since_epoch().count()};
    }
    // One that a killed process was writing counts for nobody.
    for (Slot& slot : mapping->slot)
        if (slot.id.load() == is_written)
            slot.id.store(is_free);
    return Holds(mapping);
}

Holds::Holds(Mapping* mapping) : mapping_(mapping) {
    for (const Hold& hold : all()) {
        count_of(hold.user).fetch_add(1);
        count_.fetch_add(1);
    }
}

Holds::Holds(Holds&& other) noexcept
    : mapping_(std::exchange(other.mapping_, nullptr)), counts_(std::move(other.counts_)),
      count_(other.count_.load()), next_(other.next_.load()) {}

Holds::~Holds() {
    if (mapping_)
        ::munmap(mapping_, sizeof(Mapping));
}

Time Holds::made() const { return Time(std::chrono::seconds(mapping_->header.made)); }

/// Numbers that follow each other are far apart (Knuth's multiplicative hashing).
std::atomic<std::uint32_t>& Holds::count_of(std::uint32_t user) const noexcept {
    constexpr std::uint32_t factor = 2'654'435'761;
    constexpr int shift = 20; // leaves as many bits as there are counts
    static_assert(std::tuple_size_v<Counts> == std::size_t{1} << (32 - shift));
    return (*counts_)[(user * factor) >> shift];
}

bool Holds::put(const Hold& hold) noexcept {
    auto& of_user = count_of(hold.user);
    const bool user_may = of_user.fetch_add(1) < most_of_a_user;
    const bool has_room = count_.fetch_add(1) < slots;
    if (user_may && has_room && write(hold))
        return true;
    of_user.fetch_sub(1);
    count_.fetch_sub(1);
    return false;
}

/// Goes on behind the last that was written, where most places are free.
bool Holds::write(const Hold& hold) noexcept {
    for (std::size_t tries = 0; tries < slots; ++tries) {
        Slot& slot = mapping_->slot[next_.fetch_add(1, std::memory_order_relaxed) % slots];
        std::uint64_t expected = is_free;
        if (!slot.id.compare_exchange_strong(expected, is_written, std::memory_order_acquire))
            continue;
        slot.nanos = hold.amount.nanos;
        slot.caps = hold.caps;
        slot.created = hold.created;
        slot.user = hold.user;
        slot.id.store(hold.id, std::memory_order_release);
        return true;
    }
    return false;
}

std::optional<Hold> Holds::at(std::size_t place) const {
    const Slot& slot = mapping_->slot[place];
    const std::uint64_t id = slot.id.load(std::memory_order_acquire);
    if (id == is_free || id == is_written)
        return std::nullopt;
    return Hold{.id = id,
                .amount = {slot.nanos},
                .caps = slot.caps,
                .created = slot.created,
                .user = slot.user};
}

void Holds::clear(std::size_t place) {
    Slot& slot = mapping_->slot[place];
    const std::uint32_t user = slot.user;
    slot.id.store(is_free, std::memory_order_release);
    count_of(user).fetch_sub(1);
    count_.fetch_sub(1);
}

std::vector<Hold> Holds::all() const {
    std::vector<Hold> holds;
    for (std::size_t place = 0; place < slots; ++place)
        if (const auto hold = at(place))
            holds.push_back(*hold);
    return holds;
}

std::optional<Hold> Holds::find(std::uint64_t bits, std::uint64_t mask) const noexcept {
    for (std::size_t place = 0; place < slots; ++place) {
        const std::uint64_t id = mapping_->slot[place].id.load(std::memory_order_relaxed);
        if (id > is_written && (id & mask) == bits)
            return at(place);
    }
    return std::nullopt;
}

} // namespace fairlead::cost
