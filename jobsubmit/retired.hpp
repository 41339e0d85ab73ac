/// Values that others may still use, kept until they do not, so that none of those others frees
/// them.
#pragma once

#include <memory>
#include <utility>
#include <vector>

namespace fairlead::jobsubmit {

/// For one thread.
template <class Value>
class Retired {
  public:
    /// Of a value that nobody can get hold of anew.
    void keep(std::shared_ptr<Value> value) {
        if (value)
            values_.push_back(std::move(value));
    }

    /// Frees what nobody else uses; returns how many are left.
    std::size_t sweep() {
        std::erase_if(values_, [](const auto& value) { return value.use_count() == 1; });
        return values_.size();
    }

  private:
    std::vector<std::shared_ptr<Value>> values_;
};

} // namespace fairlead::jobsubmit
