#include "pin/svg.hpp"

#include "base/words.hpp"

#include <fmt/core.h>

namespace fairlead::pin {
namespace {

constexpr std::size_t longest_text = 4096;

std::string escaped(std::string_view text) {
    std::string safe;
    for (const char c : printable(text, longest_text))
        switch (c) {
        case '<':
            safe += "&lt;";
            break;
        case '>':
            safe += "&gt;";
            break;
        case '&':
            safe += "&amp;";
            break;
        case '"':
            safe += "&quot;";
            break;
        default:
            safe += c;
        }
    return safe;
}

constexpr std::string_view hatching =
    R"svg(<defs><pattern id="outside" width="6" height="6" patternUnits="userSpaceOnUse" )svg"
    R"svg(patternTransform="rotate(45)"><rect width="6" height="6" fill="#ffffff"/>)svg"
    R"svg(<rect width="2" height="6" fill="#c3c9d0"/></pattern></defs>)svg";

} // namespace

void Svg::box(const Rect& area, const Look& look, std::string_view tip) {
    boxes_ += fmt::format(R"(<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="{}" )"
                          R"(fill="{}" stroke="{}")",
                          look.name, area.x, area.y, area.width, area.height, look.rounding,
                          look.fill, look.edge);
    if (look.edge_width != 1)
        boxes_ += fmt::format(R"( stroke-width="{}")", look.edge_width);
    boxes_ += tip.empty() ? "/>\n" : fmt::format("><title>{}</title></rect>\n", escaped(tip));
}

void Svg::text(int x, int y, const Type& type, std::string_view words) {
    words_ +=
        fmt::format(R"(<text x="{}" y="{}" font-size="{}" fill="{}")", x, y, type.size, type.ink);
    if (type.anchor != "start")
        words_ += fmt::format(R"( text-anchor="{}")", type.anchor);
    if (type.weight != "normal")
        words_ += fmt::format(R"( font-weight="{}")", type.weight);
    words_ += fmt::format(">{}</text>\n", escaped(words));
}

// Digits and capitals are about 0.72 of the size high; not every viewer knows dominant-baseline.
void Svg::label(const Rect& area, const Type& type, std::string_view words) {
    Type middle = type;
    middle.anchor = "middle";
    text(area.x + area.width / 2, area.y + (100 * area.height + 72 * type.size) / 200, middle,
         words);
}

void Svg::corner(const Rect& area, int size, std::string_view fill) {
    const int right = area.x + area.width;
    boxes_ += fmt::format(R"(<path class="shared" d="M{} {}h{}v{}z" fill="{}"/>)"
                          "\n",
                          right - size, area.y, size, size, fill);
}

std::string Svg::file(int width, int height, std::string_view title,
                      std::string_view description) const {
    return fmt::format(
        R"(<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="{1}" viewBox="0 0 {0} {1}" role="img" aria-labelledby="title description" font-family="Helvetica, Arial, 'DejaVu Sans', sans-serif">
<title id="title">{2}</title>
<desc id="description">{3}</desc>
{4}
<rect width="{0}" height="{1}" fill="#ffffff"/>
<g>
{5}</g>
<g pointer-events="none">
{6}</g>
</svg>
)",
        width, height, escaped(title), escaped(description), hatching, boxes_, words_);
}

} // namespace fairlead::pin
