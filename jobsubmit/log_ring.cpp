#include "jobsubmit/log_ring.hpp"

#include <algorithm>

namespace fairlead::jobsubmit {

LogRing::LogRing() {
    for (std::size_t i = 0; i < slots; ++i)
        ring_[i].turn.store(i, std::memory_order_relaxed);
}

void LogRing::push(std::string_view line) noexcept {
    std::uint64_t ticket = next_write_.load(std::memory_order_relaxed);
    for (;;) {
        const std::uint64_t turn = ring_[ticket % slots].turn.load(std::memory_order_acquire);
        if (turn == ticket) {
            if (next_write_.compare_exchange_weak(ticket, ticket + 1, std::memory_order_relaxed))
                break;
        } else if (turn < ticket) {
            ++lost_;
            return;
        } else {
            ticket = next_write_.load(std::memory_order_relaxed);
        }
    }
    Slot& slot = ring_[ticket % slots];
    slot.size = static_cast<std::uint32_t>(std::min(line.size(), longest));
    std::copy_n(line.begin(), slot.size, slot.text.begin());
    slot.turn.store(ticket + 1, std::memory_order_release);
}

bool LogRing::pop(std::string& line) {
    Slot& slot = ring_[next_read_ % slots];
    if (slot.turn.load(std::memory_order_acquire) != next_read_ + 1)
        return false;
    line.assign(slot.text.data(), slot.size);
    slot.turn.store(next_read_ + slots, std::memory_order_release);
    ++next_read_;
    return true;
}

} // namespace fairlead::jobsubmit
