/// A text that is its own or another's.
#pragma once

#include <algorithm>
#include <concepts>
#include <memory>
#include <string_view>
#include <utility>

namespace fairlead {

/// Copied where it is made of a string, unless it is said to be borrowed. What slurmctld asks about
/// has some twenty texts, and a rule reads two of them. A copy of a borrowed one is borrowed too.
class Text {
  public:
    template <class Value>
        requires std::convertible_to<const Value&, std::string_view>
    Text(const Value& value) : Text(Owned{}, value) {}
    Text(const Text& other)
        : own_(other.own_ ? copied(other.text_) : nullptr),
          text_(own_ ? std::string_view(own_.get(), other.text_.size()) : other.text_) {}
    Text(Text&&) noexcept = default;
    Text& operator=(const Text& other) { return *this = Text(other); }
    Text& operator=(Text&&) noexcept = default;
    ~Text() = default;

    /// `text` outlives this and all copies.
    static Text borrowed(std::string_view text) noexcept { return Text(text, nullptr); }

    std::string_view view() const noexcept { return text_; }
    operator std::string_view() const noexcept { return text_; }
    template <class Value>
        requires std::convertible_to<const Value&, std::string_view>
    bool operator==(const Value& other) const {
        return text_ == std::string_view(other);
    }

  private:
    struct Owned {};
    Text(std::string_view text, std::unique_ptr<char[]> own) noexcept
        : own_(std::move(own)), text_(text) {}
    Text(Owned, std::string_view value) : own_(copied(value)), text_(own_.get(), value.size()) {}

    static std::unique_ptr<char[]> copied(std::string_view text) {
        auto copy = std::make_unique_for_overwrite<char[]>(text.size());
        std::ranges::copy(text, copy.get());
        return copy;
    }

    std::unique_ptr<char[]> own_;
    std::string_view text_;
};

} // namespace fairlead
