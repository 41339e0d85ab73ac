/// The few elements of SVG that a drawing needs; the one place that writes XML.
#pragma once

#include "pin/floor_plan.hpp"

#include <string>
#include <string_view>

namespace fairlead::pin {

struct Look {
    std::string_view name; ///< class attribute, for those who style the picture
    std::string fill;      ///< a colour or "url(#pattern)"
    std::string edge;      ///< a colour or "none"
    int edge_width = 1;
    int rounding = 3;
};

struct Type {
    int size;
    std::string ink;
    std::string_view anchor = "start"; ///< start, middle or end
    std::string_view weight = "normal";
};

/// Text is an attacker's: what is not printable ASCII becomes '?', what XML reads is escaped.
class Svg {
  public:
    /// `tip` is shown when the mouse is on the box.
    void box(const Rect& area, const Look& look, std::string_view tip = {});

    /// `x` is where the anchor is, `y` the base line.
    void text(int x, int y, const Type& type, std::string_view words);

    /// In the middle of a box.
    void label(const Rect& area, const Type& type, std::string_view words);

    /// A triangle in the upper right corner.
    void corner(const Rect& area, int size, std::string_view fill);

    /// A standalone file: no script, style sheet or font from elsewhere. The fill "url(#outside)"
    /// is hatched.
    std::string file(int width, int height, std::string_view title,
                     std::string_view description) const;

  private:
    std::string boxes_;
    std::string words_; ///< above all boxes, and not in the way of their tips
};

} // namespace fairlead::pin
