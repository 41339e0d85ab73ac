/// Chance that is the same in every run.
#pragma once

#include <algorithm>
#include <random>
#include <vector>

namespace fairlead::test {

class Dice {
  public:
    explicit Dice(unsigned seed) : engine_(seed) {}

    /// From `low` to `high`, both included.
    int roll(int low, int high) {
        return low + static_cast<int>(engine_() % static_cast<unsigned>(high - low + 1));
    }
    bool one_in(int n) { return roll(1, n) == 1; }
    template <class T>
    const T& pick(const std::vector<T>& from) {
        return from[static_cast<std::size_t>(roll(0, static_cast<int>(from.size()) - 1))];
    }
    void shuffle(auto& values) { std::shuffle(values.begin(), values.end(), engine_); }

  private:
    std::mt19937 engine_;
};

} // namespace fairlead::test
