#include "pin/colours.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/core.h>
#include <numbers>

namespace fairlead::pin {
namespace {

constexpr Colour black{0, 0, 0}, white{255, 255, 255};

std::uint8_t encoded(double linear) {
    const double value = std::clamp(linear, 0.0, 1.0);
    const double srgb =
        value <= 0.0031308 ? 12.92 * value : 1.055 * std::pow(value, 1 / 2.4) - 0.055;
    return static_cast<std::uint8_t>(std::lround(255 * srgb));
}

double decoded(std::uint8_t channel) {
    const double srgb = channel / 255.0;
    return srgb <= 0.04045 ? srgb / 12.92 : std::pow((srgb + 0.055) / 1.055, 2.4);
}

/// OKLCH, in which equal lightness looks equally light (bottosson.github.io/posts/oklab).
Colour from_oklch(double lightness, double chroma, double degrees) {
    const double angle = degrees * std::numbers::pi / 180;
    const double a = chroma * std::cos(angle), b = chroma * std::sin(angle);
    const auto cube = [](double x) { return x * x * x; };
    const double l = cube(lightness + 0.3963377774 * a + 0.2158037573 * b);
    const double m = cube(lightness - 0.1055613458 * a - 0.0638541728 * b);
    const double s = cube(lightness - 0.0894841775 * a - 1.2914855480 * b);
    return {encoded(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
            encoded(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
            encoded(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s)};
}

double luminance(Colour colour) {
    return 0.2126 * decoded(colour.red) + 0.7152 * decoded(colour.green) +
           0.0722 * decoded(colour.blue);
}

} // namespace

std::string hex(Colour colour) {
    return fmt::format("#{:02x}{:02x}{:02x}", colour.red, colour.green, colour.blue);
}

std::vector<Colour> palette(int count) {
    constexpr double blue = 252, chroma = 0.125;
    constexpr std::array lightness{0.62, 0.78, 0.48, 0.86};
    const std::size_t levels = count > 8 ? lightness.size() : 2;
    std::vector<Colour> colours;
    for (int i = 0; i < count; ++i)
        colours.push_back(from_oklch(lightness.at(static_cast<std::size_t>(i) % levels), chroma,
                                     std::fmod(blue + 360.0 * i / count, 360.0)));
    return colours;
}

Colour lighter(Colour colour) {
    const auto mixed = [](int channel) {
        return static_cast<std::uint8_t>(channel + (255 - channel) * 3 / 10);
    };
    return {mixed(colour.red), mixed(colour.green), mixed(colour.blue)};
}

double contrast(Colour a, Colour b) {
    const double one = luminance(a), other = luminance(b);
    return (std::max(one, other) + 0.05) / (std::min(one, other) + 0.05);
}

Colour ink_on(Colour background) {
    return contrast(background, white) > contrast(background, black) ? white : black;
}

} // namespace fairlead::pin
